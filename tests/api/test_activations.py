"""Activations and their log, by programs: starting, moving, ending, and only for who works on them."""

from datetime import timedelta

import pytest

from preparedness.accounts.models import SignIn
from preparedness.activations import duties, running
from preparedness.activations.models import ActivationKind
from preparedness.database import db, now, transaction
from preparedness.plans.models import PlanState
from preparedness.vocabulary import Level, Risk
from tests.activations import stage
from tests.api.test_races import at_once
from tests.recordings import recorded

REAL = {"kind": "real", "level": "partial"}


@pytest.fixture
@recorded
def held(world):
    """The plan approved; Amina holds its essential seat, Salma the one in Paris."""
    with transaction():
        world.focal_points.from_level = Level.FULL
        stage.approved(world)
        stage.accepts(world.seat, world.amina)
        stage.accepts(world.paris, world.salma)
    return world


@pytest.fixture
@recorded
def activation(held):
    """A real activation, at the partial level."""
    with transaction():
        return running.start(held.plan, stage.AGREED, by=held.ana)


def test_a_program_activates_a_plan_and_is_told_of_it(ana, held):
    answer = ana.post(f"/plans/{held.plan.id}/activations", {**REAL, "reason": "A test", "answer_within_minutes": 30})

    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/api/v1/activations/{answer.json['id']}"
    assert answer.headers["ETag"] == f'"{answer.json["version"]}"'
    assert ana.get(answer.headers["Location"]).json == answer.json
    assert (answer.json["number"], answer.json["plan_id"], answer.json["plan_version"]) == (1, held.plan.id, 1)
    assert (answer.json["kind"], answer.json["level"], answer.json["state"]) == ("real", "partial", "active")
    assert answer.json["level_label"] == "Partial activation"
    figures = {"first_called_at": None, "last_called_at": None, "last_answer_at": None}
    assert answer.json["figures"] == {**figures, "asked": 1, "answered_in_time": 0}


def test_the_figures_tell_when_people_were_called(ana, activation):
    with transaction():
        activation.replies[0].called_at = moment = now().replace(microsecond=0)

    shown = ana.get("/activations").json["items"][0]["figures"]

    assert shown["first_called_at"] == shown["last_called_at"] == moment.isoformat().replace("+00:00", "Z")


def test_the_hour_h_is_taken_with_its_offset(ana, held):
    sent = {**REAL, "h_hour": "2026-11-24T04:35:46+01:00"}
    answer = ana.post(f"/plans/{held.plan.id}/activations", sent)

    assert answer.json["h_hour"] == "2026-11-24T03:35:46Z"
    due = ana.get(f"/activations/{answer.json['id']}/tasks?item_key=earthquake.resp.01").json["items"]
    assert [each["due_at"] for each in due] == ["2026-11-24T05:35:46Z"]


@pytest.mark.parametrize("moment", ["2026-11-24T04:35:46", "2026-11-24", 20261124, "1066-10-14T09:00:00Z", "soon", []])
def test_a_moment_that_is_none_is_refused_by_its_field(ana, held, moment):
    answer = ana.post(f"/plans/{held.plan.id}/activations", {**REAL, "h_hour": moment})

    assert (answer.status_code, list(answer.json["errors"])) == (422, ["h_hour"])


def test_kind_and_level_are_needed(ana, held):
    answer = ana.post(f"/plans/{held.plan.id}/activations", {})

    assert (answer.status_code, set(answer.json["errors"])) == (422, {"kind", "level"})


def test_a_plan_without_an_approved_version_does_not_activate(ana, world):
    answer = ana.post(f"/plans/{world.plan.id}/activations", REAL)

    assert answer.status_code == 409
    assert "Approve the plan first" in answer.json["detail"]


def test_a_plan_that_runs_or_is_archived_does_not_activate_again(ana, held, activation):
    assert ana.post(f"/plans/{held.plan.id}/activations", REAL).json["errors"].keys() == {"kind"}
    with transaction():
        running.cancel(activation, None, by=held.ana)
        held.plan.state = PlanState.ARCHIVED
    assert ana.post(f"/plans/{held.plan.id}/activations", REAL).status_code == 409


def test_a_surprise_exercise_at_high_risk_is_refused_until_somebody_says_it_was_announced(ana, world):
    with transaction():
        world.plan.risk_class = Risk.HIGH
        stage.approved(world)
    sent = {"kind": "exercise", "level": "monitor"}

    assert ana.post(f"/plans/{world.plan.id}/activations", sent).json["errors"].keys() == {"announced"}
    assert ana.post(f"/plans/{world.plan.id}/activations", {**sent, "announced": True}).status_code == 201


