"""Lists of somebody else's making: which column is which is proposed, corrected, asked about and remembered."""

import pytest
from openpyxl import Workbook as Plain
from sqlalchemy import func, select

from preparedness.contacts.models import Organisation, Person
from preparedness.database import db
from preparedness.exchange.models import ColumnMapping, Return, ReturnState, WorkbookKind
from tests.exchange.offline import taken
from tests.exchange.scenarios.ways import latest, worked
from tests.exchange.test_uploads import saved

HEADINGS = ["Nom complet", "Courriel", "Téléphone", "Pays", "Informé le", "Couleur"]
LUCIE = ["Lucie Pierre", "lucie@example.org", "+33199001234", "France", "05/12/2025", "bleu"]
MARC = ["Marc Paul", "marc@example.org", "+33199001235", "FR", "03/04/2025", "rouge"]
ANSWER = {"column-1": "name", "column-2": "email", "column-3": "phone", "column-4": "country", "column-5": "told_on"}
FULL = {**ANSWER, "order-5": "day", "fixed-source": "themselves"}


def a_list(*rows, title="Contacts", above=()):
    """A workbook of somebody else's making."""
    book = Plain()
    book.active.title = title
    for row in (*above, *rows):
        book.active.append(list(row))
    return saved(book)


def say(page, back, **sent):
    return page.press("columns", back, version=back.version, **sent)


def named(name):
    db.session.expire_all()
    return db.session.scalar(select(Person).where(Person.name == name))


def test_a_list_is_asked_about_and_nothing_of_it_is_taken_before(world, page):
    said = page.bring(a_list(HEADINGS, LUCIE, MARC, above=[["Nos contacts 2025"], []]), name="contacts.xlsx")
    back = latest()

    assert "Which column is which?" in said
    assert "2 rows below the headings in row 3" in said
    assert '<option value="email" selected>' in said
    assert "lucie@example.org · marc@example.org" in said
    assert "05/12/2025 is 5 Dec 2025" in said
    assert "05/12/2025 is 12 May 2025" in said
    assert "checked" not in said[said.index("order-5") : said.index("column-1")], "a date is never guessed"
    assert (back.state, back.changes) == (ReturnState.REFUSED, [])
    assert "Which column is which?" in page.client.get(f"/copies/returns/{back.id}", follow_redirects=True).text


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({**FULL, "order-5": ""}, "Say whether the day or the month comes first in “Informé le”."),
        ({**FULL, "fixed-source": ""}, "Say which column is “Where this contact comes from”, or what it is for all"),
        ({**FULL, "column-1": ""}, "Say which column is “Name, as they wish to be called”"),
        ({**FULL, "column-4": "email"}, "Two columns cannot both be “E-mail”."),
    ],
)
def test_what_is_open_or_cannot_be_is_said_beside_its_field_and_nothing_is_kept(world, page, sent, says):
    page.bring(a_list(HEADINGS, LUCIE, MARC))
    said = say(page, latest(), **sent)

    assert says in said
    assert latest().state is ReturnState.REFUSED
    assert db.session.scalar(select(func.count()).select_from(ColumnMapping)) == 0


def test_what_was_said_shows_what_the_list_would_change_and_every_column_left_aside(world, page):
    page.bring(a_list(HEADINGS, LUCIE, MARC), name="contacts.xlsx")
    said = say(page, latest(), **FULL)
    back = latest()

    assert "2 new people" in said
    assert "The column “Couleur” was left aside." in said
    assert "The dates in “Informé le” were read with the day first." in said
    assert back.problems == []
    page.press("apply", back, version=back.version)
    lucie = named("Lucie Pierre")
    assert (lucie.told_on.isoformat(), lucie.country, lucie.source.value) == ("2025-12-05", "FR", "themselves")
    assert {each.address for each in lucie.channels} == {"lucie@example.org", "+33199001234"}


def test_a_problem_is_named_by_its_address_in_the_list_itself(world, page):
    page.bring(a_list(HEADINGS, LUCIE, ["Marc Paul", "no address", "", "Atlantis", "13/13/2025"]))
    say(page, latest(), **FULL)

    assert {(each["cell"], each["read"]) for each in latest().problems} == {
        ("B3", "no address"),
        ("D3", "Atlantis"),
        ("E3", "13/13/2025"),
    }


