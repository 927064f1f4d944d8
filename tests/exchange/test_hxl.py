"""Tables for the public: programs know their columns, and people find them on the pages."""

import io

import hxl as libhxl
import pytest
from hxl.input import InputOptions
from openpyxl import load_workbook

from preparedness.contacts.models import Capability
from preparedness.database import db, writing
from preparedness.exchange import hxl
from preparedness.vocabulary import Capability as Code
from tests import cast
from tests.activations import stage

FORMS = {"csv": hxl.as_csv, "xlsx": hxl.as_xlsx}


@pytest.fixture
def able(world):
    """Six associations in Canada that translate, and Amina who does too."""
    with writing():
        for number in range(6):
            made = cast.organisation(world.agency, f"Association {number}", country="CA", ref=f"O-000{number}-X")
            made.capabilities = [Capability(agency_id=world.agency.id, code=Code.TRANSLATION)]
        world.amina.capabilities = [Capability(agency_id=world.agency.id, code=Code.TRANSLATION)]
        world.salma.capabilities = [Capability(agency_id=world.agency.id, code=Code.SHELTER)]
        stage.accepts(world.seat, world.federation)
        stage.accepts(world.montreal, world.amina)
        db.session.commit()
    return world


def read(content, tmp_path, form):
    """What libhxl makes of a file: its hashtags and its rows."""
    if form == "xlsx":  # the rows as a program sees them: libhxl's own reader of workbooks is an old one
        page = load_workbook(io.BytesIO(content)).worksheets[0]
        source = libhxl.data([[cell.value or "" for cell in line] for line in page.iter_rows()])
    else:
        (tmp_path / "table.csv").write_bytes(content)
        source = libhxl.data(str(tmp_path / "table.csv"), InputOptions(allow_local=True))
    with source:
        return source.display_tags, [list(row.values) for row in source]


@pytest.mark.once
@pytest.mark.parametrize("form", FORMS)
def test_libhxl_reads_the_actors(able, tmp_path, form):
    tags, rows = read(FORMS[form](hxl.actors(able.agency)), tmp_path, form)

    assert tags == [
        "#country+name",
        "#country+code+v_iso2",
        "#capacity+name",
        "#capacity+code",
        "#capacity+num+orgs",
        "#capacity+num+people",
    ]
    assert rows == [["Canada", "CA", "translation and interpreting", "translation", "6", "fewer than 5"]]


@pytest.mark.once
@pytest.mark.parametrize("form", FORMS)
def test_libhxl_reads_who_does_what_where(able, tmp_path, form):
    tags, rows = read(FORMS[form](hxl.who_does_what_where(able.plan)), tmp_path, form)

    assert "#org+name" in tags
    assert [row[2:6] for row in rows] == [
        ["Federation of Haitian Associations", "Diaspora coordination lead", "", ""],
        ["a person", "Diaspora focal point", "", "Montréal"],
    ]


def test_nobody_sensitive_is_even_counted(able):
    assert not any("shelter" in row for row in hxl.actors(able.agency).rows)
    with writing():
        able.federation.sensitive = True
        db.session.commit()
    assert "Federation of Haitian Associations" not in str(hxl.who_does_what_where(able.plan).rows)


def test_no_other_agency_is_counted(able):
    with writing():
        able.foreign_person.capabilities = [Capability(agency_id=able.other_agency.id, code=Code.LOGISTICS)]
        db.session.commit()

    assert not any("logistics" in row for row in hxl.actors(able.agency).rows)


@pytest.mark.parametrize("text", ["=1+1", "+33", "-5", "@here"])
def test_what_looks_like_a_formula_is_told_apart(app, text):
    table = hxl.Table("T", ("Name",), ("#org+name",), [(text,)])

    assert f"'{text}" in hxl.as_csv(table).decode("utf-8-sig")
    cell = load_workbook(io.BytesIO(hxl.as_xlsx(table)))["T"]["A3"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)


def test_planners_find_the_tables_on_the_pages(able, client):
    client.sign_in(able.members["ana"])
    organisations = client.get("/contacts/organisations").text
    coverage = client.get(f"/plans/{able.plan.id}/coverage").text

    for address in ("/copies/public/actors.csv", "/copies/public/actors.xlsx"):
        assert address in organisations
        assert client.get(address).headers["Content-Disposition"].endswith(address.rsplit("/", 1)[-1])
    for form in FORMS:
        address = f"/copies/public/plans/{able.plan.id}.{form}"
        assert address in coverage
        assert able.plan.ref in client.get(address).headers["Content-Disposition"]
    assert client.get(f"/copies/public/plans/{able.foreign_plan.id}.csv").status_code == 404
