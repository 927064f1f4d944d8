"""Pages: tables for the public, which hold no personal data and carry hashtags."""

import unicodedata
from urllib.parse import quote

from flask import Response, g, make_response
from flask.typing import ResponseReturnValue

from preparedness.accounts.permissions import Permission, requires
from preparedness.exchange import hxl
from preparedness.exchange.hxl import Table
from preparedness.exchange.return_views import blueprint
from preparedness.plans import drafting

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"


def sent(content: bytes, kind: str, filename: str) -> Response:
    """A file to be saved. Its name may be of any script: a header holds only ASCII, so it is told there in two ways."""
    response = make_response(content)
    response.headers["Content-Type"] = kind
    names = {"filename": filename}
    if not filename.isascii():
        plain = unicodedata.normalize("NFKD", filename).encode("ascii", "ignore").decode().strip("-. ")
        names = {"filename": plain, "filename*": f"UTF-8''{quote(filename, safe='')}"}
    response.headers.set("Content-Disposition", "attachment", **names)
    return response


@blueprint.get("/public/actors.<any(csv, xlsx):form>")
@requires(Permission.CONTACT_READ)
def actors(form: str) -> ResponseReturnValue:
    """How many actors can do what where, for the public."""
    return _table(hxl.actors(g.agency), "actors", form)


@blueprint.get("/public/plans/<id:plan_id>.<any(csv, xlsx):form>")
@requires(Permission.PLAN_EDIT)
def who_does_what_where(plan_id: int, form: str) -> ResponseReturnValue:
    """Which organisation holds which role where, for the public."""
    plan = drafting.plan(plan_id, agency=g.agency)
    return _table(hxl.who_does_what_where(plan), f"who-does-what-where-{plan.ref}", form)


def _table(table: Table, name: str, form: str) -> Response:
    if form == "csv":
        return sent(hxl.as_csv(table), CSV, f"{name}.csv")
    return sent(hxl.as_xlsx(table), XLSX, f"{name}.xlsx")