def test_only_a_workbook_is_offered_with_its_cells_marked(world, page):
    lines = [HEADINGS, LUCIE, ["Marc Paul", "no address", "", "Atlantis", "13/13/2025"]]
    said = {}
    page.bring("\n".join(";".join(map(str, line)) for line in lines).encode(), name="contacts.csv")
    said["csv"] = say(page, latest(), **FULL)
    page.bring(a_list(*lines), name="contacts.xlsx")
    said["xlsx"] = say(page, latest(), **FULL)

    assert all("Cells that cannot be taken" in text for text in said.values())
    assert ["/marked" in text for text in said.values()] == [False, True]


def test_the_next_list_with_these_headings_is_proposed_as_it_was_said(world, page):
    page.bring(a_list(HEADINGS, LUCIE))
    say(page, latest(), **{**FULL, "column-6": "function", "order-5": "month"})
    said = page.bring(a_list(HEADINGS, MARC))

    assert "as it was said of the last list" in said
    assert said.index("Couleur") < said.index('<option value="function" selected>')
    assert '<option value="themselves" selected>' in said
    assert 'value="month" id="field-order-5-2" checked' in said
    assert "as it was said of the last list" not in page.bring(a_list([*HEADINGS[:5], "Ville"], MARC))


def test_what_was_said_can_be_said_anew_until_it_is_applied(world, page):
    page.bring(a_list(HEADINGS, LUCIE))
    said = say(page, latest(), **FULL)
    assert "Say anew which column is which" in said
    say(page, latest(), **{**FULL, "column-6": "city"})

    assert latest().changes[0].mine["city"] == "bleu"
    assert db.session.scalar(select(func.count()).select_from(ColumnMapping)) == 1


def test_a_list_of_organisations_with_hashtags_needs_little_said(world, page):
    content = a_list(
        ["Asociación", "Nacionalidad", "Ort"],
        ["#org+name", "#country+code", "#loc+city"],
        ["Nurses of Boston", "US", "Boston"],
        ["Doctors of Lyon", "FR", "Lyon"],
    )
    assert "organisations" in page.bring(content)
    said = say(page, latest(), **{"column-1": "name", "column-2": "country", "column-3": "city"})
    assert "Say which column is “Kind”" in said
    page.client.post(
        f"/copies/returns/{latest().id}/columns?kind=organisations",
        data={"version": latest().version, "column-1": "name", "column-2": "country", "column-3": "city"}
        | {"fixed-kind": "professional_association"},
    )
    back = latest()
    page.press("apply", back, version=back.version)
    made = db.session.scalar(select(Organisation).where(Organisation.name == "Nurses of Boston"))

    assert (made.kind.value, made.country, made.city) == ("professional_association", "US", "Boston")


def test_another_sheet_or_kind_can_be_chosen(world, page):
    book = Plain()
    book.active.title = "Cover"
    book.active.append(["Colour", "Weight"])
    book.active.append(["red", "7"])
    people = book.create_sheet("People we know")
    people.append(["Full name", "E-mail"])
    people.append(["Lucie Pierre", "lucie@example.org"])
    said = page.bring(saved(book))
    back = latest()

    assert "<b>People we know</b>" in said
    other = page.client.get(f"/copies/returns/{back.id}/columns?sheet=Cover&kind=organisations").text
    assert "<b>Cover</b>" in other
    assert "<b>Organisations</b>" in other
    page.client.get(f"/copies/returns/{back.id}/columns?sheet=None&kind=nothing")
    say(page, back, **{"column-1": "name", "column-2": "email", "fixed-source": "colleague"})
    assert "The sheet “Cover” was left aside." in latest().notices


def test_a_text_file_says_how_it_was_read(world, page):
    lines = [";".join(row) for row in (HEADINGS, LUCIE, MARC)]
    said = page.bring("\n".join(lines).encode("cp1252"), name="contacts.csv")
    assert "Which column is which?" in said

    assert "Read as a text file in Windows-1252, with “;” between the columns." in say(page, latest(), **FULL)
    assert latest().counts["create"] == 2


def test_first_and_last_names_are_put_together(world, page):
    page.bring(a_list(["Prénom", "Nom de famille", "Courriel"], ["Lucie", "Pierre", "lucie@example.org"]))
    say(page, latest(), **{"column-1": "name", "column-2": "name", "column-3": "email", "fixed-source": "colleague"})

    assert latest().changes[0].mine["name"] == "Lucie Pierre"


