"""Settings: each with its default and its reason, and a wrong one says what to write."""

import stat

import pytest

from preparedness import config
from preparedness.errors import Refused


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """Read the settings from these variables alone."""
    for setting in config.SETTINGS:
        monkeypatch.delenv(setting.variable, raising=False)

    def read(**variables: str) -> config.Config:
        for name, value in variables.items():
            monkeypatch.setenv(config.PREFIX + name, value)
        return config.load(tmp_path / "instance")

    return read


def test_a_first_look_needs_no_setting(settings, tmp_path):
    found = settings()

    assert found.database_url == f"sqlite:///{(tmp_path / 'instance').resolve()}/preparedness.sqlite"
    assert found.mail_urls == ("folder:",)
    assert found.mailbox == (tmp_path / "instance").resolve() / "mailbox"
    assert found.local
    assert found.trusted_hosts == ("127.0.0.1", "localhost")
    assert (found.proxies, found.log, found.worker) == (0, "text", "inside")


def test_every_setting_has_its_reason():
    assert all(setting.reason.endswith(".") for setting in config.SETTINGS)
    assert len({setting.name for setting in config.SETTINGS}) == len(config.SETTINGS)


def test_the_secret_is_made_once_and_only_its_owner_reads_it(settings, tmp_path):
    first = settings().secret_key
    kept = tmp_path / "instance" / "secret_key"

    assert len(first) >= 32
    assert settings().secret_key == first
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_settings_are_read_from_the_instance_folder_and_the_environment_wins(settings, tmp_path, monkeypatch):
    folder = tmp_path / "instance"
    folder.mkdir()
    (folder / "config.env").write_text("PREPAREDNESS_MAIL_FROM=plans@example.org\nPREPAREDNESS_LOG=json\n")

    found = settings(LOG="text")

    assert (found.mail_from, found.log) == ("plans@example.org", "text")
    monkeypatch.delenv("PREPAREDNESS_MAIL_FROM", raising=False)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_postgresql_is_reached_by_its_present_driver(settings, scheme):
    found = settings(DATABASE_URL=f"{scheme}://planner:secret@db.example.org/plans")

    assert found.database_url == "postgresql+psycopg://planner:secret@db.example.org/plans"


def test_hosts_are_those_of_the_address_and_those_named(settings):
    found = settings(BASE_URL="https://plans.example.org/", TRUSTED_HOSTS="intra.example.org plans.example.org")

    assert found.base_url == "https://plans.example.org"
    assert found.trusted_hosts == ("plans.example.org", "intra.example.org")
    assert not found.local


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DATABASE_URL", "mysql://db/plans", "postgresql://"),
        ("SECRET_KEY", "short", "32 characters"),
        ("BASE_URL", "plans.example.org", "https://"),
        ("BASE_URL", "ftp://plans.example.org", "https://"),
        ("MAIL_URL", "mail.example.org:25", "smtp://"),
        ("MAIL_URL", "folder: smtp://", "smtp://"),
        ("PROXIES", "one", "0 for none"),
        ("PROXIES", "-1", "0 for none"),
        ("LOG", "xml", "text or json"),
        ("WORKER", "maybe", "inside or outside"),
    ],
)
def test_a_wrong_setting_says_which_and_what_to_write(settings, name, value, said):
    with pytest.raises(Refused) as refused:
        settings(**{name: value})

    assert refused.value.sentence.startswith(f"PREPAREDNESS_{name} ")
    assert said in refused.value.sentence
    assert "secret" not in refused.value.sentence


def test_a_likely_misspelling_is_named(settings, monkeypatch):
    monkeypatch.setenv("PREPAREDNESS_DATABASE_URI", "x")
    monkeypatch.setenv("PREPAREDNESS_MAIL_URL", "folder:")

    assert config.misspelt() == ["PREPAREDNESS_DATABASE_URI"]


def test_cookies_are_secure_where_the_address_is(settings):
    secure = config.for_flask(settings(BASE_URL="https://plans.example.org"))

    assert secure["SESSION_COOKIE_SECURE"]
    assert secure["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert secure["SESSION_COOKIE_HTTPONLY"]
    assert secure["SESSION_COOKIE_SAMESITE"] == "Lax"


def test_cookies_work_without_a_certificate_on_one_s_own_machine(settings):
    assert not config.for_flask(settings())["SESSION_COOKIE_SECURE"]


@pytest.mark.once
def test_the_app_at_work_has_its_settings(app):
    assert config.current().base_url == "http://localhost"
