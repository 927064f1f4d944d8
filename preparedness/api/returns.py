"""Copies that come back, for programs: brought, looked at, settled, applied and taken back."""

from typing import Any

from flask import Response, g, request, url_for

from preparedness.accounts.permissions import Permission
from preparedness.api import problems, repeats
from preparedness.api.problems import Invalid
from preparedness.api.resources import ETAG, LOCATION, REPEAT, Resource, etag, located
from preparedness.api.schemas import Nothing
from preparedness.api.workbook_schemas import ApplyIn, ReturnBrief, ReturnRow, UndoneRow
from preparedness.database import Page, db, release
from preparedness.errors import Refused
from preparedness.exchange import returns, uploads
from preparedness.exchange.models import Return
from preparedness.i18n import _

resource = Resource("returns", "Copies that came back, and what they change.")

ONE = "/returns/<id:return_id>"
UPLOAD = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {"file": {"type": "string", "format": "binary", "description": "The workbook."}},
            }
        }
    },
}


def _return(return_id: int) -> Return:
    return returns.get(return_id, agency=g.agency, member=g.member)


@resource.lists("/returns", Permission.COPY_READ, ReturnBrief)
def listed(page: int, per_page: int) -> Page[Return]:
    """The copies that came back, newest first."""
    return returns.listed(g.agency, page, member=g.member, per_page=per_page)


@resource.reads(ONE, Permission.COPY_READ, _return, ReturnRow)
def brought_back(row: Return) -> Return:
    """One returned copy, and cell by cell what it would change."""
    return row


def bring() -> Any:
    """Bring a workbook back. Nothing of it is written before it is applied; look again until it is read."""
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        raise Invalid({"file": [_("Choose the workbook you saved.")]})
    if unknown := {*request.form, *request.files} - {"file"}:
        raise Invalid({name: [str(ReturnRow.error_messages["unknown"])] for name in unknown})
    content, name = upload.read(), upload.filename
    read, refusal = _read(content, name)
    memory = repeats.begun(content)
    if memory is not None and memory.status is not None:
        row = _return(memory.subject_id or 0)
    else:
        row = returns.bring(
            content, filename=name, agency=g.agency, member=g.member, by=g.actor, read=read, refusal=refusal
        )
        db.session.flush()
        repeats.keep(memory, 201, row)
    place = url_for(f"{resource.name}.brought_back", return_id=row.id)
    return ReturnRow().dump(row), 201, {**etag(row), "Location": place}


def _read(content: bytes, name: str) -> tuple[dict[str, Any] | None, str | None]:
    """What a small file holds, read with no transaction open, or why it cannot be read; a large one a worker reads."""
    if not returns.is_quick(content, member=g.member):
        return None, None
    release()
    try:
        return uploads.read(content, name), None
    except Refused as refused:
        return None, refused.sentence


resource.opens(
    "/returns",
    "POST",
    Permission.COPY_READ,
    resource.doc(requestBody=UPLOAD)(
        resource.alt_response(201, schema=ReturnRow, description="Created", headers={**ETAG, **LOCATION})(bring)
    ),
    *(400, 409, 413, 422),
    parameters=[REPEAT],
)


def apply(row: Return, sent: dict[str, Any], **_where: Any) -> Any:
    """Write what is taken, all or nothing. Where rows moved since, nothing is, and the fresh comparison comes."""
    choices = {int(number): decision for number, decision in (sent.get("decisions") or {}).items()}
    if returns.apply(row, agency=g.agency, member=g.member, by=g.actor, choices=choices):
        db.session.flush()
        return row, 200, etag(row)
    db.session.commit()  # the fresh comparison is kept though the answer is a refusal: its numbers are decided upon
    sentence = _("Rows were changed here since you looked. Nothing was applied: look again, then apply.")
    return _with_etag(problems.document(409, sentence, current=ReturnRow().dump(row)), row)


def _with_etag(response: Response, row: Return) -> Response:
    response.headers.update(etag(row))
    return response


resource.opens(
    f"{ONE}/apply",
    "POST",
    Permission.COPY_READ,
    located(
        resource.arguments(ApplyIn, required=False)(resource.response(200, ReturnRow, headers=ETAG)(apply)), _return
    ),
    *(400, 404, 409, 413, 415, 422),
)


@resource.acts(f"{ONE}/undo", Permission.COPY_READ, _return, Nothing, UndoneRow)
def undo(row: Return, _sent: dict[str, Any]) -> dict[str, Any]:
    """Take back what was applied, as far as nobody has touched it since."""
    done = returns.undo(row, agency=g.agency, member=g.member, by=g.actor)
    kept = [{"id": each.id, "why": each.why} for each in done.kept]
    return {"undone": done.undone, "kept": kept, "later": done.later}
