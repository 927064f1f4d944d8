"""Thousands of broken copies: none raises what nobody caught, none is answered with a 5xx, none writes a row."""

import io
import json
import warnings

import pytest
from sqlalchemy import select

from preparedness.activations import running
from preparedness.activations.models import ActivationKind, LogLine, Task
from preparedness.contacts.models import Channel, Organisation, Person
from preparedness.database import db, writing
from preparedness.exchange import jobs, reading, text_reading, uploads, workbooks
from preparedness.exchange.models import Return, WorkbookKind
from preparedness.plans.models import Assignment, ChecklistItem, Plan, Role
from preparedness.vocabulary import Level
from tests.activations import stage
from tests.exchange.mutations import mutated
from tests.exchange.offline import taken

WRITTEN = (Person, Organisation, Channel, Plan, Role, ChecklistItem, Assignment, Task, LogLine)
BATCHES, EACH, WITH_CHILDREN = 5, 60, 10
SOAKED, SOAKED_EACH = 100, 50


@pytest.fixture
def exports(world):
    """A copy of each kind."""
    with writing():
        stage.approved(world)
        stage.accepts(world.seat, world.amina)
        agreed = {"kind": ActivationKind.EXERCISE, "level": Level.FULL, "on_duty": [world.members["rui"].id]}
        made = running.start(world.plan, agreed, by=world.ana)
        db.session.commit()
    subjects = [(WorkbookKind.ROSTER, None), (WorkbookKind.PLAN, world.plan.id), (WorkbookKind.ACTIVATION, made.id)]
    copies = [
        taken(world, kind, subject, contacts=kind is WorkbookKind.ROSTER, reason="x")[0] for kind, subject in subjects
    ]
    return [workbooks.file(copy, agency=world.agency) for copy in copies]


def rows():
    """Every row that a copy may write, as it is."""
    db.session.expire_all()
    return {model: db.session.execute(select(*model.__table__.c).order_by(model.id)).all() for model in WRITTEN}


def in_this_process(reader, file, _looked, _until):
    """What a child would tell, without one. The quick engine is left to the children: it may take this one along."""
    if reader == uploads.QUICK:
        return {"cause": "impatient"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        told = (text_reading if reader == uploads.TEXT else reading).told(str(file))
    return json.loads(json.dumps(told, default=str))


def bring(client, content):
    """Send a file on the page, let a worker read it if it is large, and look at what is shown."""
    sent = {"file": (io.BytesIO(content), "back.xlsx")}
    answer = client.post("/copies", data=sent, content_type="multipart/form-data")
    while answer.status_code == 302:
        db.session.rollback()
        jobs.work()
        answer = client.get(answer.location)
    return answer.status_code


def fuzz(world, client, exports, seeds, monkeypatch, children):
    client.sign_in(world.members["ana"])
    before, plain = rows(), uploads._run
    answers, kept = [], 0
    for place, seed in enumerate(seeds):
        monkeypatch.setattr(uploads, "_run", plain if place < children else in_this_process)
        content = mutated(exports[seed % len(exports)], seed)
        try:
            answers.append(bring(client, content))
        except Exception as error:
            pytest.fail(f"file {seed}: {type(error).__name__}: {error}")
        assert answers[-1] in (200, 422), f"file {seed}: {answers[-1]}"
    db.session.rollback()
    kept = len(db.session.scalars(select(Return.id)).all())
    assert rows() == before, f"one of the files {seeds} wrote something"
    assert 0 < kept <= len(answers), "some of the files were understood"


@pytest.mark.once
@pytest.mark.parametrize("batch", range(BATCHES))
def test_broken_copies_are_refused_or_shown_and_never_written(world, client, exports, monkeypatch, batch):
    seeds = range(batch * EACH, (batch + 1) * EACH)
    fuzz(world, client, exports, seeds, monkeypatch, children=WITH_CHILDREN)


@pytest.mark.once
@pytest.mark.soak
@pytest.mark.parametrize("batch", range(SOAKED))
def test_thousands_of_broken_copies_are_refused_or_shown_and_never_written(world, client, exports, monkeypatch, batch):
    seeds = range(10_000 + batch * SOAKED_EACH, 10_000 + (batch + 1) * SOAKED_EACH)
    fuzz(world, client, exports, seeds, monkeypatch, children=SOAKED_EACH)
