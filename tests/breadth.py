"""One row of every kind that an address can name, for one agency and for the other."""

from sqlalchemy import select

from preparedness.accounts import tokens, webhooks
from preparedness.accounts.models import Agency, Event, SignIn, User
from preparedness.activations import bulletins, log, proposals, running
from preparedness.activations.models import ActivationKind, Task
from preparedness.config import current
from preparedness.confirmations import campaigns
from preparedness.contacts.models import Organisation, Person
from preparedness.database import db, now, transaction
from preparedness.exchange import originals, workbooks
from preparedness.exchange.models import Return, Workbook, WorkbookKind
from preparedness.notifications import mailbox
from preparedness.notifications.channels import Folder
from preparedness.notifications.letters import Envelope, Letter
from preparedness.notifications.models import Message, MessageState
from preparedness.plans import assignments, versions
from preparedness.plans.models import Plan, Role, Seat, Trigger
from preparedness.vocabulary import Anchor, ChannelKind, Level, Phase
from tests import cast
from tests.activations import stage
from tests.activations.bulletins import bulletin
from tests.asking import in_days
from tests.cast import World

Rows = dict[str, int | str]
"""By the name of the argument; where one name means two kinds of row, by endpoint and name."""


def of(world: World, *, own: bool) -> Rows:
    """The rows of Ana's agency, where Rui works on everything; or those of Bo's."""
    if own:
        return _rows(world, world.plan, world.seat, world.amina, world.federation, world.members["rui"], "ana")
    seat = _seat(world.foreign_plan)
    return _rows(
        world, world.foreign_plan, seat, world.foreign_person, world.foreign_organisation, world.members["bo"], "bo"
    )


def _seat(plan: Plan) -> Seat:
    with transaction():
        role = cast.role(plan, "ESF-01", "Coordination", 1, essential=True)
        seat = Seat(agency_id=plan.agency_id, role=role, label="", position=1)
        db.session.add(seat)
        cast.item(plan, "earthquake.resp.01", Phase.RESPONSE, Anchor.H, 2, Level.MONITOR, role, 1)
        db.session.flush()
    return seat


def _rows(
    world: World, plan: Plan, seat: Seat, person: Person, organisation: Organisation, reader: User, planner: str
) -> Rows:
    by = world.members[planner].actor
    agency = db.session.get_one(Agency, plan.agency_id)
    with transaction():
        held = stage.accepts(seat, person)
        cast_channel = type(person.channels[0])
        organisation.channels.append(
            cast_channel(
                agency_id=agency.id, kind=ChannelKind.EMAIL, address="o@example.org", address_fold="o@example.org"
            )
        )
        organisation.contact_person = person
        assignments.assign(seat, organisation, by=by)
        campaigns.ask(plan, deadline=in_days(14), by=by)
        db.session.flush()
        db.session.expire(plan)
        versions.submit(plan, by=by)
        versions.approve(plan, None, by=by)
        agreed = {"kind": ActivationKind.EXERCISE, "level": Level.FULL, "on_duty": [reader.id]}
        activation = running.start(plan, agreed, by=by)
        copy = workbooks.take(WorkbookKind.ACTIVATION, activation.id, agency=agency, member=reader, by=reader.actor)
        brought = _brought_back(agency, reader, activation.id, copy)
        signin = SignIn(agency_id=agency.id, member_id=reader.id, key_hash=f"key of {reader.id}")
        db.session.add(signin)
        db.session.flush()
        item = next(each for each in plan.items if each.owner_role_id == seat.role_id)
        task = select(Task.id).where(Task.activation_id == activation.id)
        rows: Rows = {
            "plan_id": plan.id,
            "row_id": item.id,
            "item_id": item.id,
            "trigger_id": _trigger(plan),
            "role_id": seat.role.id,
            "seat_id": seat.id,
            "assignment_id": held.id,
            "confirmations.report:assignment_id": _asked(seat.role),
            "person_id": person.id,
            "organisation_id": organisation.id,
            "channel_id": person.channels[0].id,
            "contacts.first_organisation_channel:channel_id": organisation.channels[0].id,
            "contacts.remove_organisation_channel:channel_id": organisation.channels[0].id,
            "activation_id": activation.id,
            "task_id": db.session.scalars(task).first() or 0,
            "reply_id": activation.replies[0].id,
            "line_id": log.of(activation)[0].id,
            "proposal_id": proposals.receive(agency, bulletins.read(bulletin(area="Haiti, Somalia")), by=by)[0].id,
            "message_id": _failed(agency),
            "copy_id": copy.id,
            "return_id": brought.id,
            "member_id": reader.id,
            "sign_in_id": signin.id,
            **_programs(agency, reader, plan),
        }
        rows["mail_name"] = _mail(db.session.get_one(Message, rows["message_id"]))
    return rows


def _programs(agency: Agency, reader: User, plan: Plan) -> Rows:
    """A token that acts as the reader, and a program that was told of the plan."""
    token, _text = tokens.add(reader, {"name": "the ministry's map"}, by=reader.actor)
    wanted = {"url": f"https://hooks.example.org/{agency.id}", "events": [Event.PLAN_APPROVED]}
    webhook = webhooks.add(agency, wanted, by=reader.actor)
    webhooks.announce(Event.PLAN_APPROVED, plan, plan_id=plan.id)
    (delivery,) = webhooks.deliveries(webhook).items
    return {"token_id": token.id, "webhook_id": webhook.id, "delivery_id": delivery.id}


def _trigger(plan: Plan) -> int:
    """When a level of the plan begins."""
    trigger = Trigger(
        agency_id=plan.agency_id, plan=plan, key="X-T", level=Level.FULL, label="Red", condition="It shook.", position=1
    )
    db.session.add(trigger)
    db.session.flush()
    return trigger.id


def _asked(role: Role) -> int:
    """The designation that was asked and has not answered."""
    return next(each.id for seat in role.seats for each in seat.assignments if each.invited_at)


def _brought_back(agency: Agency, reader: User, activation_id: int, copy: Workbook) -> Return:
    made = Return(
        agency_id=agency.id,
        kind=WorkbookKind.ACTIVATION,
        subject_id=activation_id,
        uploaded_by=reader.name,
        uploaded_by_id=reader.id,
        uploaded_at=now(),
        filename="checklist.xlsx",
        sha256="0" * 64,
        rows={},
        problems=[
            {"sheet": "Checklist", "cell": "C3", "row": 3, "column": "state", "read": "?", "wanted": "", "sentence": ""}
        ],
        notices=[],
    )
    db.session.add(made)
    db.session.flush()
    originals.keep(made, workbooks.file(copy, agency=agency))
    return made


def _failed(agency: Agency) -> int:
    """A message that could not be sent."""
    message = db.session.scalars(select(Message).where(Message.agency_id == agency.id, Message.person_id.is_not(None)))
    found = message.first()
    assert found is not None
    found.state = MessageState.FAILED
    return found.id


def _mail(message: Message) -> str:
    """The file of a message in the mailbox."""
    envelope = Envelope(
        message_id=message.id,
        agency_id=message.agency_id,
        identity="0123@example.org",
        queued_at=message.created_at,
        sender="plans@example.org",
        sender_name="",
        address="amina@example.org",
        name="",
        letter=Letter("A subject", "A text.\n", "<p>A text.</p>", None),
    )
    Folder(current().mailbox).send(envelope)
    return mailbox.file_name(envelope)
