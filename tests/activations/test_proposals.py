"""A bulletin proposes a level; somebody looks and decides. Nothing is ever activated by one."""

from datetime import timedelta

import pytest

from preparedness.activations import bulletins, proposals, running
from preparedness.activations.models import Activation, ActivationKind, ProposalState
from preparedness.database import db, now, transaction
from preparedness.errors import Missing, Refused, Stale
from preparedness.plans.models import PlanState
from preparedness.vocabulary import Hazard, Level
from tests.activations import stage
from tests.activations.bulletins import bulletin, reference
from tests.recordings import recorded


@pytest.fixture
@recorded
def approved(world):
    with transaction():
        stage.approved(world)
    return world


def take_in(world, **told):
    with transaction():
        return proposals.receive(world.agency, bulletins.read(bulletin(**told)), by=world.ana)


def waiting(world):
    return [(each.identifier, [plan.id for plan in plans]) for each, plans in proposals.waiting(world.agency)]


def test_a_bulletin_waits_with_the_plans_of_its_country_and_hazard(approved):
    proposal, fresh = take_in(approved)

    assert fresh
    assert (proposal.state, proposal.level, proposal.exercise) == (ProposalState.OPEN, Level.FULL, False)
    assert waiting(approved) == [("eq-1", [approved.plan.id])]


def test_a_bulletin_activates_nothing(approved):
    take_in(approved)

    assert db.session.query(Activation).count() == 0


@pytest.mark.parametrize("told", [{"area": "Nepal"}, {"category": "Met"}, {"status": "Test"}, {"kind": "Ack"}])
def test_what_is_about_no_plan_or_not_meant_is_kept_aside(approved, told):
    proposal, _fresh = take_in(approved, **told)

    assert proposal.state is ProposalState.IGNORED
    assert waiting(approved) == []


def test_a_plan_that_cannot_be_activated_is_not_proposed(world):
    assert take_in(world)[0].state is ProposalState.IGNORED


def test_the_same_bulletin_counts_once(approved):
    first, second = take_in(approved), take_in(approved)

    assert (first[0].id, first[1]) == (second[0].id, True)
    assert second[1] is False


def test_the_same_bulletin_is_another_one_for_another_agency(approved):
    take_in(approved)
    with transaction():
        theirs, fresh = proposals.receive(approved.other_agency, bulletins.read(bulletin()), by=approved.bo)

    assert (fresh, theirs.state) == (True, ProposalState.IGNORED)


def test_an_update_takes_the_place_of_what_it_names(approved):
    first, _fresh = take_in(approved)
    take_in(approved, identifier="eq-2", kind="Update", references=reference(), severity="Severe")

    assert first.state is ProposalState.SUPERSEDED
    assert waiting(approved) == [("eq-2", [approved.plan.id])]


def test_a_cancellation_takes_back_what_it_names(approved):
    first, _fresh = take_in(approved)
    take_in(approved, identifier="eq-2", kind="Cancel", references=reference())

    assert first.state is ProposalState.WITHDRAWN
    assert waiting(approved) == []


@pytest.mark.parametrize(("kind", "left"), [("Update", ["eq-2"]), ("Cancel", [])])
def test_a_bulletin_that_was_overtaken_on_the_way_does_not_wait(approved, kind, left):
    take_in(approved, identifier="eq-2", kind=kind, references=reference())
    take_in(approved)

    assert [name for name, _plans in waiting(approved)] == left


def test_nobody_takes_back_what_somebody_else_said(approved):
    first, _fresh = take_in(approved)
    take_in(approved, identifier="x", sender="who@example.org", kind="Cancel", references=reference())

    assert first.state is ProposalState.OPEN


def test_an_update_of_what_was_dismissed_waits_only_if_it_is_graver(approved):
    first, _fresh = take_in(approved, severity="Severe")
    with transaction():
        proposals.dismiss(first, by=approved.ana)
    same, _fresh = take_in(
        approved,
        identifier="eq-2",
        sent="2026-11-24T05:00:00-00:00",
        kind="Update",
        references=reference(),
        severity="Severe",
    )
    assert same.state is ProposalState.DISMISSED
    graver, _fresh = take_in(
        approved, identifier="eq-3", kind="Update", references=reference("eq-2", "2026-11-24T05:00:00-00:00")
    )

    assert graver.state is ProposalState.OPEN


