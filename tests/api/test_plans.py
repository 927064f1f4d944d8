"""Plans, by programs: begun, written, reviewed, approved, put away; and what operators read of them."""

import pytest

from preparedness.database import db, transaction
from preparedness.plans import assignments, drafting, objectives
from preparedness.plans.models import Plan, PlanState
from preparedness.vocabulary import Risk
from tests.activations import stage
from tests.recordings import recorded

FIELDS = [
    *("id", "version", "created_at", "updated_at", "ref", "title", "template", "country", "language", "hazard"),
    *("risk_class", "h_means", "state", "latest_version", "has_unapproved_changes", "situation", "assumptions"),
    *("objectives", "review_on"),
]
NEW = {"title": "Meteor, Haiti", "country": "HT", "hazard": "extraterrestrial"}


@pytest.fixture
@recorded
def approved(world):
    """The plan has an approved version, and the draft says something else already."""
    with transaction():
        world.plan.situation = "Faults run under the capital."
        stage.approved(world)
        drafting.describe(world.plan, {"title": "A title in the making"}, version=None, by=world.ana)
        objectives.add(world.plan, {"text": "An aim in the making"}, by=world.ana)
    return world.plan


# --- Begun and written ---------------------------------------------------------------------------------------------


def test_a_plan_begins_from_a_template_with_all_it_brings(ana, world):
    answer = ana.post("/plans", {"title": "Séisme", "country": "HT", "template": "earthquake", "language": "fr"})

    assert answer.status_code == 201
    assert set(answer.json) == set(FIELDS)
    assert answer.headers["Location"] == f"/api/v1/plans/{answer.json['id']}"
    assert answer.headers["ETag"] == f'"{answer.json["version"]}"'
    assert ana.get(answer.headers["Location"]).json == answer.json
    assert (answer.json["template"], answer.json["language"], answer.json["hazard"]) == (
        "earthquake",
        "fr",
        "geohazards",
    )
    assert (answer.json["state"], answer.json["latest_version"]) == ("draft", None)
    assert answer.json["has_unapproved_changes"] is True
    assert answer.json["objectives"]
    assert ana.get(f"/plans/{answer.json['id']}/roles").json["total"] > 5


def test_a_plan_without_a_template_is_an_empty_draft(ana):
    sent = {**NEW, "situation": "The sky.", "objectives": [" See it. ", "Tell it."], "review_on": "2030-01-31"}
    answer = ana.post("/plans", sent)

    assert answer.status_code == 201
    assert (answer.json["template"], answer.json["hazard"], answer.json["risk_class"]) == (
        None,
        NEW["hazard"],
        "standard",
    )
    assert (answer.json["objectives"], answer.json["review_on"]) == (["See it.", "Tell it."], "2030-01-31")
    for part in ("roles", "checklist", "triggers"):
        assert ana.get(f"/plans/{answer.json['id']}/{part}").json["total"] == 0


def test_without_a_template_the_hazard_is_needed(ana):
    answer = ana.post("/plans", {"title": "x", "country": "HT"})

    assert (answer.status_code, list(answer.json["errors"])) == (409, ["hazard"])


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"title": None}, "title"),
        ({"title": " "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"country": "XX"}, "country"),
        ({"template": "meteor"}, "template"),
        ({"template": 5}, "template"),
        ({"language": None}, "language"),
        ({"language": "tlh"}, "language"),
        ({"hazard": "dragons"}, "hazard"),
        ({"objectives": "one"}, "objectives"),
        ({"objectives": [""]}, "objectives"),
        ({"objectives": ["\x00"]}, "objectives"),
        ({"objectives": [None]}, "objectives"),
        ({"objectives": None}, "objectives"),
        ({"objectives": ["x"] * 51}, "objectives"),
        ({"review_on": "2030-02-31"}, "review_on"),
        ({"review_on": "9999-01-01"}, "review_on"),
        ({"ref": "P-0000-0"}, "ref"),
        ({"state": "approved"}, "state"),
    ],
)
def test_what_is_no_plan_is_refused_by_its_field(ana, sent, field):
    answer = ana.post("/plans", {**NEW, **sent})

    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])


def test_title_and_country_are_needed(ana):
    assert set(ana.post("/plans", {}).json["errors"]) == {"title", "country"}


