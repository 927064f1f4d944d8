"""Outside: only public addresses are called, judged on the connected socket; never for long, never too much."""

import socket
import threading
import time

import pytest

from preparedness.notifications import outside
from preparedness.notifications.outside import Barred, Unheard
from tests.notifications.servers import Site, free_port, self_signed

PUBLIC_4, PUBLIC_6 = "93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"

INSIDE = [
    *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
    *("169.254.169.254", "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.8", "192.0.2.1", "198.18.0.1"),
    *("203.0.113.7", "198.51.100.7", "192.88.99.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255"),
    *("::1", "::", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:93.184.215.14", "64:ff9b::7f00:1", "64:ff9b:1::1"),
    *("64:ff9b::5db8:d70e", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "100::1"),
    *("2001::1", "2001:db8::1", "2002:7f00:1::1", "3fff::1", "5f00::1"),
]
LOOPBACK = {"127.0.0.1"}


@pytest.fixture
def reachable(monkeypatch):
    """Let the tests' own server be called, without encryption: no setting of the product does."""
    monkeypatch.setattr(outside, "SCHEMES", frozenset({"http", "https"}))
    monkeypatch.setattr(outside, "is_public", lambda address: address in LOOPBACK)


@pytest.fixture
def site():
    with Site() as site:
        yield site


def resolving_to(monkeypatch, *answers):
    """Let each look-up of a name say the next of these addresses; returns what was looked up."""
    asked, left = [], list(answers)

    def look_up(host, port, **_more):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in left.pop(0)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_a_network_is_never_public(address):
    assert not outside.is_public(address)


@pytest.mark.parametrize("address", [PUBLIC_4, PUBLIC_6, "1.1.1.1", "8.8.8.8", "2001:4860:4860::8888", "172.32.0.1"])
def test_an_address_that_is_routed_everywhere_is_public(address):
    assert outside.is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.org/x", "ftp://example.org", "file:///etc/passwd", "//example.org", "example.org", ""),
        *("https://", "https:///x", "https://user:pass@example.org/", "https://user@example.org", "https://a.org/#x"),
        *("https://example.org:0/", "https://example.org:99999/", "https://example.org:x/", "https://exa mple.org/"),
        *("https://example.org/\r\nHost: x", "https://example.org\\@127.0.0.1/", "https://exämple.org", "https://[::1"),
        "https://example.org/" + "x" * 500,
    ],
)
def test_what_is_no_address_to_call_is_refused_before_anything_is_looked_up(url, monkeypatch, app):
    asked = resolving_to(monkeypatch)

    with pytest.raises(Barred):
        outside.post(url, b"{}", {})

    assert asked == []
    assert outside.why_not(url)


@pytest.mark.once
@pytest.mark.parametrize(
    "url",
    [*("https://127.0.0.1/", "https://[::1]/", "https://10.0.0.1:8443/x", "https://localhost/", "https://intranet/x")],
)
def test_an_address_that_is_plainly_inside_is_refused_when_it_is_typed(url, app):
    assert outside.why_not(url)


@pytest.mark.once
def test_a_public_address_may_be_tried(app):
    assert outside.why_not("https://hooks.example.org:8443/in?key=1") is None
    assert outside.why_not(f"https://{PUBLIC_4}/") is None


def test_something_is_sent_and_its_status_told(site, reachable):
    answer = outside.post(site.url, b'{"a": 1}', {"Content-Type": "application/json"})

    ((method, path, headers, body),) = site.asked
    assert (answer.status, answer.body) == (200, b"")
    assert (method, path, body) == ("POST", "/hook?of=us", b'{"a": 1}')
    assert (headers["Content-Type"], headers["Host"]) == ("application/json", f"127.0.0.1:{site.port}")


def test_something_is_fetched(site, reachable):
    site.headers = {"ETag": '"7"'}

    answer = outside.get(site.url, {"If-None-Match": '"6"'})

    assert (answer.status, answer.body, answer.headers["etag"]) == (200, b"hello", '"7"')
    assert site.asked[0][2]["If-None-Match"] == '"6"'


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(tmp_path, reachable):
    with Site(self_signed(tmp_path)) as site, pytest.raises(Unheard, match="SSL"):
        outside.post(site.url, b"{}", {})

    assert site.asked == []


