"""A tiny app that shows the gallery in the product's own frames."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import Flask, flash, render_template, request
from jinja2 import ChoiceLoader, FileSystemLoader

from preparedness import assets, i18n
from preparedness.vocabulary import LedBy, Phase, Verification

HERE = Path(__file__).parent
TEMPLATES = HERE.parent.parent / "templates"


class Fields(SimpleNamespace):
    """A form as the macros see one: fields by name, errors, a version, what someone else saved."""

    def __getitem__(self, name: str) -> Any:
        return self.fields[name]


def field(name: str, label: str, kind: str = "text", **traits: Any) -> SimpleNamespace:
    """A field with the traits that matter here; the others as empty as they come."""
    empty = {"hint": "", "value": None, "errors": [], "required": False, "choices": None, "multiple": False}
    more = {"autocomplete": None, "maxlength": None, "rows": None}
    return SimpleNamespace(**empty | more | {"name": name, "id": f"f-{name}", "label": label, "kind": kind} | traits)


def form_of(*fields: SimpleNamespace, version: int | None = None, stale: Any = ()) -> Fields:
    """A form of these fields; its errors are theirs."""
    errors = {each.name: each.errors for each in fields if each.errors}
    return Fields(fields={each.name: each for each in fields}, errors=errors, version=version, stale=stale)


def person_form() -> Fields:
    """A form with every kind of field, one error and one lost race."""
    countries = [("", ""), ("CA", "Canada"), ("CL", "Chile"), ("HT", "Haïti")]
    people = [(number, name) for number, name in enumerate(["Amina Osman", "Élodie Désir", "Tomás Reyes"], start=1)]
    return form_of(
        field("name", "Name", required=True, value="Amina <b>Osman</b>", autocomplete="off", maxlength=200),
        field("country", "Country of residence", "select", required=True, choices=countries, value="CA"),
        field("organisation", "Organisation", hint="Begin to type: those we know are shown."),
        field("email", "E-mail address", "email", value="amina@", errors=["This is no e-mail address."], required=True),
        field("phone", "Phone", "tel", hint="With the country's code: +1 416 555 0134."),
        field("person", "Contact point", "select", choices=people, multiple=False, value=2),
        field(
            "source",
            "Where the contact comes from",
            "radio",
            required=True,
            choices=[("themselves", "themselves"), ("colleague", "a colleague")],
            value="colleague",
        ),
        field("modes", "How they can help", "checkboxes", choices=[("a", "from home"), ("b", "funds")], value=["b"]),
        field("told_on", "Told on", "date", value="2026-03-03"),
        field("notes", "Notes", "textarea", hint="No names of missing people, no coordinates.", rows=3),
        field("file", "Signed form", "file"),
        field("sure", "I have checked this with her", "checkbox", value=True),
        field("hidden", "", "hidden", value="kept"),
        version=7,
        stale=[SimpleNamespace(label="Function", mine="Treasurer", theirs="President", by="Ana Desrosiers")],
    )


def answer_form() -> Fields:
    """What a focal point is asked."""
    choices = [("accept", "Yes, I will"), ("limits", "Yes, with conditions"), ("decline", "No, I decline")]
    return form_of(
        field("answer", "Your answer", "radio", choices=choices, required=True),
        field("notes", "Anything you wish to add", "textarea", rows=3),
    )


def seats(*rows: tuple[str, str | None, list[str], str]) -> list[SimpleNamespace]:
    """Seats for the chart."""
    return [
        SimpleNamespace(label=label, holder=holder, deputies=deputies, signal=signal, url=None if holder else "/")
        for label, holder, deputies, signal in rows
    ]


def roles() -> list[SimpleNamespace]:
    """A small plan's roles: held, asked and vacant."""

    def role(title: str, led_by: LedBy, essential: bool, *rows: Any) -> SimpleNamespace:
        return SimpleNamespace(title=title, led_by=led_by, essential=essential, url="/", seats=seats(*rows))

    return [
        role("Diaspora liaison officer", LedBy.GOVERNMENT, True, ("", "Ministry of Foreign Affairs", ["R. Jean"], "held")),
        role("Diaspora coordination group", LedBy.DIASPORA, True, ("", "Federation of Haitian Associations", ["Konbit"], "held")),
        role(
            "Family-links focal point",
            LedBy.DIASPORA,
            True,
            ("Toronto", "Amina Osman", ["Élodie Désir", "Tomás Reyes"], "held"),
            ("Miami", "Marc-Antoine Étienne", [], "waiting"),
            ("Santiago", None, [], "gap"),
        ),
        role("Health professionals' lead", LedBy.DIASPORA, True, ("", None, [], "gap")),
        role("Money routes", LedBy.GOVERNMENT, False, ("", "Central bank, remittance desk", [], "held")),
        role("Media and rumours", LedBy.DIASPORA, False, ("", "Radyo Lakay", ["Association of Journalists"], "held")),
    ]


