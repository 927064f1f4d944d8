"""Every address for every access profile, with rows of one's own agency and of another: the labels say who may."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from preparedness.accounts.models import Access, Agency, SignIn, User
from preparedness.accounts.permissions import BY_LINK, PUBLIC, Label, Permission, label_of
from preparedness.activations.models import Activation, ActivationKind, ActivationState, Duty, Reply, Task
from preparedness.config import current
from preparedness.database import SAFE_METHODS, db, now, writing
from preparedness.exchange import workbooks
from preparedness.exchange.models import Return, Workbook, WorkbookKind
from preparedness.notifications import mailbox
from preparedness.notifications.channels import Folder
from preparedness.notifications.letters import Envelope, Letter
from preparedness.notifications.models import Message, MessageState
from preparedness.plans import documents, versions
from preparedness.plans.models import Assignment, ChecklistItem, Plan, PlanState, PlanVersion, Role, Seat
from preparedness.vocabulary import Anchor, ChannelKind, Level, Phase
from tests import cast
from tests.cast import World
from tests.house import Client

PROFILES = {None: None, Access.OFFICIAL: "rui", Access.PLANNER: "ana", Access.ADMINISTRATOR: "ada"}
"""Each access profile with who of the cast has it; nobody has none."""

MISSING = 987_654_321
CHANGING = re.compile(
    r'(?<=class="reference">)[0-9A-F]{8}|(?<=name="csrf_token" value=")[^"]+|(?<=nonce=")[^"]+|\d\d:\d\d(?= \()'
)
"""What differs between two answers to the same question: the reference number, the form token, the minute."""

PLAIN = {
    "filename": "css/main.css",
    "name": "page.css",
    "token": "x" * 43,
    "part": "items",
    "act": "pause",
    "turn_name": "review",
}
"""Arguments that name no row of an agency."""

ROWS: dict[str, Callable[[World, bool], int | str]] = {
    "member_id": lambda world, own: _member(world, own).id,
    "sign_in_id": lambda world, own: _sign_in(_member(world, own)),
    "plan_id": lambda world, own: _plan(world, own).id,
    "number": lambda world, own: 1 if own else 77,
    "role_id": lambda world, own: _seat(world, own).role_id,
    "seat_id": lambda world, own: _seat(world, own).id,
    "assignment_id": lambda world, own: _designation(world, own),
    "row_id": lambda world, own: _item(world, own),
    "copy_id": lambda world, own: _copy(_member(world, own), world.plan if own else world.foreign_plan).id,
    "activation_id": lambda world, own: _exercise(world, own).id,
    "task_id": lambda world, own: _task(world, own),
    "reply_id": lambda world, own: _reply(world, own),
    "return_id": lambda world, own: _return(_member(world, own), world.plan if own else world.foreign_plan),
    "message_id": lambda world, own: _message(world, own).id,
    "mail_name": lambda world, own: _mail(_message(world, own)),
}
"""Arguments that name a row: how to find one of one's own agency, or of another."""


@dataclass(frozen=True)
class Address:
    """One way to ask: a rule with a method."""

    rule: Rule
    method: str
    label: Label

    def __str__(self) -> str:
        return f"{self.method} {self.rule.rule}"

    @property
    def rows(self) -> list[str]:
        """The arguments that name a row."""
        return sorted(self.rule.arguments - PLAIN.keys())

    def filled(self, values: dict[str, object]) -> str:
        """The address with its arguments in place."""
        _domain, path = self.rule.build({**PLAIN, **values}, append_unknown=False) or ("", "")
        return path

    def open_to(self, profile: Access | None) -> bool:
        """What the label says of this profile."""
        return not isinstance(self.label, Permission) or (profile is not None and profile.includes(self.label.profile))


def addresses(app: Flask) -> Iterator[Address]:
    for rule in app.url_map.iter_rules():
        label = label_of(app, rule.endpoint)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            assert label is not None
            yield Address(rule, method, label)


