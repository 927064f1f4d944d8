"""Copies taken offline, for programs."""

from typing import Any

from flask import abort, g

from preparedness.accounts.models import Access, User
from preparedness.accounts.permissions import Permission, may
from preparedness.activations import running
from preparedness.api.files import hands_out
from preparedness.api.resources import Resource
from preparedness.api.workbook_schemas import WorkbookIn, WorkbookRow
from preparedness.database import Page
from preparedness.errors import Missing
from preparedness.exchange import rights, workbooks
from preparedness.exchange.kinds import CONTENTS
from preparedness.exchange.models import Workbook, WorkbookKind

resource = Resource("workbooks", "Copies taken offline, as workbooks.")

ONE = "/workbooks/<id:copy_id>"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _own() -> User | None:
    """Operators see their own copies, planners those of everybody."""
    return g.member if g.member.access is Access.OFFICIAL else None


def _copy(copy_id: int) -> Workbook:
    return workbooks.get(copy_id, agency=g.agency, member=_own())


def _file(copy_id: int) -> Workbook:
    copy = _copy(copy_id)
    if not rights.may(copy.kind, copy.subject_id, agency=g.agency, member=g.member):
        raise Missing
    return copy


@resource.lists("/workbooks", Permission.COPY_READ, WorkbookRow)
def copies(page: int, per_page: int) -> Page[Workbook]:
    """The copies taken offline, newest first."""
    return workbooks.listed(g.agency, page, member=_own(), per_page=per_page)


@resource.reads(ONE, Permission.COPY_READ, _copy, WorkbookRow)
def copy(row: Workbook) -> Workbook:
    """One copy taken offline."""
    return row


@resource.adds("/workbooks", Permission.COPY_READ, WorkbookIn, WorkbookRow, at="copy")
def take(sent: dict[str, Any]) -> Workbook:
    """Take a copy offline."""
    kind = sent.pop("kind")
    subject = None if kind is WorkbookKind.ROSTER else sent.get("id")
    sent.pop("id", None)
    if not may(rights.NEEDED[kind]):
        abort(403)
    if kind is WorkbookKind.ACTIVATION:
        running.get(subject or 0, agency=g.agency, member=g.member)
    CONTENTS[kind].subject(g.agency, subject)
    return workbooks.take(kind, subject, agency=g.agency, member=g.member, by=g.actor, **sent)


@hands_out(resource, f"{ONE}/file", Permission.COPY_READ, _file, XLSX)
def workbook(row: Workbook) -> bytes:
    """The workbook itself."""
    return workbooks.file(row, agency=g.agency)