def test_a_nul_in_an_objective_is_left_out(ana):
    assert ana.post("/plans", {**NEW, "objectives": ["a\x00b"]}).json["objectives"] == ["ab"]


def test_a_repeated_request_begins_one_plan(ana, world):
    answers = [ana.post("/plans", NEW, Idempotency_Key="k") for _ in range(2)]

    assert answers[0].json == answers[1].json
    assert ana.get("/plans?q=meteor").json["total"] == 1


def test_a_change_leaves_alone_what_it_does_not_name_and_null_clears(ana, world):
    path = f"/plans/{world.plan.id}"
    first = ana.patch(path, {"situation": "Faults.", "assumptions": "Roads break."}, version=world.plan.version)
    second = ana.patch(path, {"assumptions": None, "title": "Anew"}, version=first.json["version"])

    assert (first.status_code, second.status_code) == (200, 200)
    assert second.json["version"] == first.json["version"] + 1 == int(second.headers["ETag"].strip('"'))
    assert (second.json["situation"], second.json["assumptions"], second.json["title"]) == ("Faults.", None, "Anew")
    assert second.json["hazard"] == "geohazards"


def test_a_change_of_words_and_objectives_is_one_change(ana, world):
    seen, sent = world.plan.version, {"title": "Anew", "objectives": ["One."]}
    answer = ana.patch(f"/plans/{world.plan.id}", sent, version=seen)

    assert (answer.json["title"], answer.json["objectives"]) == ("Anew", ["One."])
    assert answer.json["version"] == seen + 1


def test_objectives_that_stay_keep_their_key(ana, world):
    path = f"/plans/{world.plan.id}"
    made = ana.patch(path, {"objectives": ["One.", "Two.", "Three."]}, version=world.plan.version).json
    db.session.expire_all()
    keys = {each.text: each.key for each in world.plan.objectives}

    changed = ana.patch(path, {"objectives": ["Three.", "One.", "Four.", "Five."]}, version=made["version"])
    again = ana.patch(path, {"objectives": ["Three.", "One."]}, version=changed.json["version"])

    assert changed.json["objectives"] == ["Three.", "One.", "Four.", "Five."]
    assert again.json["objectives"] == ["Three.", "One."]
    db.session.expire_all()
    assert [(each.text, each.key) for each in world.plan.objectives] == [
        ("Three.", keys["Three."]),
        ("One.", keys["One."]),
    ]


def test_an_objective_changed_on_the_page_is_not_overwritten_unseen(ana, world):
    seen = world.plan.version
    with transaction():
        objectives.add(world.plan, {"text": "From the page."}, by=world.ana)

    answer = ana.patch(f"/plans/{world.plan.id}", {"objectives": ["Mine."]}, version=seen)

    assert (answer.status_code, answer.json["current"]["objectives"]) == (412, ["From the page."])


def test_the_template_of_a_plan_stays(ana, world):
    answer = ana.patch(f"/plans/{world.plan.id}", {"template": "conflict"}, version=world.plan.version)

    assert (answer.status_code, list(answer.json["errors"])) == (422, ["template"])


def test_a_plan_that_names_somebody_does_not_become_one_of_high_risk(ana, world):
    with transaction():
        assignments.assign(world.seat, world.amina, by=world.ana)

    answer = ana.patch(f"/plans/{world.plan.id}", {"risk_class": "high"}, version=world.plan.version)

    assert (answer.status_code, list(answer.json["errors"])) == (409, ["risk_class"])


def test_an_archived_plan_is_kept_as_it_is(ana, world):
    path = f"/plans/{world.plan.id}"
    archived = ana.post(f"{path}/archive")

    assert (archived.status_code, archived.json["state"]) == (200, "archived")
    assert ana.patch(path, {"title": "x"}, version=archived.json["version"]).status_code == 409
    assert ana.post(f"{path}/submit").status_code == ana.post(f"{path}/archive").status_code == 409
    assert ana.get("/plans").json["total"] == 0
    assert ana.get("/plans?state=archived").json["total"] == 1


