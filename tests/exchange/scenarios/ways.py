"""The ways by which a file comes back: the page, a program, and the command."""

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

import click.testing
from sqlalchemy import select

from preparedness.accounts import tokens
from preparedness.accounts.models import User
from preparedness.contacts.models import Organisation, Person
from preparedness.database import db, transaction
from preparedness.exchange import jobs
from preparedness.exchange.models import Outcome, Return, ReturnState, Why
from tests.cast import World
from tests.house import Client

Run = Callable[..., click.testing.Result]


def latest() -> Return | None:
    """The last copy that came back."""
    db.session.expire_all()
    return db.session.scalar(select(Return).order_by(Return.id.desc()).limit(1))


@dataclass
class Page:
    """Bring a file back on the page of copies, look at what it would change, and press "Apply"."""

    world: World
    client: Client
    keeps_decisions = True

    def shows(self, said: str, *words: str) -> bool:
        """Whether a page says all of this."""
        return all(each in said for each in words)

    def bring(self, content: bytes, who: str = "ana", name: str = "back.xlsx") -> str:
        """Send the file; answers the page that shows it, or that refuses it."""
        self.client.sign_in(self.world.members[who])
        sent = {"file": (io.BytesIO(content), name)}
        answer = self.client.post("/copies", data=sent, content_type="multipart/form-data")
        assert answer.status_code in (302, 422)
        shown = answer
        while shown.status_code == 302:
            shown = self.client.get(shown.location)
        return unescape(shown.text)

    def bring_in(self, content: bytes, who: str = "ana") -> str:
        """Send the file and apply it with no other decision; answers what was said."""
        said = self.bring(content, who)
        back = latest()
        if back is None or back.state is not ReturnState.READY:
            return said
        return self.press("apply", back, version=back.version)

    def press(self, act: str, back: Return, **sent: Any) -> str:
        """Press a button of a returned copy's page; answers the page that follows."""
        answer = self.client.post(f"/copies/returns/{back.id}/{act}", data=sent)
        shown = self.client.get(answer.location) if answer.status_code == 302 else answer
        return unescape(shown.text)


@dataclass
class Command:
    """Bring a file in with `preparedness import`."""

    world: World
    run: Run
    folder: Path

    def bring_in(self, content: bytes, who: str = "ana", name: str = "back.xlsx") -> str:
        """Import the file; answers what was said."""
        member: User = self.world.members[who]
        path = self.folder / name
        path.write_bytes(content)
        said = self.run("import", str(path), "--json", "--agency", str(self.world.agency.id), "--by", member.email)
        assert "Traceback" not in said.output
        return said.output


def worked() -> int:
    """What a worker does meanwhile."""
    db.session.rollback()
    done = jobs.work()
    db.session.expire_all()
    return done


@dataclass
class Api:
    """Bring a file back by a program, and settle it: the fields of the page as the decisions of the API."""

    world: World
    client: Client
    tokens: dict[str, str] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)
    keeps_decisions = False
    """A program sends its decisions when it applies."""

    def bring(self, content: bytes, who: str = "ana", name: str = "back.xlsx") -> str:
        """Send the file; answers what the API says of it, which is what was kept."""
        self.kept = {}
        sent = {"file": (io.BytesIO(content), name)}
        answer = self._ask("POST", "", who, data=sent, content_type="multipart/form-data")
        assert answer.status_code in (201, 409, 413, 422), answer.text
        back, told = latest(), answer.json
        if answer.status_code == 201 and back is not None:
            assert told["id"] == back.id
            shown = [(each["outcome"], each["ref"], each["column"]) for each in told["changes"]]
            assert shown == [(each.outcome.value, each.ref, each.column) for each in back.changes]
            assert told["counts"] == back.counts
        return json.dumps(told, ensure_ascii=False)

    def bring_in(self, content: bytes, who: str = "ana") -> str:
        """Send the file and apply it with no other decision; answers what the API says."""
        said = self.bring(content, who)
        back = latest()
        return said if back is None or back.state is not ReturnState.READY else self.press("apply", back, who=who)

    def press(self, act: str, back: Return, *, who: str = "ana", version: int | None = None, **sent: Any) -> str:
        """Apply with the decisions that the page would have sent; what is only decided is sent with the next."""
        decisions = {str(number): self._decision(back, number, said) for number, said in _said(back, sent).items()}
        self.kept |= decisions
        if act == "decide":
            return ""
        answer = self._ask("POST", f"/{back.id}/{act}", who, json={"decisions": self.kept})
        self.kept = {}
        assert answer.status_code != 500, answer.text
        return json.dumps(answer.json, ensure_ascii=False)

    def shows(self, said: str, *_words: str) -> bool:
        """What a page says in words a program reads from the changes, which `bring` holds against what was kept."""
        return said is not None

    def _decision(self, back: Return, number: int, said: Any) -> Any:
        if said != "merge":
            return said
        change = next(each for each in back.changes if each.id == number)
        model = Person if change.sheet == "people" else Organisation
        if other := next((each.id for each in back.changes if each.ref == change.twin and each.outcome == "create"), 0):
            return {"merge_into": other}
        return {"merge_into": db.session.scalar(select(model.id).where(model.ref == change.twin))}

    def _ask(self, method: str, path: str, who: str, **more: Any) -> Any:
        if who not in self.tokens:
            member = self.world.members[who]
            with transaction():
                _row, self.tokens[who] = tokens.add(member, {"name": "scenarios", "read_only": False}, by=member.actor)
        db.session.commit()
        headers = {"Authorization": f"Bearer {self.tokens[who]}"}
        answer = self.client.open(f"/api/v1/returns{path}", method=method, headers=headers, **more)
        db.session.expire_all()
        return answer


def _said(back: Return, sent: Mapping[str, Any]) -> dict[int, Any]:
    """What the fields of the page say of each change."""
    chosen = {int(name[9:]): said for name, said in sent.items() if name.startswith("decision-")}
    chosen |= {int(name[6:]): {"value": said} for name, said in sent.items() if name.startswith("value-")}
    for each in back.changes:
        if f"emptied-{each.sheet}.{each.column}" in sent and each.why is Why.CLEARED:
            chosen[each.id] = "mine"
        for name, said in sent.items():
            row = name == f"row-{each.sheet}.{each.row}"
            many = name == "all" and sent.get("column", each.column) == each.column
            if (row or many) and each.outcome is Outcome.CONFLICT and each.column:
                chosen[each.id] = said
    return chosen
