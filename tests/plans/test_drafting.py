"""Beginning a plan from a template, and describing it."""

import pytest

from preparedness.accounts.models import Agency
from preparedness.database import db
from preparedness.errors import Missing, Refused, Stale
from preparedness.plans import drafting, library
from preparedness.plans.models import PlanState
from preparedness.vocabulary import Hazard, HMeans, Risk


def begin(world, **data):
    return drafting.create(
        world.agency, {"template": "earthquake", "title": "Séisme", "country": "HT", **data}, by=world.ana
    )


@pytest.mark.parametrize("key", [template.key for template in library.templates()])
def test_a_plan_begins_with_all_that_its_template_says(world, key):
    text = library.template(key).in_language("fr")

    plan = begin(world, template=key, language="fr")

    assert plan.state is PlanState.DRAFT
    assert (plan.language, plan.hazard, plan.risk_class, plan.h_means) == (
        "fr",
        text.hazard,
        text.risk_class,
        text.h_means,
    )
    assert [each.text for each in plan.objectives] == list(text.objectives)
    assert [each.condition for each in plan.triggers] == [each.condition for each in text.triggers]
    assert [each.key for each in plan.roles] == [each.code for each in text.roles]
    assert [(each.key, each.owner_role.key) for each in plan.items] == [
        (each.key, each.owner_role) for each in text.items
    ]


def test_a_plan_speaks_the_language_of_its_agency_unless_told(world):
    assert begin(world).language == "en"
    assert begin(world, language="fr-HT").language == "fr"


def test_an_undivided_role_has_one_seat_and_a_divided_one_waits_for_its_places(world):
    plan = begin(world)

    assert {len(role.seats) for role in plan.roles if role.seats_by is None} == {1}
    assert {len(role.seats) for role in plan.roles if role.seats_by} == {0}


def test_a_conflict_plan_is_of_high_risk(world):
    plan = begin(world, template="conflict", country="SD")

    assert plan.risk_class is Risk.HIGH
    assert plan.h_means in HMeans


@pytest.mark.parametrize(("left_out", "field"), [("template", "hazard"), ("title", "title"), ("country", "country")])
def test_a_plan_needs_its_three_answers(world, left_out, field):
    with pytest.raises(Refused) as refused:
        begin(world, **{left_out: None})

    assert refused.value.field == field


def test_a_plan_without_a_template_is_an_empty_draft_about_a_hazard(world):
    plan = begin(world, template=None, hazard=Hazard.EXTRATERRESTRIAL, objectives=["See it come.", "Tell everybody."])

    assert (plan.template_key, plan.hazard, plan.state) == (None, Hazard.EXTRATERRESTRIAL, PlanState.DRAFT)
    assert (plan.roles, plan.items, plan.triggers) == ([], [], [])
    assert [each.text for each in plan.objectives] == ["See it come.", "Tell everybody."]
    assert plan.sections


def test_what_is_said_of_a_new_plan_goes_before_what_its_template_says(world):
    plan = begin(world, risk_class=Risk.RAISED, situation="Faults.", objectives=["One."])

    assert (plan.risk_class, plan.situation) == (Risk.RAISED, "Faults.")
    assert [each.text for each in plan.objectives] == ["One."]
    assert plan.roles


def test_an_unknown_template_is_refused_at_its_field(world):
    with pytest.raises(Refused) as refused:
        begin(world, template="meteor")

    assert refused.value.field == "template"


def test_every_plan_has_a_ref_of_its_own(world):
    assert begin(world).ref != begin(world).ref


def test_another_agencys_plan_is_not_there(world):
    for find in (drafting.plan, drafting.whole):
        with pytest.raises(Missing):
            find(world.foreign_plan.id, agency=world.agency)
    assert world.foreign_plan not in drafting.listed(world.agency)


def test_archived_plans_are_listed_only_when_asked_for(world):
    world.plan.state = PlanState.ARCHIVED
    db.session.flush()

    assert world.plan not in drafting.listed(world.agency)
    assert drafting.listed(world.agency, states={PlanState.ARCHIVED}) == [world.plan]


def test_a_description_made_from_an_older_copy_shows_both_values(world):
    drafting.describe(world.plan, {"situation": "First."}, version=1, by=world.ana)
    db.session.flush()

    with pytest.raises(Stale) as stale:
        drafting.describe(world.plan, {"situation": "Second."}, version=1, by=world.ada)

    assert [(each.mine, each.theirs) for each in stale.value.differences] == [("Second.", "First.")]
    assert stale.value.by == "Ana"
    assert world.plan.situation == "First."


def test_an_archived_plan_is_kept_as_it_is(world):
    world.plan.state = PlanState.ARCHIVED

    with pytest.raises(Refused):
        drafting.describe(world.plan, {"title": "Another"}, version=None, by=world.ana)


def test_a_whole_plan_is_loaded_in_as_many_statements_however_long_it_is(world, statements):
    small = world.plan.id
    large = begin(world).id
    agency_id = world.agency.id
    db.session.commit()

    def cost(plan_id):
        db.session.expunge_all()
        agency = db.session.get_one(Agency, agency_id)
        with statements() as counted:
            plan = drafting.whole(plan_id, agency=agency)
            for role in plan.roles:
                for seat in role.seats:
                    assert seat.live == []
            assert all(item.owner_role for item in plan.items)
        return len(counted)

    assert cost(large) <= cost(small)
