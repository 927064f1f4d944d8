"""Approval: a version is locked for good, holds no person, and takes removed roles away."""

import json

import pytest
from sqlalchemy import select

from preparedness.database import db, now
from preparedness.errors import Missing, Refused, Stale
from preparedness.plans import assignments, differences, documents, drafting, items, roles, seats, versions
from preparedness.plans.models import PlanState, PlanVersion, Role, Status
from preparedness.vocabulary import Level


def approve(world, note=None):
    versions.submit(world.plan, by=world.ana)
    return versions.approve(world.plan, note, by=world.ada)


def accepted(world, seat, person):
    assignment = assignments.assign(seat, person, by=world.ana)
    assignments.invite(assignment, by=world.ana)
    assignments.accept(assignment, limits=None, until=now().date(), by=person.actor)
    return assignment


def test_a_plan_is_reviewed_before_it_is_approved(world):
    with pytest.raises(Refused, match="review first"):
        versions.approve(world.plan, by=world.ada)

    version = approve(world, "Agreed.")

    assert (version.number, version.note, version.approved_by) == (1, "Agreed.", "Ada")
    assert world.plan.state is PlanState.APPROVED
    assert world.plan.latest_version is version
    assert world.plan.review_on == version.next_review_on > now().date()


def test_versions_count_from_one(world):
    assert [approve(world).number for _ in range(3)] == [1, 2, 3]
    with pytest.raises(Missing):
        versions.get(world.plan, 4)


def test_a_version_holds_no_person(world):
    accepted(world, world.seat, world.amina)

    document = json.dumps(approve(world).document)

    assert "Amina" not in document
    assert "Federation" not in document


def test_a_version_never_changes(world):
    version = approve(world)
    db.session.flush()

    version.note = "Another"
    with pytest.raises(RuntimeError, match="never changes"):
        db.session.flush()
    db.session.rollback()

    assert db.session.scalars(select(PlanVersion)).all() == []


def test_a_version_is_never_deleted(world):
    version = approve(world)
    db.session.flush()

    db.session.delete(version)
    with pytest.raises(RuntimeError, match="never changes"):
        db.session.flush()
    db.session.rollback()


def test_writing_on_leaves_the_version_as_it_was(world):
    version = approve(world)
    before = documents.digest(version.document)

    items.change(world.items[0], {"text": "Another"}, version=None, by=world.ana)
    roles.change(world.coordination, {"title": "Chair"}, version=None, by=world.ana)
    db.session.flush()
    db.session.expire_all()

    assert documents.digest(version.document) == before == version.document_hash
    assert versions.has_unapproved_changes(world.plan)
    assert world.plan.state is PlanState.APPROVED


def test_a_plan_has_unapproved_changes_only_while_its_text_differs(world):
    assert versions.has_unapproved_changes(world.plan)
    approve(world)
    assert not versions.has_unapproved_changes(world.plan)

    accepted(world, world.seat, world.amina)
    assert not versions.has_unapproved_changes(world.plan)

    title = world.coordination.title
    roles.change(world.coordination, {"title": "Chair"}, version=None, by=world.ana)
    assert versions.has_unapproved_changes(world.plan)
    roles.change(world.coordination, {"title": title}, version=None, by=world.ana)
    assert not versions.has_unapproved_changes(world.plan)


def test_a_removed_role_keeps_its_holders_until_the_next_approval(world):
    approve(world)
    assignment = accepted(world, world.seat, world.amina)

    roles.remove(world.coordination, version=None, by=world.ana)
    assert assignment.holds
    assert {item.owner_role for item in world.items if item.owner_role is not world.focal_points} == {None}

    approve(world)
    assert assignment.status is Status.ENDED
    assert "DIA-COORD" not in {role["key"] for role in world.plan.latest_version.document["roles"]}


