"""The example agency is believable, reaches nobody real, and stands as a newcomer is promised."""

import re
import stat
from collections import Counter
from collections.abc import Iterator

import phonenumbers
import pytest
from flask import Flask
from flask_security import verify_password
from sqlalchemy import func, select

from preparedness import audit, config, demo
from preparedness.accounts import agencies, members
from preparedness.accounts.models import Agency, User
from preparedness.activations import availability, preparing, running, tasks
from preparedness.activations.models import Activation, ActivationState, TaskState
from preparedness.audit import CONSOLE, Entry
from preparedness.confirmations.models import Answer, AnsweredBy
from preparedness.contacts import organisations, people, standing
from preparedness.contacts.models import Basis, Consent, Organisation, Person
from preparedness.database import db, now, transaction
from preparedness.example import DATA as EXAMPLE
from preparedness.notifications import jobs
from preparedness.notifications.models import Message, MessageState
from preparedness.plans import drafting, library
from preparedness.plans.models import HOLDING, Assignment, Plan, PlanState, Status
from preparedness.timetable import Due
from preparedness.vocabulary import Capability, ChannelKind, Level, OrganisationKind, Risk, Source
from tests.recordings import empty

ORGANISATIONS = {row["key"]: row for row in EXAMPLE["organisations"]}
PEOPLE = {row["key"]: row for row in EXAMPLE["people"]}
FICTION = [
    r"\+1\d{3}55501\d\d",
    r"\+44207946\d{4}",
    r"\+331990\d{5}",
    r"\+614915701\d\d",
    r"\+467017406\d\d",
]


def channels():
    return [channel for row in [*ORGANISATIONS.values(), *PEOPLE.values()] for channel in row["channels"]]


def test_every_address_lies_under_a_domain_reserved_for_examples():
    written = [each["address"] for each in channels() if each["kind"] in ("email", "relay")]
    written += [row["email"] for row in EXAMPLE["members"]]

    assert len(written) > 150
    assert all(re.fullmatch(r"[a-z0-9.-]+@([a-z-]+\.)?example\.(org|net|com)", address) for address in written)


def test_every_number_is_one_reserved_for_fiction_and_well_formed():
    numbers = [each["address"] for each in channels() if each["kind"] in ("phone", "sms", "whatsapp")]

    assert len(numbers) > 40
    for number in numbers:
        assert any(re.fullmatch(pattern, number) for pattern in FICTION), number
        assert phonenumbers.is_valid_number(phonenumbers.parse(number)), number


def test_the_codes_are_those_of_the_vocabulary():
    for row in [*ORGANISATIONS.values(), *PEOPLE.values()]:
        assert {Capability(each["code"]) for each in row["capabilities"]}
        assert {ChannelKind(each["kind"]) for each in row["channels"]}
    assert {OrganisationKind(row["kind"]) for row in ORGANISATIONS.values()} == set(OrganisationKind)
    assert {Source(row["source"]) for row in PEOPLE.values()} == set(Source)


def test_many_scripts_and_time_zones_are_met():
    written = " ".join(row.get("name_local", "") for row in [*ORGANISATIONS.values(), *PEOPLE.values()])

    for script in ("[\u0600-\u06ff]", "[\u0400-\u04ff]", "[\u1200-\u137f]", "[\u4e00-\u9fff]"):
        assert re.search(script, written)
    assert len({row["timezone"] for row in PEOPLE.values()}) > 12


@pytest.mark.parametrize("plan", EXAMPLE["plans"], ids=lambda plan: plan["key"])
def test_holders_bring_what_the_role_asks_for(plan):
    roles = {role.code: role for role in library.template(plan["template"]).in_language(plan["language"]).roles}

    for line in plan["designations"]:
        code, _, seat = line["seat"].partition("/")
        holder = PEOPLE.get(line.get("person")) or ORGANISATIONS[line["organisation"]]
        assert max(vetting["level"] for vetting in holder["vettings"]) >= roles[code].min_verification, line
        assert not seat or seat in [each["label"] for each in plan["seats"][code]]


def test_the_high_risk_plan_names_organisations_only_and_another_country():
    (plan,) = (each for each in EXAMPLE["plans"] if library.template(each["template"]).risk_class is Risk.HIGH)

    assert all("organisation" in line and "person" not in line for line in plan["designations"])
    assert plan["country"] != EXAMPLE["agency"]["country"]


def test_nobody_holds_more_than_two_roles():
    held = [
        line.get("person") or ORGANISATIONS[line["organisation"]]["contact_person"]
        for plan in EXAMPLE["plans"]
        for line in plan["designations"]
        if "asked_days_ago" in line
    ]

    assert max(held.count(person) for person in held) == 2


def test_what_the_exercise_plays_is_in_the_plan_at_its_level():
    (exercise,) = EXAMPLE["activations"]
    items = {item.key: item for item in library.template("earthquake").in_language("en").items}

    for line in [*exercise["tasks"], *exercise["recovery"]]:
        assert Level(exercise["level"]).reaches(items[line["item"]].from_level)
    assert {reply["person"] for reply in exercise["replies"]} <= set(PEOPLE)


# --- As it is told ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def said(standing_app: Flask) -> Iterator[list[str]]:
    """The example, loaded once for each engine: what the console says."""
    with standing_app.app_context():
        yield demo.load_first()
        db.session.remove()
        empty()


@pytest.fixture
def agency(said: list[str]) -> Agency:
    return agencies.named(EXAMPLE["agency"]["name"])


def plan_of(agency: Agency, key: str) -> Plan:
    (title,) = (each["title"] for each in EXAMPLE["plans"] if each["key"] == key)
    return next(plan for plan in drafting.listed(agency) if plan.title == title)


