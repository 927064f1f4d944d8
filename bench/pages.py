"""Does a page cost the same in a roster of 10,000 people as in the example's, and how far is it from a bare table?

Two answers: the SQL statements of each page at both sizes, which must be the same; and the CPU of the list of people
against a bare Flask page that loads the same rows by the same verbs and writes the same cells, with no frame around.
"""

import re

from flask import Flask, g, render_template_string
from flask.testing import FlaskClient
from sqlalchemy import func, select

from bench.stage import PEOPLE, counted, grow, paired, size, stage
from preparedness import database, demo, i18n, pages
from preparedness.accounts.models import Agency, SignIn, User
from preparedness.activations import running
from preparedness.activations.models import Activation
from preparedness.contacts import people, standing
from preparedness.contacts.models import Organisation, Person
from preparedness.database import Model, db
from preparedness.plans.models import Role, Seat

MOST = 3.0
TURNS = 60
LIST = "/contacts/people"

TABLE = """<!doctype html><title>People</title><table>{% for person, why_not in rows %}
<tr><th><a href="/contacts/people/{{ person.id }}">{{ person.shown_name }}</a></th>
<td>{{ person.organisation.name if person.organisation else "for themselves" }}</td>
<td>{{ [person.city, person.country | country] | select | join(", ") }}<br>{{ person.language | language_name }}</td>
<td>{% for capability in person.capabilities %}{{ capability.code | label }}{{ ", " if not loop.last }}{% endfor %}</td>
<td>{{ person.known_as | label }}</td>
<td>{{ why_not or "may be asked" }}</td></tr>{% endfor %}</table>"""


def main() -> None:
    """Look at every page in the example's roster, let it grow, and look again; then weigh the list of people."""
    with stage() as app:
        with app.app_context():
            credentials = next(line for line in demo.load_first() if line.startswith("planner"))
            few, looked_at = size(Person), addresses()
        client = signed_in(app, credentials)
        before = {name: statements(app, client, address) for name, address in looked_at.items()}
        with app.app_context():
            grow()
        after = {name: statements(app, client, address) for name, address in looked_at.items()}
        print(f"SQL statements of a page, with {few} and with {PEOPLE} people in the roster:")
        for name in looked_at:
            print(f"  {name:<24}{before[name]:>5}{after[name]:>5}")
        ratio = weigh(app, client)
    grown = [name for name in looked_at if after[name] > before[name]]
    if grown:
        raise SystemExit(f"these grow with the roster: {', '.join(grown)}")
    if ratio > MOST:
        raise SystemExit(f"the list of people costs more than {MOST:.0f} times a bare table")


def signed_in(app: Flask, credentials: str) -> FlaskClient:
    """A browser of the example's planner, who signed in as people do."""
    client = app.test_client()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/sign-in").text)
    assert token
    _profile, email, password = credentials.split()
    answer = client.post("/sign-in", data={"csrf_token": token[1], "email": email, "password": password})
    if answer.status_code != 302:
        raise SystemExit("the example's planner could not sign in")
    return client


def addresses() -> dict[str, str]:
    """The pages that are looked at, by what people call them."""
    activation = db.session.scalars(select(Activation)).one()
    plan = f"/plans/{activation.plan_id}"
    seat = db.session.scalars(select(Seat).join(Seat.role).where(Role.plan_id == activation.plan_id)).first()
    assert seat is not None
    return {
        "what to do": "/",
        "people": LIST,
        "people of a language": f"{LIST}?language=fr",
        "a person": f"{LIST}/{first(Person)}",
        "organisations": "/contacts/organisations",
        "an organisation": f"/contacts/organisations/{first(Organisation)}",
        "plan": plan,
        "designate": f"{plan}/designate",
        "choose for a seat": f"{plan}/seats/{seat.id}/choose",
        "coverage": f"{plan}/coverage",
        "readiness": f"{plan}/readiness",
        "ask to confirm": f"{plan}/ask",
        "board": f"/activations/{activation.id}",
        "messages": "/messages",
        "offline copies": "/copies",
    }


def first(model: type[Model]) -> int:
    """The first row's number."""
    return db.session.scalars(select(func.min(model.id))).one()


def statements(app: Flask, client: FlaskClient, address: str) -> int:
    """How many statements a page sends once it was seen before."""
    client.get(address)
    with counted(app) as said:
        answer = client.get(address)
    if answer.status_code != 200:
        raise SystemExit(f"{address} answers {answer.status_code}")
    return len(said)


def weigh(app: Flask, client: FlaskClient) -> float:
    """Print what the list of people costs, and give back its ratio to the bare page."""
    bare = bare_page(app)
    floor = bare.test_client()
    ours, least, ratio = paired(lambda: client.get(LIST), lambda: floor.get(LIST), TURNS)
    there = (statements(app, client, LIST), statements(bare, floor, LIST))
    print(f"The list of people, a page of 50 of {PEOPLE}: {ours * 1000:.1f} ms CPU, bare {least * 1000:.1f} ms")
    print(f"  statements: {there[0]}, bare {there[1]}")
    print(f"  ratio: {ratio:.2f}")
    return ratio


def bare_page(app: Flask) -> Flask:
    """A bare app on the same database: the same rows, the same words, a table and nothing around it."""
    bare = Flask("bare")
    bare.config["SQLALCHEMY_DATABASE_URI"] = app.config["SQLALCHEMY_DATABASE_URI"]
    bare.extensions["preparedness"] = app.extensions["preparedness"]
    database.install(bare)
    i18n.install(bare)
    bare.jinja_env.filters.update(pages.FILTERS)

    def listed() -> str:
        entry = db.session.scalars(select(SignIn).order_by(SignIn.id.desc())).first()
        assert entry is not None
        member, agency = db.session.get_one(User, entry.member_id), db.session.get_one(Agency, entry.agency_id)
        g.member, g.language = member, member.language
        running.bands(agency, member)
        rows = [(each, standing.why_not(each)) for each in people.listed(agency).items]
        return render_template_string(TABLE, rows=rows)

    bare.add_url_rule(LIST, "listed", listed)
    return bare


if __name__ == "__main__":
    main()