def test_a_long_list_is_read_by_a_worker_once_its_columns_are_known(world, page, monkeypatch):
    monkeypatch.setattr("preparedness.exchange.returns.QUICK_BYTES", 10)
    assert "Which column is which?" not in page.bring(a_list(HEADINGS, LUCIE))
    assert worked() == 1
    assert "Which column is which?" in page.client.get(f"/copies/returns/{latest().id}", follow_redirects=True).text
    say(page, latest(), **FULL)
    assert latest().state is ReturnState.READING
    assert worked() == 1

    assert (latest().state, latest().counts["create"]) == (ReturnState.READY, 1)


def test_our_own_copies_never_see_the_page(world, page):
    for kind, subject in ((WorkbookKind.ROSTER, None), (WorkbookKind.PLAN, world.plan.id)):
        _copy, book = taken(world, kind, subject)
        assert "Which column is which?" not in page.bring(book.saved())
        assert page.client.get(f"/copies/returns/{latest().id}/columns").location.endswith(f"/returns/{latest().id}")
        assert latest().mapping is None


def test_an_official_is_told_whom_to_ask_and_a_planner_takes_it_up(world, page):
    said = page.bring(a_list(HEADINGS, LUCIE), who="rui")
    back = latest()

    assert "You cannot bring this copy back yourself." in said
    assert page.client.get(f"/copies/returns/{back.id}/columns").status_code == 403
    page.client.sign_in(world.members["ana"])
    assert "Which column is which?" in page.client.get(f"/copies/returns/{back.id}", follow_redirects=True).text


def test_the_command_goes_on_where_it_is_certain(world, command):
    headings = ["Full name", "E-mail", "Source"]
    said = command.bring_in(a_list(headings, ["Lucie Pierre", "lucie@example.org", "a colleague"]), name="list.xlsx")

    assert '"state": "applied"' in said
    assert named("Lucie Pierre").source.value == "colleague"


def test_the_command_goes_on_as_it_was_said_on_the_page(world, page, command):
    page.bring(a_list(HEADINGS, LUCIE))
    say(page, latest(), **FULL)
    said = command.bring_in(a_list(HEADINGS, MARC), name="list.xlsx")

    assert '"state": "applied"' in said
    assert named("Marc Paul").told_on.isoformat() == "2025-04-03"


@pytest.mark.parametrize(
    "rows",
    [
        (HEADINGS, LUCIE),
        (["Full name", "E-mail"], ["Lucie Pierre", "lucie@example.org"]),
        (["Full nmae", "E-mail", "Source"], ["Lucie Pierre", "lucie@example.org", "a colleague"]),
        (["Full name", "Told on", "Source"], ["Lucie Pierre", "05/12/2025", "a colleague"]),
    ],
)
def test_the_command_says_in_one_sentence_to_open_the_page_where_it_is_not(world, command, rows):
    said = command.bring_in(a_list(*rows), name="list.xlsx")

    assert "Open it on the page “Offline copies” and say so." in said
    assert named("Lucie Pierre") is None


def test_a_list_that_is_put_aside_is_no_longer_asked_about(world, page):
    page.bring(a_list(HEADINGS, LUCIE))
    back = latest()
    page.press("put-aside", back)

    assert "Nothing of it was taken" in page.client.get(f"/copies/returns/{back.id}").text
    assert page.client.post(f"/copies/returns/{back.id}/columns", data={"version": 1}).status_code == 302


def test_who_was_second_is_told(world, page):
    page.bring(a_list(HEADINGS, LUCIE))
    back = latest()
    answer = page.client.post(f"/copies/returns/{back.id}/columns", data={"version": back.version - 1, **FULL})

    assert answer.status_code == 409
    assert "Somebody else saved this meanwhile" in answer.text


def test_what_another_institution_said_of_its_lists_counts_for_it_alone(world, page):
    page.bring(a_list(HEADINGS, LUCIE))
    say(page, latest(), **FULL)

    assert "as it was said of the last list" not in page.bring(a_list(HEADINGS, LUCIE), who="bo")
    assert db.session.scalar(select(func.count()).select_from(Return).where(Return.mapping.is_not(None))) == 2
