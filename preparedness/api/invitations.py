"""Asking those who are designated, for programs."""

from datetime import timedelta
from typing import Any

from flask import g

from preparedness.accounts import signins
from preparedness.accounts.permissions import Permission
from preparedness.api.assignment_schemas import AllInvited, Invited
from preparedness.api.resources import Resource
from preparedness.api.schemas import Nothing
from preparedness.confirmations import invitations
from preparedness.errors import Refused
from preparedness.i18n import _
from preparedness.plans import assignments, drafting
from preparedness.plans.models import Assignment, Plan

resource = Resource("invitations", "Asking those who are designated whether they stand by their role.")

MANY = 50
SIGNED_IN_WITHIN = timedelta(minutes=10)


def _plan(plan_id: int) -> Plan:
    return drafting.plan(plan_id, agency=g.agency)


def _assignment(assignment_id: int) -> Assignment:
    return assignments.get(assignment_id, agency=g.agency)


@resource.acts(
    "/assignments/<id:assignment_id>/invite", Permission.CAMPAIGN_RUN, _assignment, Nothing, Invited, status=202
)
def invite(row: Assignment, _sent: dict[str, Any]) -> dict[str, Any]:
    """Ask somebody about this designation; they answer by their own link within two weeks."""
    made = invitations.invite(row, by=g.actor)
    said = {"message_id": made.message.id, "request_id": made.request.id}
    return {**said, "channel": made.message.channel, "not_before": made.message.next_at}


@resource.acts("/plans/<id:plan_id>/invite", Permission.CAMPAIGN_RUN, _plan, Nothing, AllInvited, status=202)
def invite_all(row: Plan, _sent: dict[str, Any]) -> dict[str, Any]:
    """Ask everybody of a plan who can be asked now, each in one message; and say why the others cannot."""
    if not signins.anew(g.member, SIGNED_IN_WITHIN) and (count := invitations.count(row)) > MANY:
        raise Refused(
            _(
                "%(count)s people would be asked. Whoever this token acts for signs in on the pages first; then send "
                "this again within ten minutes.",
                count=count,
            )
        )
    made = invitations.invite_all(row, by=g.actor)
    return {
        "queued": [{"assignment_id": each, "message_id": message} for each, message in made.queued.items()],
        "refused": [{"assignment_id": each, "why": why} for each, why in made.refused.items()],
    }
