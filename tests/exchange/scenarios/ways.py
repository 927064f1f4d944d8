"""The two ways by which a file comes back: the page, and the command."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import click.testing
from sqlalchemy import select

from preparedness.accounts.models import User
from preparedness.database import db
from preparedness.exchange import jobs
from preparedness.exchange.models import Return, ReturnState
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