def test_a_repeated_start_alerts_once(ana, held):
    answers = [ana.post(f"/plans/{held.plan.id}/activations", REAL, Idempotency_Key="k") for _ in range(2)]

    assert [each.status_code for each in answers] == [201, 201]
    assert answers[0].json["id"] == answers[1].json["id"]


def test_many_are_alerted_only_while_somebody_is_there(ana, held, monkeypatch):
    monkeypatch.setattr("preparedness.api.activations.MANY", 0)
    path = f"/plans/{held.plan.id}/activations"

    assert ana.post(path, REAL).status_code == 409
    with transaction():
        db.session.add(SignIn(agency_id=held.agency.id, member_id=held.members["ana"].id, key_hash="x"))
    assert ana.post(path, REAL).status_code == 201
    with transaction():
        db.session.query(SignIn).one().started_at = now() - timedelta(minutes=11)
    last = ana.get("/activations").json["items"][0]
    assert ana.post(f"/activations/{last['id']}/level", {"level": "full"}).status_code == 409
    assert ana.post(f"/activations/{last['id']}/level", {"level": "monitor"}).status_code == 200


def test_the_level_steps_up_and_down(ana, activation):
    up = ana.post(f"/activations/{activation.id}/level", {"level": "full", "reason": "It is worse."})
    tasks = ana.get(f"/activations/{activation.id}/tasks?item_key=earthquake.resp.02").json["items"]

    assert (up.status_code, up.json["level"], up.json["figures"]["asked"]) == (200, "full", 2)
    assert {each["seat"] for each in tasks} == {"Montréal", "Paris"}
    assert ana.post(f"/activations/{activation.id}/level", {"level": "full"}).status_code == 409
    assert ana.post(f"/activations/{activation.id}/level", {}).status_code == 422
    down = ana.post(f"/activations/{activation.id}/level", {"level": "monitor", "reason": None})
    assert down.json["level"] == "monitor"


def test_it_is_stood_down_then_closed_with_a_report_back(ana, activation):
    early = ana.post(f"/activations/{activation.id}/close", {"report_back": "Thank you."})
    down = ana.post(f"/activations/{activation.id}/stand-down", {"summary": "Water runs again."})
    silent = ana.post(f"/activations/{activation.id}/close", {})
    closed = ana.post(f"/activations/{activation.id}/close", {"report_back": "Thank you."})

    assert (early.status_code, silent.status_code) == (409, 422)
    assert (down.json["state"], closed.json["state"]) == ("recovery", "closed")
    assert down.json["stood_down_at"]
    assert ana.post(f"/activations/{activation.id}/stand-down", {}).status_code == 409


def test_a_false_alarm_is_called_off(ana, activation):
    assert ana.post(f"/activations/{activation.id}/cancel", {"reason": "Nothing shook."}).json["state"] == "cancelled"
    assert ana.post(f"/activations/{activation.id}/cancel", {}).status_code == 409


def test_the_list_is_narrowed_by_fields_and_words(ana, held, activation):
    with transaction():
        running.cancel(activation, None, by=held.ana)
        running.start(held.plan, {"kind": ActivationKind.EXERCISE, "level": Level.MONITOR}, by=held.ana)

    assert [each["kind"] for each in ana.get("/activations").json["items"]] == ["exercise", "real"]
    for asked, total in {
        "state=cancelled": 1,
        "kind=exercise&level=monitor": 1,
        f"plan_id={held.plan.id}": 2,
        "plan_id=7654321": 0,
        "q=HAITI": 2,
        "q=drought": 0,
        "number=2": 1,
        "page=2&per_page=1": 2,
    }.items():
        assert ana.get(f"/activations?{asked}").json["total"] == total, asked
    assert ana.get("/activations?plan_id=99999999999999").status_code == 422
    assert ana.get("/activations?level=7").status_code == 422


def test_an_operator_sees_what_they_work_on_and_starts_nothing(rui, held, activation):
    foreign = [f"/activations/{activation.id}{path}" for path in ("", "/tasks", "/replies", "/log")]
    assert {rui.get(path).status_code for path in foreign} == {404}
    assert rui.get("/activations").json["total"] == 0
    with transaction():
        duties.change(activation, [held.members["rui"].id], by=held.ana)

    assert {rui.get(path).status_code for path in foreign} == {200}
    assert rui.get("/activations").json["total"] == 1
    assert rui.post(f"/activations/{activation.id}/log", {"text": "Seen."}).status_code == 201
    for act, sent in {
        "level": {"level": "full"},
        "stand-down": {},
        "close": {"report_back": "x"},
        "cancel": {},
    }.items():
        assert rui.post(f"/activations/{activation.id}/{act}", sent).status_code == 403
    assert rui.post(f"/plans/{held.plan.id}/activations", REAL).status_code == 403


