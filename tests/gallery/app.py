"""A tiny app that shows the gallery in the product's own frames."""

from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import Flask, Response, flash, render_template, request
from flask_compress import Compress
from flask_wtf.csrf import CSRFProtect
from jinja2 import ChoiceLoader, FileSystemLoader

from preparedness import assets, i18n, pages, shapes
from preparedness.accounts.models import Access
from preparedness.activations.models import ActivationState, TaskState
from preparedness.confirmations.models import Choice
from preparedness.errors import Refused
from preparedness.plans.models import PlanState, Status
from preparedness.shapes import Shape
from preparedness.vocabulary import LedBy, Level, Mode, Phase, Verification, Worded
from preparedness.web import Form, StaleField

HERE = Path(__file__).parent
TEMPLATES = HERE.parent.parent / "templates"
ELSEWHERE = (
    *("home.index", "contacts.people", "plans.index", "activations.index", "exchange.index", "notifications.index"),
    *("accounts.me", "accounts.member_list", "accounts.settings", "accounts.audit", "accounts.own_agency"),
    *("notifications.mailbox", "security.logout"),
)
"""The pages that the frame leads to."""

AWAKE = [3, 2, 1, 0, 0, 1, 4, 8, 11, 12, 12, 13, 12, 11, 12, 14, 13, 11, 9, 8, 8, 7, 5, 4]


class Source(Worded):
    """A short list, as radio buttons."""

    THEMSELVES = "themselves", "themselves"
    COLLEAGUE = "colleague", "a colleague"


class PersonShape(Shape):
    """Every kind of field."""

    name = shapes.words("Name", required=True, autocomplete="off")
    country = shapes.country("Country of residence", required=True)
    organisation = shapes.words("Organisation", hint="Begin to type: those we know are shown.")
    email = shapes.email("E-mail address", required=True)
    phone = shapes.phone("Phone", hint="With the country's code: +1 416 555 0134.")
    zone = shapes.zone("Time zone")
    languages = shapes.languages("Languages")
    source = shapes.code(Source, "Where the contact comes from", kind="radio", required=True)
    modes = shapes.codes(Mode, "How they can help")
    hours = shapes.whole("Hours a week", most=80)
    told_on = shapes.day("Told on")
    name_local = shapes.words("Name in their own script", lang="ar")
    notes = shapes.text("Notes", hint="No names of missing people, no coordinates.", rows=3)
    file = shapes.words("Signed form", kind="file")
    sure = shapes.yes("I have checked this with her")
    hidden = shapes.words("", kind="hidden")


class FilterShape(Shape):
    """What narrows a list."""

    q = shapes.words("Name, place or language", kind="search")
    residence = shapes.country("Country")


class AnswerShape(Shape):
    """What a focal point is asked."""

    answer = shapes.code(Choice, "Your answer", kind="radio", required=True)
    notes = shapes.text("Anything you wish to add", rows=3)


def person_form() -> Form:
    """A form with every kind of field, one error and one lost race."""
    typed = {
        "name": "Amina <b>Osman</b>",
        "country": "CA",
        "email": "amina@",
        "zone": "America/Toronto",
        "languages": ["so", "ar"],
        "source": "colleague",
        "modes": ["remote"],
        "hours": 6,
        "told_on": date(2026, 3, 3),
        "sure": True,
        "hidden": "kept",
    }
    form = Form(PersonShape, data=typed, row=SimpleNamespace(version=7))
    form.refuse(Refused("This is not an e-mail address: write it as name@example.org.", field="email"))
    form.stale = [StaleField("Function", "Treasurer", "President", "Ana Desrosiers")]
    return form


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
        role(
            "Diaspora liaison officer", LedBy.GOVERNMENT, True, ("", "Ministry of Foreign Affairs", ["R. Jean"], "held")
        ),
        role(
            "Diaspora coordination group",
            LedBy.DIASPORA,
            True,
            ("", "Federation of Haitian Associations", ["Konbit"], "held"),
        ),
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
        SimpleNamespace(
            phase=phase, anchor=anchor, offset_hours=hours, text="Open the line", owner=owners[turn % 5], url="/"
        )
        for (phase, anchor), offsets in rows.items()
        for turn, hours in enumerate(offsets)
    ]


def people() -> SimpleNamespace:
    """A page of a list."""
    rows = [
        ("Amina Osman", "Toronto, Canada", Verification.DOCUMENTS_CHECKED, Status.ACCEPTED, 6),
        ("Marc-Antoine Étienne", "Miami, United States", Verification.CONTACT_CONFIRMED, Status.INVITED, 3),
        ("Тарас Шевчук", "Winnipeg, Canada", Verification.LISTED, Status.DECLINED, 0),
        ("سلمى عبد الرحمن", "Paris, France", Verification.COMMITMENTS_SIGNED, Status.ACCEPTED_WITH_LIMITS, 10),
    ]
    names = ("name", "place", "verification", "status", "hours")
    found = [SimpleNamespace(**dict(zip(names, row, strict=True))) for row in rows]
    return SimpleNamespace(
        items=found, total=1204, page=2, per_page=50, pages=25, prev_url="?page=1", next_url="?page=3"
    )


def _as_the_product_does(response: Response) -> Response:
    response.headers.extend(pages.HEADERS)
    return response


def gallery() -> Flask:
    """The app: `/member`, `/a/gallery`, `/error/<code>`."""
    app = Flask(__name__, template_folder=str(TEMPLATES), static_folder=None)
    app.jinja_env.loader = ChoiceLoader([FileSystemLoader(TEMPLATES), FileSystemLoader(HERE.parent)])
    app.secret_key = "gallery"
    i18n.install(app)
    assets.install(app)
    app.after_request(_as_the_product_does)
    Compress(app)
    CSRFProtect(app)
    app.jinja_env.filters.update(pages.FILTERS)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    @app.context_processor
    def frame() -> dict[str, Any]:
        language = "ar" if request.args.get("direction") == "rtl" else "en"
        agency = SimpleNamespace(name="Civil Protection Agency", example=True)
        band = SimpleNamespace(
            label="Partial activation", title="Earthquake, Artibonite", url="/", since=datetime.now(UTC)
        )
        bands = [SimpleNamespace(**vars(band), exercise=False), SimpleNamespace(**vars(band), exercise=True)]
        return {
            "agency": agency,
            "member": None
            if request.path.startswith("/error")
            else SimpleNamespace(name="Ana Desrosiers", access=Access.PLANNER),
            "may": lambda name: True,
            "mailbox_in_use": lambda: True,
            "bands": bands if "bands" in request.args else [],
            "language": language,
            "direction": i18n.direction(language),
            "languages": list(i18n.LANGUAGES.items()),
            "now": datetime.now(UTC),
        }

    for endpoint in ELSEWHERE:
        app.add_url_rule(f"/elsewhere/{endpoint}", endpoint, lambda: "")

    @app.get("/member", endpoint="plans.show")
    def member() -> str:
        flash("The exercise was closed.", "done")
        return render_template(
            "gallery/member.html",
            form=person_form(),
            filter_form=Form(FilterShape),
            roles=roles(),
            items=items(),
            page=people(),
            phases=Phase,
            steps=Verification,
            levels=Level,
            states=[*Status, *PlanState, *ActivationState, *TaskState],
            hours=AWAKE,
        )

    @app.get("/a/gallery")
    def link() -> str:
        return render_template("gallery/link.html", form=Form(AnswerShape))

    @app.get("/error/<int:code>")
    def error(code: int) -> tuple[str, int]:
        return render_template(f"errors/{code}.html", reference="7K3M-Q2XA", status=code), code

    return app