def test_the_list_is_narrowed_by_fields_and_words(ana, world):
    ana.post("/plans", NEW)
    for asked, total in {
        "": 2,
        "q=METEOR": 1,
        "q=haiti": 2,
        "hazard=geohazards": 1,
        "template=earthquake": 1,
        f"ref={world.plan.ref}": 1,
        "country=HT": 2,
        "country=SO": 0,
        "risk_class=high": 0,
        "language=en&h_means=event&state=draft": 2,
        "per_page=1&page=2": 2,
    }.items():
        assert ana.get(f"/plans?{asked}").json["total"] == total, asked
    assert list(ana.get("/plans?state=lost").json["errors"]) == ["state"]


# --- Reviewed, approved --------------------------------------------------------------------------------------------


def test_an_approval_locks_a_version_and_opens_its_tasks(ana, world):
    path = f"/plans/{world.plan.id}"
    early = ana.post(f"{path}/approve")
    submitted = ana.post(f"{path}/submit")
    approved = ana.post(f"{path}/approve", {"note": "The board met."})

    assert early.status_code == 409
    assert (submitted.status_code, submitted.json["state"]) == (200, "in_review")
    assert approved.status_code == 200
    assert set(approved.json) == {"number", "approved_at", "approved_by", "next_review_on"}
    assert approved.json["number"] == 1
    assert approved.json["approved_by"].endswith("(Ana)")
    plan = ana.get(path).json
    assert (plan["state"], plan["latest_version"], plan["has_unapproved_changes"]) == ("approved", 1, False)
    assert plan["review_on"] == approved.json["next_review_on"]
    (task,) = ana.get(f"{path}/tasks").json["items"]
    assert (task["item_key"], task["activation_id"]) == ("earthquake.prep.01", None)
    assert ana.get(f"{path}/tasks?phase=response").json["total"] == 0


def test_a_repeated_approval_says_the_same(ana, world):
    ana.post(f"/plans/{world.plan.id}/submit")
    answers = [ana.post(f"/plans/{world.plan.id}/approve", {}, Idempotency_Key="k") for _ in range(2)]

    assert [each.status_code for each in answers] == [200, 200]
    assert answers[0].json == answers[1].json


def test_versions_tell_what_was_locked(ana, world, approved):
    path = f"/plans/{approved.id}/versions"
    (row,) = ana.get(path).json["items"]
    whole = ana.get(f"{path}/1")

    assert set(row) == {
        *("id", "version", "created_at", "updated_at", "number", "approved_at", "approved_by", "note", "language"),
        "next_review_on",
    }
    assert whole.headers["ETag"] == '"1"'
    document = whole.json["document"]
    assert whole.json == {**row, "document": document}
    assert (document["title"], document["situation"]) == ("Earthquake, Haiti", "Faults run under the capital.")
    assert [each["key"] for each in document["roles"]] == ["DIA-COORD", "DIA-FP"]
    assert {each["label"] for each in document["roles"][1]["seats"]} == {"Montréal", "Paris"}
    assert document["items"][0]["owner_role"] == "DIA-COORD"
    assert ana.get(f"{path}/2").status_code == 404
    assert ana.get(f"{path}?q=board").json["total"] == 0


# --- How it stands -------------------------------------------------------------------------------------------------


def test_coverage_counts_those_who_accepted(ana, world):
    with transaction():
        world.coordination.capabilities = ["logistics"]
        _can(world.amina, "logistics")
        stage.accepts(world.montreal, world.amina)

    answer = ana.get(f"/plans/{world.plan.id}/coverage")

    assert answer.status_code == 200
    assert "ETag" not in answer.headers
    assert answer.json["capabilities"] == ["logistics"]
    assert {"key": "Montréal", "title": "Montréal", "country": "CA"} in answer.json["places"]
    assert answer.json["counts"] == [{"capability": "logistics", "place": "Montréal", "held": 1}]


def test_s10_at_high_risk_a_small_number_is_not_told(ana, world):
    with transaction():
        world.plan.risk_class = Risk.HIGH
        world.coordination.capabilities = ["logistics"]
        _can(world.federation, "logistics")
        stage.accepts(world.montreal, world.federation)

    assert [each["held"] for each in ana.get(f"/plans/{world.plan.id}/coverage").json["counts"]] == [None]


def _can(holder, code):
    from_shape = {"agency_id": holder.agency_id, "code": code}
    holder.capabilities.append(type(holder).capabilities.property.mapper.class_(**from_shape))


