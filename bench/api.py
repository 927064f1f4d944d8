"""How far is the API from the least that could answer: a bare view with the same queries, a bare insert?

Two ratios and one promise: a page of 50 of 10,000 people against a bare Flask view that loads the same rows and writes
them with `json`; a POST of one person against an insert of one row; and no statement count that grows with the roster.
"""

import itertools
import json

from flask import Flask, Response
from flask.testing import FlaskClient
from sqlalchemy import insert, select

from bench.stage import PEOPLE, counted, grow, paired, size, stage
from preparedness import database, demo, i18n
from preparedness.accounts import tokens
from preparedness.accounts.models import Access, Agency, User
from preparedness.api.contact_schemas import PersonRow
from preparedness.audit import CONSOLE
from preparedness.contacts import people
from preparedness.contacts.models import Person
from preparedness.database import db, transaction, writing

MOST = 4.0
TURNS = 60
LIST = "/api/v1/people?per_page=50"
COUNTED = ("people", "organisations", "plans", "activations", "messages", "audit", "workbooks", "returns", "webhooks")
"""The lists whose statements are counted, where there are such addresses."""


def main() -> None:
    """Count the statements of every list in a small roster and a large one, then weigh reading and writing."""
    with stage() as app:
        app.config["RATELIMIT_ENABLED"] = False
        with app.app_context():
            demo.load_first()
            few, token = size(Person), administrator()
        client = app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        before = statements(app, client)
        with app.app_context():
            grow()
        after = statements(app, client)
        print(f"SQL statements of a list, with {few} and with {PEOPLE} people in the roster:")
        for name in before:
            print(f"  {name:<24}{before[name]:>5}{after[name]:>5}")
        reading = weigh_a_list(app, client)
        weigh_a_post(app, client)
    grown = [name for name in before if after[name] > before[name]]
    if grown:
        raise SystemExit(f"these grow with the roster: {', '.join(grown)}")
    if reading > MOST:
        raise SystemExit(f"the list of people costs more than {MOST:.0f} times a bare view")


def administrator() -> str:
    """A token of the example's administrator."""
    with transaction():
        member = db.session.scalars(select(User).where(User.access == Access.ADMINISTRATOR)).one()
        return tokens.add(member, {"name": "bench"}, by=CONSOLE)[1]


def statements(app: Flask, client: FlaskClient) -> dict[str, int]:
    """How many statements each list sends once it was seen before."""
    known = {rule.rule for rule in app.url_map.iter_rules()}
    found = {}
    for name in COUNTED:
        if f"/api/v1/{name}" in known:
            client.get(f"/api/v1/{name}")
            with counted(app) as said:
                if client.get(f"/api/v1/{name}").status_code != 200:
                    raise SystemExit(f"{name} does not answer")
            found[name] = len(said)
    return found


def weigh_a_list(app: Flask, client: FlaskClient) -> float:
    """Print what a page of people costs, and give back its ratio to the bare view."""
    bare = bare_view(app).test_client()
    ours, least, ratio = paired(lambda: client.get(LIST), lambda: bare.get("/people"), TURNS)
    print(f"A page of 50 of {PEOPLE} people: {ours * 1000:.1f} ms CPU, bare {least * 1000:.1f} ms")
    print(f"  ratio: {ratio:.2f}")
    return ratio


def bare_view(app: Flask) -> Flask:
    """A bare app on the same database: the same rows by the same queries, as plain lists and dicts through `json`."""
    bare = Flask("bare")
    bare.config["SQLALCHEMY_DATABASE_URI"] = app.config["SQLALCHEMY_DATABASE_URI"]
    bare.extensions["preparedness"] = app.extensions["preparedness"]
    database.install(bare)
    i18n.install(bare)
    shape = PersonRow()

    def listed() -> Response:
        agency = db.session.scalars(select(Agency)).one()
        page = people.listed(agency, per_page=50, whole=True)
        items = [{name: plain(getattr(each, name, None)) for name in shape.fields} for each in page.items]
        return Response(json.dumps({"items": items, "total": page.total}), mimetype="application/json")

    bare.add_url_rule("/people", "listed", listed)
    return bare


def plain(value: object) -> object:
    """A value as JSON can carry it, with what belongs to a row as its columns."""
    if isinstance(value, list):
        return [plain(each) for each in value]
    if hasattr(value, "__table__"):
        return {column.name: str(getattr(value, column.key)) for column in value.__table__.columns}
    return value if isinstance(value, str | int | bool | dict | None) else str(value)


def weigh_a_post(app: Flask, client: FlaskClient) -> None:
    """Print what it costs to add a person, against the insert of one row in a transaction of its own."""
    numbers = itertools.count()
    with app.app_context():
        agency_id = db.session.scalars(select(Agency.id)).one()

    def post() -> None:
        sent = {"name": f"Somebody {next(numbers)}", "language": "fr", "source": "themselves"}
        sent |= {"country": "CA", "timezone": "America/Toronto"}
        if client.post("/api/v1/people", json=sent).status_code != 201:
            raise SystemExit("a person could not be added")

    def bare() -> None:
        row = {"agency_id": agency_id, "ref": f"X-{next(numbers)}", "name": "Somebody", "name_fold": "somebody"}
        row |= {"language": "fr", "timezone": "America/Toronto", "country": "CA", "capacity": {}}
        with app.app_context(), writing():
            db.session.execute(insert(Person), row)
            db.session.commit()

    ours, least, ratio = paired(post, bare, TURNS)
    with counted(app) as said:
        post()
    print(f"A person added: {ours * 1000:.1f} ms CPU and {len(said)} statements; a bare insert {least * 1000:.1f} ms")
    print(f"  ratio: {ratio:.2f}")


if __name__ == "__main__":
    main()