def guarded(app: Flask) -> Iterator[Address]:
    return (each for each in addresses(app) if isinstance(each.label, Permission))


def _member(world: World, own: bool) -> User:
    return world.members["rui" if own else "bo"]


def _sign_in(member: User) -> int:
    """A sign-in of the member; made where there is none."""
    found = db.session.scalar(select(SignIn.id).where(SignIn.member_id == member.id))
    if found is None:
        with writing():
            row = SignIn(agency_id=member.agency_id, member_id=member.id, key_hash=f"key of {member.id}")
            db.session.add(row)
            db.session.commit()
            found = row.id
    return found


def _plan(world: World, own: bool) -> Plan:
    """A plan with an approved version, which operators may read too."""
    plan = world.plan if own else world.foreign_plan
    if not plan.versions:
        with writing():
            plan.state = PlanState.IN_REVIEW
            versions.approve(plan, by=world.ada if own else world.bo)
            db.session.commit()
    return plan


def _seat(world: World, own: bool) -> Seat:
    """A seat of the plan; made where there is none."""
    plan = _plan(world, own)
    query = select(Seat).join(Seat.role).where(Role.plan_id == plan.id, Seat.removed_at.is_(None))
    found = db.session.scalar(query.order_by(Seat.id.desc()))
    if found is None:
        with writing():
            role = cast.role(plan, f"X-{len(plan.roles)}", "One more role", 9)
            found = Seat(agency_id=plan.agency_id, role=role, label="", position=1)
            db.session.add(found)
            db.session.commit()
    return found


def _designation(world: World, own: bool) -> int:
    """A designation of an organisation; made where there is none."""
    holder = world.federation if own else world.foreign_organisation
    found = db.session.scalar(select(Assignment.id).where(Assignment.organisation_id == holder.id))
    if found is None:
        seat = _seat(world, own)
        with writing():
            row = Assignment(agency_id=seat.agency_id, seat=seat, organisation=holder, call_order=1)
            db.session.add(row)
            db.session.commit()
            found = row.id
    return found


def _item(world: World, own: bool) -> int:
    """A task of the plan's checklist; made where there is none."""
    plan = _plan(world, own)
    found = db.session.scalar(select(ChecklistItem.id).where(ChecklistItem.plan_id == plan.id))
    if found is None:
        with writing():
            role = _seat(world, own).role
            row = cast.item(plan, "X-1", Phase.RESPONSE, Anchor.H, 2, None, role, 1)
            db.session.commit()
            found = row.id
    return found


def _copy(member: User, plan: Plan) -> Workbook:
    """A copy the member took of an activation they work on; made where there is none."""
    found = db.session.scalar(select(Workbook).where(Workbook.agency_id == member.agency_id))
    if found is None:
        with writing():
            activation = _activation(member, plan)
            agency = db.session.get_one(Agency, member.agency_id)
            found = workbooks.take(
                WorkbookKind.ACTIVATION, activation.id, agency=agency, member=member, by=member.actor
            )
            db.session.commit()
    return found


def _activation(member: User, plan: Plan) -> Activation:
    """A closed exercise of the plan on which the member is on duty; made where there is none."""
    found = db.session.scalar(select(Activation).where(Activation.agency_id == plan.agency_id))
    if found is not None:
        return found
    version = PlanVersion(
        agency_id=plan.agency_id,
        plan_id=plan.id,
        number=99,
        approved_by="Ana",
        language="en",
        document=documents.frozen(plan),
        document_hash="",
        next_review_on=now().date(),
    )
    db.session.add(version)
    db.session.flush()
    made = Activation(
        agency_id=plan.agency_id,
        number=99,
        plan_id=plan.id,
        plan_version_id=version.id,
        kind=ActivationKind.EXERCISE,
        level=Level.PARTIAL,
        level_label="Partial activation",
        h_hour=now(),
        started_by="Ana",
        review_at=now(),
        state=ActivationState.CLOSED,
    )
    db.session.add(made)
    db.session.flush()
    db.session.add(Duty(activation_id=made.id, member_id=member.id))
    return made