def items() -> list[SimpleNamespace]:
    """A checklist with three phases."""
    rows = {
        (Phase.PREPAREDNESS, "P"): [0, 24, 168, 168, 720, 720, 2160, 4320],
        (Phase.RESPONSE, "H"): [-24, 0, 0, 1, 2, 2, 2, 6, 12, 24, 24, 72, 168],
        (Phase.RECOVERY, "R"): [0, 24, 168, 720, 2160, 2160],
    }
    owners = ["Liaison officer", "Coordination group", "Family links", "Health lead", None]
    return [
        SimpleNamespace(phase=phase, anchor=anchor, offset_hours=hours, text="Open the line", owner=owners[turn % 5], url="/")
        for (phase, anchor), offsets in rows.items()
        for turn, hours in enumerate(offsets)
    ]


def people() -> SimpleNamespace:
    """A page of a list."""
    rows = [
        ("Amina Osman", "Toronto, Canada", Verification.DOCUMENTS_CHECKED, "accepted", 6),
        ("Marc-Antoine Étienne", "Miami, United States", Verification.CONTACT_CONFIRMED, "invited", 3),
        ("Тарас Шевчук", "Winnipeg, Canada", Verification.LISTED, "declined", 0),
        ("سلمى عبد الرحمن", "Paris, France", Verification.COMMITMENTS_SIGNED, "accepted_with_limits", 10),
    ]
    names = ("name", "place", "verification", "status", "hours")
    found = [SimpleNamespace(**dict(zip(names, row, strict=True))) for row in rows]
    return SimpleNamespace(
        items=found, total=1204, page=2, per_page=50, pages=25, prev_url="?page=1", next_url="?page=3"
    )


def _give_words(app: Flask) -> None:
    app.add_template_global(lambda: "token", "csrf_token")
    app.add_template_filter(lambda member: getattr(member, "words", member), "label")
    app.add_template_filter(i18n.number, "number")
    app.add_template_filter(i18n.moment, "moment")
    app.add_template_filter(lambda when: "3 hours ago", "ago")
    app.add_template_filter(_offset, "offset")


def _offset(hours: int, anchor: str) -> str:
    return f"{anchor}{hours:+d}" if abs(hours) < 48 else f"{anchor}{hours // 24:+d} d"


def gallery() -> Flask:
    """The app: `/member`, `/link`, `/error/<code>`."""
    app = Flask(__name__, template_folder=str(TEMPLATES), static_folder=None)
    app.jinja_env.loader = ChoiceLoader([FileSystemLoader(TEMPLATES), FileSystemLoader(HERE.parent)])
    app.secret_key = "gallery"
    i18n.install(app)
    assets.install(app)
    _give_words(app)

    @app.context_processor
    def frame() -> dict[str, Any]:
        language = "ar" if request.args.get("direction") == "rtl" else "en"
        agency = SimpleNamespace(name="Civil Protection Agency", example=True)
        band = SimpleNamespace(label="Partial activation", title="Earthquake, Artibonite", url="/", since=datetime.now(UTC))
        bands = [SimpleNamespace(**vars(band), exercise=False), SimpleNamespace(**vars(band), exercise=True)]
        return {
            "agency": agency,
            "member": SimpleNamespace(name="Ana Desrosiers", access=LedBy.GOVERNMENT),
            "may": lambda name: True,
            "bands": bands if "bands" in request.args else [],
            "language": language,
            "direction": i18n.direction(language),
            "languages": list(i18n.LANGUAGES.items()),
            "now": datetime.now(UTC),
        }

    @app.get("/member")
    def member() -> str:
        flash("The exercise was closed.", "done")
        filter_form = form_of(
            field("q", "Name, place or language", "search"),
            field("country", "Country", "select", choices=[("", "everywhere"), ("CA", "Canada")]),
        )
        return render_template(
            "gallery/member.html",
            form=person_form(), filter_form=filter_form, roles=roles(), items=items(), page=people(),
            phases=Phase, steps=Verification, hours=[3, 2, 1, 0, 0, 1, 4, 8, 11, 12, 12, 13, 12, 11, 12, 14, 13, 11, 9, 8, 8, 7, 5, 4],
        )  # fmt: skip

    @app.get("/link")
    def link() -> str:
        return render_template("gallery/link.html", form=answer_form())

    @app.get("/error/<int:code>")
    def error(code: int) -> tuple[str, int]:
        return render_template(f"errors/{code}.html", reference="7K3M-Q2XA", frame=request.args.get("frame")), code

    return app
