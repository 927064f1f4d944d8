"""Channels: each way out, and the three ways in which a letter does not leave."""

import hmac
import json
import smtplib
import socket
from threading import Thread

import pytest
from aiosmtpd.smtp import AuthResult

from preparedness.database import now
from preparedness.notifications.channels import Email, Folder, Permanent, Temporary, Text, Unreachable
from preparedness.notifications.letters import Envelope, Letter
from tests.notifications.servers import MailServer, Webhook, free_port, self_signed

LETTER = Letter("A role for you", "Hello.\n", "<p>Hello.</p>", "Hello.")


def envelope(**more):
    return Envelope(
        **{
            "message_id": 12,
            "agency_id": 3,
            "identity": "0123@example.org",
            "queued_at": now(),
            "sender": "plans@example.org",
            "sender_name": "Civil Protection",
            "address": "amina@example.org",
            "name": "Amina",
            "letter": LETTER,
            **more,
        }
    )


@pytest.fixture
def server():
    with MailServer() as server:
        yield server


@pytest.fixture
def email(server):
    channel = Email(server.url)
    yield channel
    channel.close()


def test_the_folder_holds_whole_mails_for_their_owner_only(tmp_path):
    Folder(tmp_path / "mailbox").send(envelope())

    (path,) = (tmp_path / "mailbox").iterdir()
    assert path.name.endswith("-a3-m12.eml")
    assert b"Message-ID: <0123@example.org>" in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0


def test_a_second_copy_takes_the_place_of_the_first(tmp_path):
    once = envelope()
    for _copy in range(2):
        Folder(tmp_path).send(once)

    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_cannot_be_written_is_out_of_order(tmp_path):
    (tmp_path / "mailbox").write_text("a file where the folder should be")

    with pytest.raises(Unreachable):
        Folder(tmp_path / "mailbox").send(envelope())


def test_a_mail_server_gets_the_mail(server, email):
    assert email.send(envelope()) == "250"

    (mail,) = server.mails
    assert mail["Subject"] == "A role for you"


def test_one_connection_serves_a_batch(server, email):
    for _each in range(5):
        email.send(envelope())

    assert (len(server.mails), server.connections) == (5, 1)


def test_a_connection_that_was_dropped_between_two_mails_is_made_again(server, email):
    email.send(envelope())
    email.connection.sock.shutdown(socket.SHUT_RDWR)
    email.send(envelope())

    assert len(server.mails) == 2


@pytest.mark.parametrize(
    ("step", "answer", "kind"),
    [
        ("RCPT", "550 no such person", Permanent),
        ("RCPT", "451 come back later", Temporary),
        ("DATA", "554 rejected", Permanent),
        ("DATA", "452 full", Temporary),
        ("DATA", "421 closing", Unreachable),
        ("MAIL", "553 we do not know this sender", Unreachable),
    ],
)
def test_what_a_server_answers_is_for_the_address_for_later_or_for_the_server(server, email, step, answer, kind):
    server.answers[step] = answer

    with pytest.raises(kind) as caught:
        email.send(envelope())

    assert caught.value.code == answer[:3]
    assert server.mails == []


def test_the_exception_keeps_neither_address_nor_what_the_server_said(server, email):
    server.answers["RCPT"] = "550 amina@example.org is unknown"

    with pytest.raises(Permanent) as caught:
        email.send(envelope())

    assert "example.org" not in f"{caught.value} {caught.value.said}"
    assert caught.value.__suppress_context__


def test_a_server_that_is_not_there_is_out_of_order():
    with pytest.raises(Unreachable):
        Email(f"smtp://127.0.0.1:{free_port()}").send(envelope())


def test_the_password_is_not_sent_without_tls(server):
    channel = Email(server.url.replace("smtp://", "smtp://user:secret@"))

    with pytest.raises(Unreachable, match="no TLS"):
        channel.send(envelope())

    assert server.mails == []


