"""Answers to alerts, for programs: what each person said, and noting what was said on the phone."""

from typing import Any

from flask import g

from preparedness.accounts.permissions import Permission
from preparedness.activations import availability
from preparedness.activations.models import Reply, ReplyBy
from preparedness.api.activation_schemas import ReplyIn, ReplyRow
from preparedness.api.resources import Resource

resource = Resource("replies", "What people answered to an alert. No answer means nothing.")

ONE = "/replies/<id:reply_id>"


def _reply(reply_id: int) -> Reply:
    return availability.get(reply_id, agency=g.agency, member=g.member)


@resource.reads(ONE, Permission.REPLY_REPORT, _reply, ReplyRow)
def reply(row: Reply) -> Reply:
    """One person's answer."""
    return row


@resource.changes(ONE, Permission.REPLY_REPORT, _reply, ReplyIn, ReplyRow)
def report(row: Reply, sent: dict[str, Any], version: int) -> None:
    """Note what somebody said on the phone, or that they were called. It never stands for their own word."""
    availability.report(
        row,
        sent.get("state", row.state),
        sent.get("available_from", row.available_from),
        via=ReplyBy.ON_BEHALF,
        note=sent["note"] or "" if "note" in sent else None,
        version=version,
        by=g.actor,
    )