def test_over_tls_the_certificate_is_held_against_the_name(tmp_path, reachable, monkeypatch):
    context = self_signed(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    with Site(context) as site:
        assert outside.get(site.url).status == 200

        resolving_to(monkeypatch, LOOPBACK)
        with pytest.raises(Unheard, match="SSL"):
            outside.get(f"https://hooks.example.org:{site.port}/")


def test_the_tests_own_server_is_inside_and_gets_nothing(site, monkeypatch):
    monkeypatch.setattr(outside, "SCHEMES", frozenset({"http"}))

    with pytest.raises(Barred, match="inside"):
        outside.post(site.url, b"{}", {})

    assert site.asked == []


def test_a_name_that_leads_inside_is_not_even_knocked_at(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0)
        resolving_to(monkeypatch, LOOPBACK)
        with pytest.raises(Barred):
            outside.post(f"https://rebinding.example.org:{listening.getsockname()[1]}/", b"{}", {})
        with pytest.raises(BlockingIOError):
            listening.accept()


def test_a_name_is_looked_up_once_so_that_it_cannot_say_something_else_the_second_time(site, monkeypatch):
    """DNS rebinding: public when it is checked, loopback when it is called."""
    monkeypatch.setattr(outside, "SCHEMES", frozenset({"http"}))
    asked = resolving_to(monkeypatch, [PUBLIC_4], LOOPBACK)
    went = []

    def unreachable(_line, address):
        went.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", unreachable)

    with pytest.raises(Unheard, match="ConnectionRefusedError"):
        outside.post(f"http://rebinding.example.org:{site.port}/", b"{}", {})

    assert (asked, went) == (["rebinding.example.org"], [(PUBLIC_4, site.port)])
    assert site.asked == []


def test_what_counts_is_where_the_connected_socket_leads(site, monkeypatch):
    """Whatever was looked up and allowed, a socket whose other end is inside is closed before a byte is sent."""
    monkeypatch.setattr(outside, "SCHEMES", frozenset({"http"}))
    resolving_to(monkeypatch, [PUBLIC_4])
    connect = socket.socket.connect
    monkeypatch.setattr(socket.socket, "connect", lambda line, _address: connect(line, ("127.0.0.1", site.port)))

    with pytest.raises(Barred, match="inside"):
        outside.post("http://rerouted.example.org/", b"{}", {})

    assert site.asked == []


def test_of_several_addresses_one_that_leads_outside_is_enough(site, reachable, monkeypatch):
    resolving_to(monkeypatch, ["10.0.0.1", "127.0.0.1"])

    assert outside.get(f"http://two.example.org:{site.port}/").status == 200


def test_a_redirect_is_not_followed(site, reachable):
    site.status, site.headers = 302, {"Location": "http://127.0.0.1:1/"}

    assert outside.post(site.url, b"{}", {}).status == 302
    assert len(site.asked) == 1


@pytest.mark.parametrize("said", [{}, {"Content-Length": "11"}])
def test_an_answer_that_is_too_long_is_not_taken(site, reachable, said):
    site.body, site.headers = b"x" * 11, said

    with pytest.raises(Unheard, match="too long"):
        outside.get(site.url, most=10)

    assert outside.get(site.url, most=11).body == b"x" * 11


def test_an_answer_that_drips_is_cut_off(reachable, monkeypatch):
    """Each byte comes soon enough; all of them together would take for ever."""
    monkeypatch.setattr(outside, "WHOLE_LIMIT", 0.2)

    def drip(listening):
        line, _where = listening.accept()
        with line:
            line.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            try:
                while True:
                    line.sendall(b"x")
                    time.sleep(0.02)
            except OSError:
                pass

    with socket.create_server(("127.0.0.1", 0)) as listening:
        dripping = threading.Thread(target=drip, args=[listening])
        dripping.start()
        with pytest.raises(Unheard):
            outside.get(f"http://127.0.0.1:{listening.getsockname()[1]}/")
        dripping.join(timeout=20)
        assert not dripping.is_alive()


@pytest.mark.parametrize("said", [b"", b"no HTTP at all\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"])
def test_an_answer_that_is_none_is_told_as_such(reachable, said):
    def hang_up(listening):
        line, _where = listening.accept()
        line.recv(1000)
        line.sendall(said)
        line.close()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        answering = threading.Thread(target=hang_up, args=[listening])
        answering.start()
        with pytest.raises(Unheard):
            outside.get(f"http://127.0.0.1:{listening.getsockname()[1]}/")
        answering.join()


def test_the_line_is_let_go_of_when_an_answer_breaks_off(reachable):
    ended = []

    def break_off(listening):
        line, _where = listening.accept()
        with line:
            line.recv(1000)
            line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx")
            line.shutdown(socket.SHUT_WR)
            line.settimeout(5)
            ended.append(line.recv(1000))

    with socket.create_server(("127.0.0.1", 0)) as listening:
        answering = threading.Thread(target=break_off, args=[listening])
        answering.start()
        with pytest.raises(Unheard) as unheard:
            outside.get(f"http://127.0.0.1:{listening.getsockname()[1]}/")
        answering.join()

    assert ended == [b""], unheard  # what went wrong is still held, and with it all that was left open


def test_who_is_not_there_is_not_heard(reachable, monkeypatch):
    with pytest.raises(Unheard, match="ConnectionRefusedError"):
        outside.get(f"http://127.0.0.1:{free_port()}/")

    resolving_to(monkeypatch, [])
    with pytest.raises(Unheard):
        outside.get("http://nobody.example.org/")


def test_what_went_wrong_is_told_without_the_address(site, reachable):
    site.status = 500
    with pytest.raises(Unheard) as caught:
        outside.get(f"http://127.0.0.1:{free_port()}/secret-path")

    assert "secret" not in f"{caught.value} {caught.value.said}"
    assert caught.value.__suppress_context__