def _exercise(world: World, own: bool) -> Activation:
    """The closed exercise of one's own agency, or of the other."""
    with writing():
        found = _activation(_member(world, own), world.plan if own else world.foreign_plan)
        db.session.commit()
    return found


def _task(world: World, own: bool) -> int:
    """A task of the exercise; made where there is none."""
    exercise = _exercise(world, own)
    found = db.session.scalar(select(Task.id).where(Task.activation_id == exercise.id))
    if found is None:
        with writing():
            row = Task(
                agency_id=exercise.agency_id,
                activation_id=exercise.id,
                plan_id=exercise.plan_id,
                ref="T-0000-X",
                item_key="x.1",
                phase=Phase.RESPONSE,
                anchor=Anchor.H,
                offset_hours=2,
                text="What is to be done.",
                position=1,
            )
            db.session.add(row)
            db.session.commit()
            found = row.id
    return found


def _reply(world: World, own: bool) -> int:
    """Somebody who was asked in the exercise; made where there is none."""
    exercise, person = _exercise(world, own), world.amina if own else world.foreign_person
    found = db.session.scalar(select(Reply.id).where(Reply.activation_id == exercise.id))
    if found is None:
        with writing():
            row = Reply(agency_id=exercise.agency_id, activation_id=exercise.id, person_id=person.id, ref="A-0000-X")
            db.session.add(row)
            db.session.commit()
            found = row.id
    return found


def _return(member: User, plan: Plan) -> int:
    """A copy that the member brought back; made where there is none."""
    found = db.session.scalar(select(Return.id).where(Return.agency_id == member.agency_id))
    if found is None:
        copy = _copy(member, plan)
        with writing():
            row = Return(
                agency_id=member.agency_id,
                workbook_id=copy.id,
                kind=copy.kind,
                subject_id=copy.subject_id,
                uploaded_by=member.name,
                uploaded_by_id=member.id,
                filename="activation-1.xlsx",
                sha256="0",
            )
            db.session.add(row)
            db.session.commit()
            found = row.id
    return found


def _message(world: World, own: bool) -> Message:
    """A message that failed; made where there is none."""
    person = world.amina if own else world.foreign_person
    found = db.session.scalar(select(Message).where(Message.agency_id == person.agency_id))
    if found is None:
        with writing():
            found = Message(
                agency_id=person.agency_id,
                key=f"key of {person.id}",
                kind="link",
                channel=ChannelKind.EMAIL,
                person_id=person.id,
                subject_kind="person",
                subject_id=person.id,
                template="new_link",
                params={},
                language="en",
                state=MessageState.FAILED,
            )
            db.session.add(found)
            db.session.commit()
    return found


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


def rows(world: World, address: Address, *, own: bool) -> dict[str, object]:
    return {name: ROWS[name](world, own) for name in address.rows}


def sent(client: Client, member: User | None, address: Address, values: dict[str, object]):
    """The answer to a member, or to nobody."""
    if member is not None:
        client.sign_in(member)
    else:
        with client.session_transaction() as session:
            session.clear()
    return client.open(address.filled(values), method=address.method)


def say(broken: list[str], rule: str) -> None:
    assert not broken, f"{rule}\n" + "\n".join(broken)


@pytest.mark.once
def test_every_argument_of_an_address_has_a_row_to_try(app):
    unknown = {name for address in addresses(app) for name in address.rows} - ROWS.keys()

    say(sorted(unknown), "say in ROWS how to find a row of one's own and of another agency, or in PLAIN a value")


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.value if profile else "nobody")
def test_an_address_answers_as_its_label_says(app, world, client, profile):
    """Refused requests change nothing, so one world serves them all."""
    member = world.members[PROFILES[profile]] if profile else None
    broken = []
    for address in guarded(app):
        if address.open_to(profile):
            continue
        answer = sent(client, member, address, rows(world, address, own=True))
        asked_in = 302 if address.method in SAFE_METHODS else 401
        wanted = 403 if member is not None else asked_in
        if answer.status_code != wanted:
            broken.append(f"{address}: {answer.status_code}, not {wanted}")
        if wanted == 302 and not answer.location.startswith("/sign-in?next="):
            broken.append(f"{address} leads to {answer.location}")

    say(broken, "who may not is sent to sign in, or refused")


