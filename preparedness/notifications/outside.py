"""Outside: requests to addresses that somebody typed. Nothing inside a network is ever called.

What counts is where the connected socket leads, not what a name said before: a name may say something else each time
it is asked. Redirects are not followed, time and size are limited, and what went wrong is told without an address.
"""

import ipaddress
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from threading import Timer
from urllib.parse import SplitResult, urlsplit

from preparedness.i18n import _

SCHEMES = frozenset({"https"})
CONNECT_LIMIT = 5.0
"""Seconds for one attempt to connect."""

WHOLE_LIMIT = 12.0
"""Seconds for all that follows: the handshake, the request and the whole answer."""

MOST_BYTES = 2_000_000
"""How much of an answer is read; one that is longer is not taken at all."""

LONGEST_ADDRESS = 500
USER_AGENT = "Preparedness"

NEVER_4 = tuple(
    ipaddress.IPv4Network(each)
    for each in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carriers' own (CGNAT)
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # the platform below a virtual machine (Azure), though it looks public
        "169.254.0.0/16",  # link-local, with the metadata of clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
ONLY_6 = ipaddress.IPv6Network("2000::/3")
"""Global unicast. Outside it lie loopback, mapped and translated IPv4 (NAT64), private, link-local and multicast."""

NEVER_6 = tuple(
    ipaddress.IPv6Network(each)
    for each in (
        "2001::/23",  # protocol assignments, with Teredo, ORCHID and benchmarks
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address in disguise
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)


class Barred(Exception):  # noqa: N818 - it reads as a sentence
    """This address may not be called, now or later. Keeps why, never the address."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


class Unheard(Exception):  # noqa: N818
    """There was no answer, or none that could be taken; there may be one later. Keeps its class alone."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


@dataclass(frozen=True)
class Answer:
    """What somebody outside answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send something; of the answer only the status is read. Raises Barred or Unheard."""
    return _asked("POST", url, body, headers, 0)


def get(url: str, headers: Mapping[str, str] | None = None, *, most: int = MOST_BYTES) -> Answer:
    """Fetch something of a limited size. Raises Barred or Unheard; a redirect is an answer like another."""
    return _asked("GET", url, None, headers or {}, most)


def why_not(url: str) -> str | None:
    """Why an address cannot be called, in a sentence, before anything is looked up; None where it may be tried."""
    try:
        parts = _parts(url)
    except Barred:
        return _(
            "Write an address that begins with https://, with nothing in it that signs in, as https://example.org/x."
        )
    host = parts.hostname or ""
    if "." not in host.rstrip(".") and ":" not in host:
        return _("This name is known inside a network only: write one that is known everywhere.")
    try:
        inside = not is_public(host)
    except ValueError:
        inside = False  # a name: where it leads is looked at on each connection
    return _("This address lies inside a network. Only public ones are called.") if inside else None


def is_public(address: str) -> bool:
    """True for an IP address that is routed everywhere and belongs to nobody's inside. Raises ValueError for a name."""
    known = ipaddress.ip_address(address)
    if isinstance(known, ipaddress.IPv4Address):
        return not any(known in network for network in NEVER_4)
    return known.scope_id is None and known in ONLY_6 and not any(known in network for network in NEVER_6)


def _parts(url: str) -> SplitResult:
    """The parts of an address that may be called at all. Raises Barred."""
    if len(url) > LONGEST_ADDRESS or not url.isascii() or not url.isprintable() or set(' \\"<>^`{|}') & set(url):
        raise Barred("no address")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Barred("no address") from None
    if parts.scheme not in SCHEMES or not parts.hostname or "@" in parts.netloc or parts.fragment or port == 0:
        raise Barred("no address")
    return parts


def _asked(method: str, url: str, body: bytes | None, headers: Mapping[str, str], most: int) -> Answer:
    parts = _parts(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    sent = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity", "Connection": "close", **headers}
    try:
        with _connected(parts) as connection:
            connection.request(method, path, body, sent)
            with connection.getresponse() as response:  # or a part of the line would stay open until it is forgotten
                said = {name.lower(): value for name, value in response.getheaders()}
                return Answer(response.status, said, _read(response, most))
    except (OSError, HTTPException, ValueError) as error:
        raise Unheard(type(error).__name__) from None


def _read(response: HTTPResponse, most: int) -> bytes:
    if not most:
        return b""
    body = response.read(most + 1)
    if len(body) > most:
        raise Unheard("the answer is too long")
    if response.length:
        raise Unheard("the answer ends too early")
    return body


class _Deadline:
    """Cuts a line off when its time is over: a limit on each step alone lets a slow answer drip for ever."""

    def __init__(self, line: socket.socket) -> None:
        self.line, self.over = line, False
        self.timer = Timer(WHOLE_LIMIT, self._cut)
        self.timer.daemon = True
        self.timer.start()

    def _cut(self) -> None:
        self.over = True
        with suppress(OSError):  # it has ended already
            socket.socket.shutdown(self.line, socket.SHUT_RDWR)


@contextmanager
def _connected(parts: SplitResult) -> Iterator[HTTPConnection]:
    """A connection that leads outside. Raises Unheard where it was cut off at the end of its time."""
    host, encrypted = parts.hostname or "", parts.scheme == "https"
    line = _line(host, parts.port or (443 if encrypted else 80))
    deadline = _Deadline(line)
    try:
        line.settimeout(WHOLE_LIMIT)
        if encrypted:
            deadline.line = line = ssl.create_default_context().wrap_socket(
                line, server_hostname=host, do_handshake_on_connect=False
            )
            line.do_handshake()
        connection = (HTTPSConnection if encrypted else HTTPConnection)(host, parts.port)
        connection.auto_open = 0  # never a second connection, to who knows where
        connection.sock = line
        yield connection
    finally:
        deadline.timer.cancel()
        line.close()
    if deadline.over:
        raise Unheard("too slow")


def _line(host: str, port: int) -> socket.socket:
    """A connected socket that leads outside. Raises Barred where every way leads inside, or OSError."""
    failed: Exception = Unheard("no address is known")
    for family, kind, protocol, _name, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        try:
            return _dialled(family, kind, protocol, address)
        except (OSError, Barred) as error:
            failed = error if not isinstance(failed, OSError) else failed
    raise failed


def _dialled(family: int, kind: int, protocol: int, address: tuple[object, ...]) -> socket.socket:
    """Connect to one address: not a packet goes inside, and where the socket really leads is looked at again."""
    _refuse_inside(str(address[0]))
    line = socket.socket(family, kind, protocol)
    try:
        line.settimeout(CONNECT_LIMIT)
        line.connect(address)
        _refuse_inside(str(line.getpeername()[0]))
    except BaseException:
        line.close()
        raise
    return line


def _refuse_inside(address: str) -> None:
    try:
        public = is_public(address)
    except ValueError:
        public = False
    if not public:
        raise Barred("the address leads inside a network")
