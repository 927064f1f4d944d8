"""Whether a deployment is fit to serve, and what to write where it is not."""

import dataclasses

import pytest

from preparedness import checks, migrating
from preparedness.errors import Refused


@pytest.fixture
def settled(app, monkeypatch):
    """A deployment with other settings for the length of a test."""
    monkeypatch.setattr(migrating, "is_current", lambda: True)

    def set_to(**settings):
        monkeypatch.setitem(
            app.extensions, "preparedness", dataclasses.replace(app.extensions["preparedness"], **settings)
        )

    return set_to


def sentences() -> str:
    return " ".join(each.sentence for each in checks.findings() if each.serious)


def test_a_local_first_look_is_fit(settled):
    checks.refuse_unready()


def test_others_are_served_by_https_only(settled):
    settled(base_url="http://plans.example.org")
    with pytest.raises(Refused, match="not https"):
        checks.refuse_unready()


def test_example_accounts_do_not_go_into_production(settled, world):
    settled(base_url="https://plans.example.org")
    world.agency.example = True

    assert "example" in sentences()


def test_mail_in_a_folder_is_noted(settled):
    settled(base_url="https://plans.example.org")

    assert any("folder" in each.sentence and not each.serious for each in checks.findings())


@pytest.mark.parametrize(
    ("version", "mended"),
    [((3, 40, 1), False), ((3, 44, 6), True), ((3, 45, 0), False), ((3, 50, 7), True), ((3, 51, 3), True)],
)
def test_the_releases_of_sqlite_with_the_fault_are_known(version, mended):
    assert checks._mended(version) is mended