def test_readiness_says_what_would_raise_it(ana, world):
    answer = ana.get(f"/plans/{world.plan.id}/readiness").json

    assert answer["score"] == sum(each["earned"] for each in answer["parts"])
    assert sum(each["points"] for each in answer["parts"]) == 100
    assert answer["parts"][0] == {
        "title": "Essential seats held",
        "points": 30,
        "earned": 0,
        "done": 0,
        "total": 1,
        "advice": "Designate holders for the essential roles and ask them.",
    }
    assert "The situation is not described." in answer["gaps"]


# --- Operators, and other agencies ---------------------------------------------------------------------------------


def test_an_operator_reads_what_was_approved_and_nothing_of_the_draft(rui, ana, world, approved):
    path = f"/plans/{approved.id}"
    row = rui.get(path).json

    assert set(row) == set(FIELDS)
    assert (row["title"], row["objectives"], row["state"]) == ("Earthquake, Haiti", [], "approved")
    assert (row["latest_version"], row["has_unapproved_changes"]) == (1, False)
    assert rui.get("/plans").json["items"] == [row]
    assert rui.get("/plans?q=making").json["total"] == 0
    assert rui.get("/plans?q=earthquake&state=approved&template=earthquake").json["total"] == 1
    assert rui.get(f"{path}/versions/1").status_code == rui.get(f"{path}/tasks").status_code == 200
    assert ana.get(path).json["title"] == "A title in the making"
    assert ana.get(path).json["has_unapproved_changes"] is True


@pytest.mark.once
def test_an_operator_is_told_that_a_plan_is_put_away(rui, ana, approved):
    ana.post(f"/plans/{approved.id}/archive")

    assert rui.get(f"/plans/{approved.id}").json["state"] == "archived"


def test_for_an_operator_no_plan_is_there_before_its_first_approval(rui, world):
    assert rui.get("/plans").json["total"] == 0
    for path in ("", "/versions", "/versions/1", "/tasks"):
        assert rui.get(f"/plans/{world.plan.id}{path}").status_code == 404


def test_an_operator_writes_nothing_and_sees_no_working_copy(rui, world, approved):
    path = f"/plans/{approved.id}"

    assert rui.post("/plans", NEW).status_code == 403
    assert rui.patch(path, {"title": "x"}, version=approved.version).status_code == 403
    assert {rui.post(f"{path}/{act}").status_code for act in ("submit", "approve", "archive")} == {403}
    assert {rui.get(f"{path}/{part}").status_code for part in ("coverage", "readiness", "roles")} == {403}


def test_another_agency_finds_nothing(bo, ana, world, approved):
    path = f"/plans/{approved.id}"

    assert {each["ref"] for each in bo.get("/plans").json["items"]} == {world.foreign_plan.ref}
    for part in ("", "/versions", "/versions/1", "/tasks", "/coverage", "/readiness"):
        assert bo.get(path + part).status_code == 404
    assert bo.patch(path, {"title": "x"}, version=approved.version).status_code == 404
    assert {bo.post(f"{path}/{act}").status_code for act in ("submit", "approve", "archive")} == {404}


@pytest.mark.once
def test_statements_do_not_grow_with_the_rows(ana, rui, world, statements, approved):
    def counts():
        found = []
        for who, path in ((ana, "/plans"), (rui, "/plans"), (ana, f"/plans/{approved.id}")):
            with statements() as said:
                assert who.get(path).status_code == 200
            found.append(len(said))
        return found

    before = (counts(), counts())[1]
    for number in range(3):
        made = ana.post("/plans", {"title": f"Séisme {number}", "country": "HT", "template": "earthquake"}).json
        ana.post(f"/plans/{made['id']}/submit")
        ana.post(f"/plans/{made['id']}/approve")
    assert rui.get("/plans").json["total"] == 4
    assert counts() == before


def test_the_page_of_a_plan_that_has_no_template_is_shown(ana, client, world):
    made = ana.post("/plans", NEW).json
    client.sign_in(world.members["ana"])

    for path in ("", "/text", "/roles", "/checklist", "/coverage", "/readiness", "/describe"):
        assert client.get(f"/plans/{made['id']}{path}").status_code == 200
    assert db.session.get_one(Plan, made["id"]).state is PlanState.DRAFT