def test_a_certificate_that_cannot_be_verified_is_not_trusted(tmp_path):
    with MailServer(tls_context=self_signed(tmp_path)) as server, pytest.raises(Unreachable, match="SSL"):
        Email(server.url).send(envelope())

    assert server.mails == []


def test_a_verified_certificate_is_used_from_the_first_mail_on(tmp_path, monkeypatch):
    context = self_signed(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))

    with MailServer(tls_context=context, require_starttls=True) as server:
        channel = Email(server.url)
        channel.send(envelope())
        channel.close()

    assert len(server.mails) == 1


def test_a_server_over_tls_gets_name_and_password_as_they_are(tmp_path, monkeypatch):
    context = self_signed(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    seen = []

    def authenticator(_server, _session, _envelope, _mechanism, data):
        seen.append((data.login, data.password))
        return AuthResult(success=True)

    settings = {"authenticator": authenticator, "auth_require_tls": False}
    with MailServer(ssl_context=context, **settings) as server:
        channel = Email(server.url.replace("smtp://", "smtps://plans%40example.org:p%40ss%3Aword@"))
        channel.send(envelope())
        channel.close()

    assert seen == [(b"plans@example.org", b"p@ss:word")]
    assert len(server.mails) == 1


def test_a_line_that_breaks_while_sending_may_have_sent_it_so_it_is_tried_again_later(server, email, monkeypatch):
    def broken(*_args, **_more):
        raise BrokenPipeError

    monkeypatch.setattr(smtplib.SMTP, "send_message", broken)

    with pytest.raises(Temporary):
        email.send(envelope())


def test_a_goodbye_that_fails_is_no_fault(server, email):
    email.send(envelope())
    email.connection.sock.shutdown(socket.SHUT_RDWR)

    email.close()

    assert email.connection is None


def test_an_address_that_is_none_will_never_be_reached(server, email):
    with pytest.raises(Permanent):
        email.send(envelope(address="no address at all"))


def test_a_server_that_cannot_write_an_address_rejects_it_only(server, email, monkeypatch):
    def unable(*_args, **_more):
        raise smtplib.SMTPNotSupportedError

    monkeypatch.setattr(smtplib.SMTP, "send_message", unable)

    with pytest.raises(Permanent):
        email.send(envelope())


def test_a_text_is_signed_and_carries_its_identity():
    with Webhook() as webhook:
        assert Text(webhook.url).send(envelope(address="+15145550123")) == "200"

    ((headers, body),) = webhook.texts
    assert json.loads(body) == {"id": "0123@example.org", "to": "+15145550123", "text": "Hello."}
    assert headers["X-Signature"] == "sha256=" + hmac.new(b"the-shared-secret", body, "sha256").hexdigest()


@pytest.mark.parametrize(("status", "kind"), [(400, Permanent), (429, Temporary), (503, Temporary), (401, Unreachable)])
def test_what_a_webhook_answers_is_for_the_number_for_later_or_for_us(status, kind):
    with Webhook() as webhook:
        webhook.status = status
        with pytest.raises(kind) as caught:
            Text(webhook.url).send(envelope())

    assert caught.value.code == str(status)


def test_a_webhook_that_is_not_there_is_out_of_order():
    with pytest.raises(Unreachable):
        Text(f"http://127.0.0.1:{free_port()}/send").send(envelope())


def test_a_webhook_that_hangs_up_is_tried_again_later():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        hang_up = Thread(target=lambda: listening.accept()[0].close())
        hang_up.start()
        with pytest.raises(Temporary):
            Text(f"http://127.0.0.1:{listening.getsockname()[1]}/send").send(envelope())
        hang_up.join()


def test_a_letter_without_a_short_form_is_never_a_text():
    with pytest.raises(Permanent):
        Text("https://gateway.example.org").send(envelope(letter=Letter("Subject", "Text\n", "<p>Text</p>", None)))