def designated(plan: Plan) -> list[Assignment]:
    return [each for role in plan.roles for seat in role.seats for each in seat.assignments]


def test_the_console_says_how_each_member_signs_in(said, agency):
    kept = config.current().instance / "example-members.txt"

    assert kept.read_text().splitlines() == said
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    for line in said:
        access, email, password = line.split()
        member = members.by_email(email, agency=agency)
        assert member.access.value == access
        assert verify_password(password, member.password)
    assert len({line.split()[2] for line in said}) == 3


def test_it_is_marked_and_loaded_once(said, agency):
    assert agency.example
    assert "EXAMPLE" in agency.name
    assert demo.load_first() == []
    assert len(agencies.listed()) == 1


def test_about_forty_organisations_and_a_hundred_and_twenty_people_are_there(agency):
    assert organisations.listed(agency).total == 43
    assert people.listed(agency).total == 120


def test_two_plans_are_approved_one_is_a_draft_and_one_in_review(agency):
    assert {plan.title: plan.state for plan in drafting.listed(agency)} == {
        plan_of(agency, "earthquake").title: PlanState.APPROVED,
        plan_of(agency, "drought").title: PlanState.APPROVED,
        plan_of(agency, "conflict").title: PlanState.IN_REVIEW,
        plan_of(agency, "cyclone").title: PlanState.DRAFT,
    }
    assert plan_of(agency, "cyclone").language == "fr"


def test_the_high_risk_plan_is_held_by_organisations_alone(agency):
    plan = plan_of(agency, "conflict")

    assert plan.high_risk
    assert all(each.organisation is not None and each.person is None for each in designated(plan))
    assert sum(each.holds for each in designated(plan)) >= 9


def test_every_answer_and_every_agreement_was_given_by_the_person(agency):
    held = [each for each in db.session.scalars(select(Assignment)) if each.status in HOLDING]
    agreed = db.session.scalars(select(Consent)).all()

    assert set(db.session.scalars(select(Answer.by))) == {AnsweredBy.SELF}
    assert len(held) > 55
    assert {consent.basis for consent in agreed} == {Basis.LINK}
    assert {each.asked_person.id for each in held} == {consent.person_id for consent in agreed}


def test_there_is_something_to_do_in_the_approved_plans(agency):
    for key in ("earthquake", "drought"):
        found = Counter(each.status for each in designated(plan_of(agency, key)))
        assert found[Status.ACCEPTED] > 15
        assert found[Status.ACCEPTED_WITH_LIMITS]
        assert found[Status.DECLINED]
        assert found[Status.INVITED]
        assert found[Status.PROPOSED]
    vacant = [seat.title for role in plan_of(agency, "earthquake").roles for seat in role.seats if not seat.filled]
    assert len(vacant) == 4


def test_preparedness_tasks_are_done_under_way_late_and_still_to_come(agency):
    for key, late in (("earthquake", 5), ("drought", 2)):
        found = preparing.of(plan_of(agency, key))
        states = Counter(task.state for task in found)
        assert states[TaskState.DONE] >= 3
        assert states[TaskState.DOING]
        assert states[TaskState.OPEN] > 4
        assert sum(map(tasks.is_late, found)) == late
    assert preparing.due(agency)


def test_the_exercise_is_over_and_its_figures_are_there(agency):
    (exercise,) = running.listed(agency)
    figures = availability.figures(exercise)

    assert exercise.exercise
    assert exercise.state is ActivationState.CLOSED
    assert (figures.asked, figures.answered_in_time) == (27, 24)
    assert figures.first_called_at < figures.last_called_at < figures.last_answer_at
    assert not [task for task in exercise.tasks if task.state in (TaskState.OPEN, TaskState.DOING)]
    assert running.bands(agency) == []
    assert running.listed(agency, members.by_email("official@example.org")) == [exercise]


def test_the_reasons_why_somebody_may_not_be_asked_are_met(agency):
    known = db.session.scalars(select(Person)).all()
    reasons = {why for person in known if (why := standing.why_not(person))}

    assert len(reasons) == 3
    assert sum(person.sensitive for person in known) == 3
    assert any(person.verification < max(each.level for each in person.vettings) for person in known if person.vettings)


def test_no_message_is_left_that_would_be_sent(agency):
    assert set(db.session.scalars(select(Message.state))) == {MessageState.HANDED_OVER}
    assert db.session.scalar(select(func.count(Due.id))) == 0
    assert jobs.deliver() == 0
    assert not list(config.current().mailbox.glob("*"))


def test_the_audit_is_whole_and_nothing_lies_in_the_future(agency):
    moment = now()

    assert audit.broken_at(agency.id) is None
    assert db.session.scalar(select(func.max(Entry.at))) <= moment
    assert db.session.scalar(select(func.max(Message.handed_over_at))) <= moment


def test_a_reset_tells_it_anew_and_leaves_other_institutions_alone(agency):
    before = agency.id
    with transaction():
        own = agencies.add({"name": "Our own", "country": "KE"}, by=CONSOLE)
        organisations.add(own, {"name": "Ours", "kind": OrganisationKind.MEDIA, "country": "KE"}, by=CONSOLE)

    demo.reset()

    assert db.session.scalar(select(Agency.id).where(Agency.example.is_(True))) != before
    assert organisations.listed(own).total == 1
    assert audit.broken_at(own.id) is None
    assert db.session.scalar(select(func.count(User.id))) == 3
    assert db.session.scalar(select(func.count(Organisation.id))) == 44
    assert db.session.scalar(select(func.count(Activation.id))) == 1
