"""Alerts in the Common Alerting Protocol, for programs: posted ones propose a level; a running activation is one."""

from flask import abort, g

from preparedness.accounts.permissions import Permission
from preparedness.activations import broadcasts, bulletins, proposals, running
from preparedness.activations.models import Activation, Proposal
from preparedness.api.alert_schemas import ProposalRow
from preparedness.api.files import hands_out, takes_in
from preparedness.api.problems import Invalid
from preparedness.api.resources import Resource

resource = Resource("alerts", "Alerts of warning services (CAP 1.2), in and out.")


def _proposal(proposal_id: int) -> Proposal:
    return proposals.get(proposal_id, agency=g.agency)


def _activation(activation_id: int) -> Activation:
    return running.get(activation_id, agency=g.agency, member=g.member)


@resource.reads("/cap/<id:proposal_id>", Permission.ACTIVATION_RUN, _proposal, ProposalRow)
def proposal(row: Proposal) -> Proposal:
    """One alert that was taken in, and what became of it."""
    return row


@takes_in(
    resource,
    "/cap",
    Permission.ACTIVATION_RUN,
    media_type=bulletins.MEDIA_TYPE,
    most=bulletins.MOST_BYTES,
    gives=ProposalRow,
    at="proposal",
)
def propose(content: bytes) -> tuple[Proposal, bool]:
    """Post an alert. It proposes a level for the plans of its country and hazard on To do, and never activates one."""
    try:
        bulletin = bulletins.read(content)
    except bulletins.Unreadable:
        abort(400)
    except bulletins.Incomplete as incomplete:
        raise Invalid(incomplete.errors) from None
    return proposals.receive(g.agency, bulletin, by=g.actor)


@hands_out(
    resource, "/activations/<id:activation_id>/cap", Permission.ACTIVATION_READ, _activation, bulletins.MEDIA_TYPE
)
def broadcast(row: Activation) -> bytes:
    """An activation as a restricted alert: its beginning, a change or its end. It names nobody."""
    return broadcasts.of(row)
