"""What a workbook says about itself, sealed."""

from preparedness.database import now
from preparedness.exchange import manifest
from preparedness.exchange.manifest import Manifest

SECRET = "a secret of the tests, long enough to be one"
COPY = Manifest("ab12", "activation", 7, 1, now(), "Europe/Paris", "fr", {"tasks": 12})


def test_a_manifest_that_nobody_changed_holds():
    fields = COPY.fields(SECRET)

    assert manifest.holds(fields, SECRET)
    assert manifest.export_named(fields) == "ab12"


def test_a_changed_manifest_and_another_key_do_not_hold():
    fields = COPY.fields(SECRET)

    assert not manifest.holds({**fields, "subject": "8"}, SECRET)
    assert not manifest.holds({**fields, "seal": ""}, SECRET)
    assert not manifest.holds(fields, SECRET[::-1])
    assert manifest.export_named({}) is None


def test_a_manifest_tells_which_key_sealed_it_and_not_the_key():
    assert COPY.fields(SECRET)["key"] == manifest.key_id(SECRET)
    assert manifest.key_id(SECRET) != manifest.key_id(SECRET[::-1])


def test_the_check_beside_a_row_names_its_ref_and_version():
    check = manifest.row_check("ab12", "T-79Y1-6", 3, SECRET)

    assert check.startswith("T-79Y1-6 3 ")
    assert check != manifest.row_check("cd34", "T-79Y1-6", 3, SECRET)