def test_a_role_that_was_never_approved_leaves_at_once(world):
    assignment = accepted(world, world.seat, world.amina)
    untouched = world.focal_points.id

    roles.remove(world.coordination, version=None, by=world.ana)
    roles.remove(world.focal_points, version=None, by=world.ana)
    db.session.flush()

    assert assignment.status is Status.ENDED
    assert db.session.scalar(select(Role.id).where(Role.id == untouched)) is None
    with pytest.raises(Refused, match="already"):
        roles.remove(world.coordination, version=None, by=world.ana)


def test_whoever_listens_is_told_of_an_approval(world, monkeypatch):
    heard = []
    monkeypatch.setattr(versions, "WHEN_APPROVED", [lambda version, by: heard.append((version.number, by.label))])

    approve(world)

    assert heard == [(1, "Ada")]


def test_an_approval_from_an_older_page_is_refused(world):
    versions.submit(world.plan, by=world.ana)
    db.session.flush()

    with pytest.raises(Stale):
        versions.approve(world.plan, version=world.plan.version - 1, by=world.ada)


def test_a_plan_in_review_is_not_sent_again_and_can_be_sent_back(world):
    versions.submit(world.plan, by=world.ana)
    with pytest.raises(Refused, match="already"):
        versions.submit(world.plan, by=world.ana)

    versions.send_back(world.plan, by=world.ada)
    assert world.plan.state is PlanState.DRAFT
    with pytest.raises(Refused, match="not in review"):
        versions.send_back(world.plan, by=world.ada)


def test_an_archived_plan_is_approved_no_more(world):
    versions.archive(world.plan, by=world.ana)

    for act in (versions.submit, versions.approve, versions.archive):
        with pytest.raises(Refused, match="archived"):
            act(world.plan, by=world.ana)


def test_operators_keep_the_version_in_force_while_the_next_is_in_review(world):
    approve(world)
    versions.submit(world.plan, by=world.ana)
    db.session.flush()

    assert drafting.in_force(world.agency) == [world.plan]


def test_a_difference_says_what_was_added_removed_and_changed(world):
    first = approve(world)
    roles.change(
        world.coordination,
        {"title": "Chair", "from_level": Level.FULL, "languages": ["fr"]},
        version=None,
        by=world.ana,
    )
    seats.add(world.focal_points, {"label": "Boston", "country": "US"}, by=world.ana)
    items.change(world.items[1], {"offset_hours": 4}, version=None, by=world.ana)
    items.remove(world.items[2], version=None, by=world.ana)
    drafting.describe(world.plan, {"situation": "Two faults."}, version=None, by=world.ana)
    second = approve(world)

    found = {
        (each.kind.value, each.title): each.fields for each in differences.between(first.document, second.document)
    }

    assert found[("changed", "")] == [("Situation", "–", "Two faults.")]
    assert found[("changed", "Chair")] == [
        ("Title", "Diaspora coordination lead", "Chair"),
        ("From level", "Monitoring", "Full activation"),
        ("Languages", "–", "French"),
    ]
    assert found[("changed", "Diaspora focal point")] == [("Seats", "Montréal, Paris", "Montréal, Paris, Boston")]
    assert found[("changed", "What earthquake.resp.01 asks to be done.")] == [("Time", "H+2", "H+4")]
    assert found[("removed", "What earthquake.resp.02 asks to be done.")] == []
    assert ("removed", "What earthquake.reco.01 asks to be done.") not in found


def test_two_equal_documents_have_no_difference(world):
    version = approve(world)

    assert differences.between(version.document, documents.frozen(world.plan)) == []


def test_every_word_of_a_difference_is_for_people(world):
    plan = drafting.create(world.agency, {"template": "drought", "title": "Drought", "country": "SO"}, by=world.ana)
    other = drafting.create(world.agency, {"template": "conflict", "title": "Conflict", "country": "SD"}, by=world.ana)

    found = differences.between(documents.frozen(plan), documents.frozen(other))
    said = [words for each in found for _label, *both in each.fields for words in both]

    assert "Somalia" in said
    assert "high risk" in said
    assert not {"high", "SO", "monitor", "diaspora_led"} & set(said)
