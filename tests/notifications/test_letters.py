"""Letters: written at the moment they are sent, in the reader's language, with nothing in them that tracks."""

import re
from email import message_from_bytes
from email.policy import default

import pytest
from jinja2 import TemplateNotFound

from preparedness.database import now
from preparedness.notifications import letters
from preparedness.notifications.letters import Envelope, Letter

LINK = "http://localhost/a/0123456789-0123456789-0123456789-0123456789"


def context(world, **more):
    return {"agency": world.agency, "name": "Amina", "link": LINK, "discreet": False, **more}


def envelope(letter, **more):
    return Envelope(
        **{
            "message_id": 12,
            "agency_id": 1,
            "identity": "0123@example.org",
            "queued_at": now(),
            "sender": "plans@example.org",
            "sender_name": "Civil Protection",
            "address": "amina@example.org",
            "name": "Amina Diallo",
            "letter": letter,
            **more,
        }
    )


def received(letter, **more):
    return message_from_bytes(letters.mail(envelope(letter, **more)).as_bytes(), policy=default)


def test_a_link_stands_alone_on_a_line_of_the_plain_part(world):
    letter = letters.render("new_link", "en", context(world))

    assert LINK in letter.text.splitlines()


def test_a_letter_has_no_gaps_and_no_blanks_at_line_ends(world):
    letter = letters.render("new_link", "en", context(world))

    assert not re.search(r"[ \t]\n|\n{3}", letter.text)
    assert letter.text.endswith("\n")
    assert "\n" not in letter.subject


def test_the_html_part_says_the_same_and_loads_nothing(world):
    letter = letters.render("new_link", "en", context(world))

    assert f'<a href="{LINK}"' in letter.html
    assert re.findall(r'(?:src|href)="([^"]*)"', letter.html) == [LINK]
    assert "<img" not in letter.html
    assert '<html lang="en" dir="ltr">' in letter.html


def test_what_a_person_wrote_is_no_markup_in_the_html_part(world):
    letter = letters.render("new_link", "en", context(world, name="<b>Amina</b>"))

    assert "<b>Amina</b>" in letter.text
    assert "<b>Amina</b>" not in letter.html


def test_a_language_we_do_not_speak_is_written_in_the_nearest(world):
    assert 'lang="fr"' in letters.render("new_link", "fr-HT", context(world)).html
    assert 'lang="en"' in letters.render("new_link", "so", context(world)).html


def test_the_example_is_marked_in_every_letter(world):
    assert "EXAMPLE" not in letters.render("new_link", "en", context(world)).text
    world.agency.example = True
    letter = letters.render("new_link", "en", context(world))

    assert letter.text.startswith("EXAMPLE")
    assert "EXAMPLE" in letter.html


def test_a_letter_without_a_short_form_has_none(world):
    assert letters.render("reset_password", "en", context(world, member=world.members["ana"])).sms is None


def test_a_template_that_is_not_there_is_a_fault(world):
    with pytest.raises(TemplateNotFound):
        letters.render("nothing_of_that_name", "en", context(world))


def test_a_mail_has_two_parts_and_says_that_no_person_wrote_it(world):
    mail = received(letters.render("new_link", "fr", context(world)))

    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert mail["Auto-Submitted"] == "auto-generated"
    assert (mail["From"], mail["To"]) == (
        "Civil Protection <plans@example.org>",
        "Amina Diallo <amina@example.org>",
    )
    assert mail["Date"].datetime.tzinfo is not None
    assert LINK in mail.get_body(("plain",)).get_content().splitlines()


def test_every_copy_has_the_same_message_id():
    letter = Letter("Subject", "Text\n", "<p>Text</p>", None)

    assert received(letter)["Message-ID"] == received(letter)["Message-ID"] == "<0123@example.org>"


def test_a_name_cannot_add_a_header():
    mail = received(Letter("Subject", "Text\n", "<p>Text</p>", None), name="Amina\r\nBcc: everybody@example.org")

    assert mail["Bcc"] is None
    assert mail["To"].addresses[0].addr_spec == "amina@example.org"


def test_names_in_every_script_arrive_as_they_are():
    mail = received(Letter("نداء", "Text\n", "<p>Text</p>", None), name="هدى ورسمة")

    assert mail["Subject"] == "نداء"
    assert mail["To"].addresses[0].display_name == "هدى ورسمة"