@pytest.mark.parametrize("profile", list(Access), ids=lambda profile: profile.value)
def test_who_may_read_reads(app, world, client, profile):
    member = world.members[PROFILES[profile]]
    broken = []
    for address in guarded(app):
        if address.method == "GET" and address.open_to(profile):
            answer = sent(client, member, address, rows(world, address, own=True))
            if answer.status_code not in {200, 302, 303}:
                broken.append(f"{address}: {answer.status_code}")

    say(broken, "who may read a page of the own agency is shown it")


@pytest.mark.parametrize("profile", list(Access), ids=lambda profile: profile.value)
def test_who_may_write_is_not_held_up_by_the_guard(app, world, client, profile):
    broken = []
    for address in guarded(app):
        if address.method != "GET" and address.open_to(profile):
            answer = sent(client, world.members[PROFILES[profile]], address, rows(world, address, own=True))
            if answer.status_code in {401, 403} or answer.status_code >= 500:
                broken.append(f"{address}: {answer.status_code}")

    say(broken, "who may write is let through to the form")


def test_a_row_of_another_agency_is_as_if_it_were_not_there(app, world, client):
    """Each argument alone, and all of them, byte for byte but for the reference number, the minute and the token."""
    broken = []
    for address in guarded(app):
        own = rows(world, address, own=True)
        foreign = rows(world, address, own=False)
        tries = [{**own, name: foreign[name]} for name in foreign] + ([foreign] if len(foreign) > 1 else [])
        for values in tries:
            strange = {name for name in values if values[name] == foreign[name]}
            missing = {name: MISSING if name in strange else value for name, value in values.items()}
            answers = [sent(client, world.members["ada"], address, each) for each in (values, missing)]
            said = [CHANGING.sub("", answer.text) for answer in answers]
            if [answer.status_code for answer in answers] != [404, 404]:
                broken.append(f"{address} with foreign {sorted(strange)}: {[each.status_code for each in answers]}")
            elif said[0] != said[1]:
                broken.append(f"{address} with foreign {sorted(strange)}: another page than for a missing row")

    say(broken, "another agency's row is a 404, the same as a missing one")


def test_a_form_without_its_token_is_refused(app, world, client):
    client.form_token = False
    broken = []
    for address in addresses(app):
        if address.method in SAFE_METHODS or address.label == BY_LINK:
            continue
        answer = sent(client, world.members["ada"], address, rows(world, address, own=True))
        if answer.status_code != 400:
            broken.append(f"{address}: {answer.status_code}")

    say(broken, "what another site sends in a member's name is refused")


def test_what_is_public_asks_for_nobody(app, world, client):
    broken = []
    for address in addresses(app):
        if address.label == PUBLIC and address.method == "GET":
            answer = sent(client, None, address, rows(world, address, own=True))
            if answer.status_code in {401, 403} or answer.status_code >= 500:
                broken.append(f"{address}: {answer.status_code}")

    say(broken, "a public page is for everybody")


def test_a_link_that_is_not_ours_leads_nowhere(app, world, client):
    broken = []
    for address in addresses(app):
        if address.label == BY_LINK:
            answer = sent(client, None, address, {})
            if answer.status_code != 404:
                broken.append(f"{address}: {answer.status_code}")

    say(broken, "an unknown link is a 404, whatever is sent to it")


@pytest.mark.once
def test_no_address_goes_without_a_label(app):
    assert None not in {label_of(app, endpoint) for endpoint in app.view_functions}