def test_an_exercise_of_the_service_is_one_here_too(approved):
    assert take_in(approved, status="Exercise")[0].exercise


def test_a_bulletin_that_ended_or_that_nobody_looked_at_for_a_week_fades(approved):
    proposal, _fresh = take_in(approved, expires="<expires>2026-11-24T09:00:00-00:00</expires>")
    with transaction():
        proposal.expires_at = now() + timedelta(hours=1)
    assert len(waiting(approved)) == 1
    with transaction():
        proposal.expires_at = now() - timedelta(minutes=1)
    assert waiting(approved) == []
    with transaction():
        proposal.expires_at, proposal.received_at = None, now() - timedelta(days=8)
    assert waiting(approved) == []


def test_nothing_is_to_decide_once_the_plan_runs_at_that_level(approved):
    take_in(approved)
    with transaction():
        activation = running.start(
            approved.plan, {"kind": ActivationKind.REAL, "level": Level.PARTIAL}, by=approved.ana
        )
    assert len(waiting(approved)) == 1
    with transaction():
        running.step(activation, Level.FULL, None, by=approved.ana)
    assert waiting(approved) == []


def test_an_archived_plan_is_no_longer_proposed(approved):
    take_in(approved)
    with transaction():
        approved.plan.state = PlanState.ARCHIVED

    assert waiting(approved) == []


def test_the_gravest_comes_first_and_an_exercise_last(approved):
    take_in(approved, identifier="a", severity="Minor")
    take_in(approved, identifier="b")
    take_in(approved, identifier="c", status="Exercise")

    assert [name for name, _plans in waiting(approved)] == ["b", "a", "c"]


def test_of_several_descriptions_the_gravest_that_is_about_a_plan_counts(approved):
    more = bulletin(severity="Minor").decode()
    info = more[more.index("<info>") : more.index("</info>") + 7]
    far = info.replace("Southern Haiti", "Nepal").replace("Minor", "Extreme")
    near = info.replace("Minor", "Severe")
    with transaction():
        content = bulletin(severity="Minor").decode().replace("</alert>", f"{far}{near}</alert>").encode()
        proposal, _fresh = proposals.receive(approved.agency, bulletins.read(content), by=approved.ana)

    assert proposal.level is Level.PARTIAL


def test_dismissing_is_done_once_and_only_at_the_version_seen(approved):
    proposal, _fresh = take_in(approved)
    with pytest.raises(Stale):
        proposals.dismiss(proposal, version=proposal.version + 1, by=approved.ana)
    proposals.dismiss(proposal, by=approved.ana)
    with pytest.raises(Refused):
        proposals.dismiss(proposal, by=approved.ana)


def test_another_agency_finds_no_proposal(approved):
    proposal, _fresh = take_in(approved)

    with pytest.raises(Missing):
        proposals.get(proposal.id, agency=approved.other_agency)


def test_bulletins_are_forgotten_after_a_year(approved):
    proposal, _fresh = take_in(approved)
    with transaction():
        proposal.received_at = now() - timedelta(days=401)
        assert proposals.sweep() == 1


def test_a_fire_may_concern_plans_for_nature_and_for_weather(approved):
    with transaction():
        approved.plan.hazard = Hazard.ENVIRONMENTAL

    assert take_in(approved, category="Fire")[0].state is ProposalState.OPEN


@pytest.mark.once
def test_statements_do_not_grow_with_what_waits(approved, statements):
    take_in(approved)
    with statements() as one:
        waiting(approved)
    db.session.rollback()
    for number in range(5):
        take_in(approved, identifier=f"more-{number}")
    with statements() as many:
        assert len(waiting(approved)) == 6

    assert len(many) <= len(one) + 1