def test_another_agency_finds_nothing(bo, held, activation):
    assert bo.get("/activations").json["total"] == 0
    for path in ("", "/tasks", "/replies", "/log", "/log/1"):
        assert bo.get(f"/activations/{activation.id}{path}").status_code == 404
    assert bo.post(f"/activations/{activation.id}/cancel", {}).status_code == 404
    assert bo.post(f"/plans/{held.plan.id}/activations", REAL).status_code == 404


def test_the_log_is_written_and_read_in_the_order_of_what_happened(ana, activation):
    path = f"/activations/{activation.id}/log"
    answer = ana.post(path, {"text": "The bridge is closed.", "kind": "fact", "at": "2026-01-02T03:04:05Z"})

    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/api/v1{path}/{answer.json['id']}"
    assert ana.get(answer.headers["Location"]).json == answer.json
    assert answer.json["by"].endswith("(Ana)")
    assert (answer.json["at"], answer.json["version"]) == ("2026-01-02T03:04:05Z", 1)
    lines = ana.get(path).json["items"]
    assert [each["kind"] for each in lines] == ["fact", "decision"]
    assert ana.get(f"{path}?kind=decision").json["total"] == ana.get(f"{path}?q=BRIDGE").json["total"] == 1


def test_a_line_of_the_log_needs_words_and_a_time_that_is_past(ana, activation):
    path = f"/activations/{activation.id}/log"
    later = (now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")

    assert ana.post(path, {"text": "Yes."}).json["kind"] == "fact"
    assert list(ana.post(path, {"text": " "}).json["errors"]) == ["text"]
    assert list(ana.post(path, {"text": "x", "kind": "gossip"}).json["errors"]) == ["kind"]
    assert list(ana.post(path, {"text": "x", "for_whom": "y"}).json["errors"]) == ["for_whom"]
    refused = ana.post(path, {"text": "x", "at": later})
    assert (refused.status_code, list(refused.json["errors"])) == (409, ["at"])


@pytest.mark.once
def test_statements_do_not_grow_with_the_rows(ana, held, activation, statements):
    paths = ["/activations", *(f"/activations/{activation.id}/{part}" for part in ("tasks", "replies", "log"))]

    def counts():
        found = []
        for path in paths:
            with statements() as said:
                assert ana.get(path).status_code == 200
            found.append(len(said))
        return found

    ana.get("/activations")
    before = counts()
    with transaction():
        running.step(activation, Level.FULL, "worse", by=held.ana)
    assert ana.get(f"/activations/{activation.id}/replies").json["total"] == 2
    assert counts() == before
    with transaction():
        running.cancel(activation, None, by=held.ana)
        for _ in range(3):
            again = running.start(held.plan, {"kind": ActivationKind.EXERCISE, "level": Level.FULL}, by=held.ana)
            running.cancel(again, None, by=held.ana)
    assert ana.get("/activations").json["total"] == 4
    assert counts()[0] == before[0]


def test_of_many_who_start_or_end_one_at_once_one_is_heard(ana, held):
    path = f"/plans/{held.plan.id}/activations"
    started = at_once(lambda _number: line(ana).post(path, REAL), 6)
    assert sorted(each.status_code for each in started) == [201] + [409] * 5
    number = next(each.json["id"] for each in started if each.status_code == 201)
    stepped = at_once(lambda _number: line(ana).post(f"/activations/{number}/level", {"level": "full"}), 6)
    assert sorted(each.status_code for each in stepped) == [200] + [409] * 5
    ended = at_once(lambda _number: line(ana).post(f"/activations/{number}/stand-down", {}), 6)
    assert sorted(each.status_code for each in ended) == [200] + [409] * 5


def test_of_many_who_tick_a_task_at_once_one_is_heard_and_every_line_of_the_log_is_kept(ana, activation):
    task = next(each for each in activation.tasks if each.item_key == "earthquake.resp.01")
    number, seen, log = task.id, task.version, f"/activations/{activation.id}/log"
    ticked = at_once(lambda _number: line(ana).patch(f"/tasks/{number}", {"state": "done"}, version=seen), 8)
    assert sorted(each.status_code for each in ticked) == [200] + [412] * 7
    written = at_once(lambda each: line(ana).post(log, {"text": f"Line {each}"}), 8)
    assert {each.status_code for each in written} == {201}
    assert ana.get(f"{log}?q=line").json["total"] == 8


def test_of_many_who_note_an_answer_at_once_one_is_heard(ana, activation):
    number, seen = activation.replies[0].id, activation.replies[0].version
    noted = at_once(lambda _number: line(ana).patch(f"/replies/{number}", {"state": "unavailable"}, version=seen), 8)

    assert sorted(each.status_code for each in noted) == [200] + [412] * 7


def line(program):
    """The same program on a line of its own, for one of many threads."""
    client = program.client.application.test_client()
    client.form_token = False
    return type(program)(client, program.token)
