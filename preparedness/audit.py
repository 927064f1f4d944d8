"""Who did what: one entry for each write of the domain, in the same transaction, chained so that none can be lost.

The chain covers a keyed digest of each entry's detail, never the detail itself: an erasure deletes detail and salt, and
the chain still verifies. What a personal field says never enters the detail either; only that it changed.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from json.encoder import encode_basestring
from operator import itemgetter
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, bindparam, delete, event, or_, select, update
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column, relationship

from preparedness import bulk, refs
from preparedness.database import Changes, Model, OfAgency, Page, changed, db, insert_missing, now, page_of
from preparedness.i18n import _l
from preparedness.quiet import quiet
from preparedness.vocabulary import Worded

_by_name = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode


SALT = 16
"""Bytes that keep what an entry says beyond its line from being guessed."""


class ActorKind(Worded):
    """Who can act."""

    MEMBER = "member", _l("member")
    TOKEN = "token", _l("program")
    PERSON = "person", _l("focal point")
    CONSOLE = "console", _l("command line")
    CLOCK = "clock", _l("the clock")


@dataclass(frozen=True)
class Actor:
    """Who acts: every verb of the domain takes one as `by=`."""

    kind: ActorKind
    id: int | None
    label: str


CONSOLE = Actor(ActorKind.CONSOLE, None, "console")
CLOCK = Actor(ActorKind.CLOCK, None, "clock")


class Action(Worded):
    """Everything that is recorded, each with its sentence."""

    AGENCY_CREATED = "agency_created", _l("created the institution")
    AGENCY_CHANGED = "agency_changed", _l("changed the institution's settings")
    MEMBER_ADDED = "member_added", _l("added a member")
    MEMBER_CHANGED = "member_changed", _l("changed a member")
    MEMBER_REMOVED = "member_removed", _l("closed a member's account")
    SIGNED_IN = "signed_in", _l("signed in")
    SIGN_IN_ENDED = "sign_in_ended", _l("ended a sign-in")
    TOKEN_ADDED = "token_added", _l("made a token for a program")
    TOKEN_REVOKED = "token_revoked", _l("revoked a token")
    WEBHOOK_ADDED = "webhook_added", _l("added a webhook")
    WEBHOOK_CHANGED = "webhook_changed", _l("changed a webhook")
    WEBHOOK_REMOVED = "webhook_removed", _l("removed a webhook")
    DELIVERY_REPEATED = "delivery_repeated", _l("sent news to a program again")

    ORGANISATION_ADDED = "organisation_added", _l("added an organisation")
    ORGANISATION_CHANGED = "organisation_changed", _l("changed an organisation")
    ORGANISATION_ARCHIVED = "organisation_archived", _l("archived an organisation")
    PERSON_ADDED = "person_added", _l("added a person")
    PERSON_CHANGED = "person_changed", _l("changed a person")
    PERSON_ARCHIVED = "person_archived", _l("archived a person")
    PERSON_ERASED = "person_erased", _l("erased a person's data")
    PERSON_PAUSED = "person_paused", _l("paused all requests to them")
    PERSON_OPTED_OUT = "person_opted_out", _l("asked to be left alone")
    VETTED = "vetted", _l("recorded a verification")
    CONSENT_GIVEN = "consent_given", _l("agreed to be called")
    CONSENT_WITHDRAWN = "consent_withdrawn", _l("withdrew their agreement")
    LINK_VOIDED = "link_voided", _l("voided a link")
    ROSTER_IMPORTED = "roster_imported", _l("brought a roster in")

    PLAN_CREATED = "plan_created", _l("created the plan")
    PLAN_CHANGED = "plan_changed", _l("changed the plan")
    PLAN_SUBMITTED = "plan_submitted", _l("sent the plan for review")
    PLAN_APPROVED = "plan_approved", _l("approved the plan")
    PLAN_ARCHIVED = "plan_archived", _l("archived the plan")
    SECTION_CHANGED = "section_changed", _l("changed a section")
    OBJECTIVE_CHANGED = "objective_changed", _l("changed an objective")
    TRIGGER_CHANGED = "trigger_changed", _l("changed a trigger")
    ROLE_ADDED = "role_added", _l("added a role")
    ROLE_CHANGED = "role_changed", _l("changed a role")
    ROLE_REMOVED = "role_removed", _l("removed a role")
    SEAT_ADDED = "seat_added", _l("added a seat")
    SEAT_CHANGED = "seat_changed", _l("changed a seat")
    SEAT_REMOVED = "seat_removed", _l("removed a seat")
    ITEM_ADDED = "item_added", _l("added a checklist item")
    ITEM_CHANGED = "item_changed", _l("changed a checklist item")
    ITEM_REMOVED = "item_removed", _l("removed a checklist item")
    HOLDER_PROPOSED = "holder_proposed", _l("proposed a holder")
    HOLDER_ENDED = "holder_ended", _l("ended a designation")
    ORDER_CHANGED = "order_changed", _l("changed the calling order")

    ASKED = "asked", _l("asked a holder to confirm")
    REHEARSED = "rehearsed", _l("had the requests sent to themselves first")
    REMINDED = "reminded", _l("reminded somebody who has not answered")
    ASKING_STOPPED = "asking_stopped", _l("stopped the requests to a person")
    ANSWERED = "answered", _l("answered a request to confirm")
    ANSWER_REPORTED = "answer_reported", _l("noted an answer given by phone")
    REPORT_FELL_AWAY = "report_fell_away", _l("let an answer noted by phone fall away")
    REQUEST_CLOSED = "request_closed", _l("closed a request at its deadline")
    ASSIGNMENT_LAPSED = "assignment_lapsed", _l("let a confirmation run out")
    ASSIGNMENT_WITHDRAWN = "assignment_withdrawn", _l("stepped down from a role")
    HANDED_OVER = "handed_over", _l("handed a role over")
    CAMPAIGN_OPENED = "campaign_opened", _l("opened a confirmation campaign")
    CAMPAIGN_CLOSED = "campaign_closed", _l("closed a confirmation campaign")

    ACTIVATED = "activated", _l("activated the plan")
    LEVEL_CHANGED = "level_changed", _l("changed the level")
    STOOD_DOWN = "stood_down", _l("stood the activation down")
    ACTIVATION_CLOSED = "activation_closed", _l("closed the activation")
    ACTIVATION_CANCELLED = "activation_cancelled", _l("cancelled a false alarm")
    REVIEW_MOVED = "review_moved", _l("moved the review date")
    DUTY_CHANGED = "duty_changed", _l("changed who works on the activation")
    ALERTED = "alerted", _l("alerted holders")
    REPLIED = "replied", _l("answered an alert")
    REPLY_REPORTED = "reply_reported", _l("noted an answer to an alert")
    TASK_CHANGED = "task_changed", _l("reported on a task")
    LOG_WRITTEN = "log_written", _l("wrote in the log")
    LEVEL_PROPOSED = "level_proposed", _l("took in an alert that proposes a level")
    PROPOSAL_DISMISSED = "proposal_dismissed", _l("dismissed an alert")
    ALERT_FEED_CHANGED = "alert_feed_changed", _l("changed which alerts are read")
    CALENDAR_SHARED = "calendar_shared", _l("made a secret address for their calendar")
    CALENDAR_REVOKED = "calendar_revoked", _l("revoked the secret address of a calendar")

    MESSAGE_RETRIED = "message_retried", _l("sent a failed message again")

    TAKEN_OFFLINE = "taken_offline", _l("took a copy offline")
    COPY_DESTROYED = "copy_destroyed", _l("said that a copy is destroyed")
    BROUGHT_BACK = "brought_back", _l("brought a copy back")
    RETURN_DECIDED = "return_decided", _l("settled different entries")
    RETURN_APPLIED = "return_applied", _l("applied a returned copy")
    RETURN_UNDONE = "return_undone", _l("undid a returned copy")
    EXAMPLE_LOADED = "example_loaded", _l("loaded the example")


SUBJECTS = {
    "agency": _l("the institution"),
    "member": _l("member"),
    "sign_in": _l("sign-in"),
    "api_token": _l("token"),
    "webhook": _l("webhook"),
    "webhook_delivery": _l("news for a program"),
    "organisation": _l("organisation"),
    "person": _l("person"),
    "link": _l("link"),
    "plan": _l("plan"),
    "section": _l("section"),
    "objective": _l("objective"),
    "trigger": _l("trigger"),
    "role": _l("role"),
    "seat": _l("seat"),
    "checklist_item": _l("checklist item"),
    "assignment": _l("designation"),
    "campaign": _l("confirmation campaign"),
    "request": _l("request to confirm"),
    "deputy_suggestion": _l("suggested deputy"),
    "activation": _l("activation"),
    "task": _l("task"),
    "reply": _l("answer to an alert"),
    "log_line": _l("line of the log"),
    "proposal": _l("alert of a warning service"),
    "alert_feed": _l("feed of alerts"),
    "calendar_feed": _l("calendar"),
    "message": _l("message"),
    "workbook": _l("copy taken offline"),
    "brought_back": _l("copy returned"),
}
"""What an entry can be about, in words."""


class Entry(OfAgency, Model):
    """One line of the chain. Sequence and hashes are empty only inside the transaction that writes it."""

    __tablename__ = "audit_entry"
    BY_AGENCY = False
    __table_args__ = (
        UniqueConstraint("agency_id", "seq"),
        Index("ix_audit_entry_subject", "subject_kind", "subject_id"),
    )

    seq: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(default=now)
    actor_kind: Mapped[ActorKind]
    actor_id: Mapped[int | None]
    actor_label: Mapped[str]
    action: Mapped[Action]
    subject_kind: Mapped[str]
    subject_id: Mapped[int | None]
    subject_ref: Mapped[str | None]
    digest: Mapped[str]
    prev_hash: Mapped[str | None]
    hash: Mapped[str | None]

    detail: Mapped["Detail | None"] = relationship(back_populates="entry", lazy="joined")

    @property
    def line(self) -> dict[str, Any]:
        """What its place in the chain is sealed with."""
        return {name: getattr(self, name) for name in ("at", "actor_kind", *SEALED)}

    @property
    def about(self) -> str:
        """What kind of thing it is about, and which one."""
        which = self.subject_ref or ("" if self.subject_kind == "agency" else self.subject_id)
        return f"{SUBJECTS.get(self.subject_kind, self.subject_kind)} {which or ''}".strip()


SEALED = ("actor_id", "actor_label", "action", "subject_kind", "subject_id", "subject_ref", "digest")


def sealed(line: Mapping[str, Any], seq: int | None, prev_hash: str) -> str:
    """The hash of a line at its place after the one before it."""
    said = [prev_hash, seq, line["at"].isoformat(), line["actor_kind"], *(line[name] for name in SEALED)]
    return hashlib.sha256(f"[{', '.join(map(_word, said))}]".encode()).hexdigest()


def _word(value: str | int | None) -> str:
    """A value in JSON: most by far are texts, and json takes longer to begin than to write them."""
    return encode_basestring(value) if isinstance(value, str) else "null" if value is None else str(value)


class Detail(Model):
    """What an entry says beyond its line, before and after by field; erasable."""

    __tablename__ = "audit_detail"

    entry_id: Mapped[int] = mapped_column(ForeignKey("audit_entry.id"), unique=True)
    salt: Mapped[str]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]

    entry: Mapped[Entry] = relationship(back_populates="detail")


class Head(Model):
    """The last link of an agency's chain; locked last, just before the commit."""

    __tablename__ = "audit_head"

    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), unique=True)
    seq: Mapped[int]
    hash: Mapped[str]


def record(
    action: Action,
    subject: Any,
    *,
    by: Actor,
    agency_id: int | None = None,
    changes: Changes | None = None,
    **facts: Any,
) -> Entry:
    """Write one entry beside a change: `changes` as `revise` returns them, `facts` as ids, codes and counts."""
    if subject.id is None:
        db.session.flush()
    told = _told(subject, changes or {}, facts)
    line, detail = _written(action, subject, told, by, secrets.token_hex(SALT))
    entry = Entry(**{**line, "agency_id": agency_id or line["agency_id"]})
    entry.detail = Detail(**detail)
    db.session.add(entry)
    db.session.info["audited"] = True
    return entry


Line = tuple[Any, Changes, Mapping[str, Any]]
"""One of many entries: the row, its changes and its facts."""


def record_many(action: Action, lines: Sequence[Line], *, by: Actor) -> None:
    """Write an entry beside each of many changes: when the transaction ends, each at its place in the chain."""
    if not lines:
        return
    db.session.flush()  # what was recorded before stands before
    ids, moment, salts = bulk.numbers(Entry, len(lines)), now(), secrets.token_hex(SALT * len(lines))
    told: dict[tuple[str, int, int], Told] = {}
    entries = []
    for turn, (subject, changes, facts) in enumerate(lines):
        alike = (subject.__tablename__, id(changes), id(facts))  # many lines say the very same
        if alike not in told:
            told[alike] = _told(subject, changes, facts)
        salt = salts[2 * SALT * turn : 2 * SALT * (turn + 1)]
        line, detail = _written(action, subject, told[alike], by, salt)
        line["at"], line["id"], detail["entry_id"] = moment, ids[turn], ids[turn]
        entries.append((line, detail))
    if db.session().in_nested_transaction():
        _insert(entries)  # what is taken back takes them along; they are linked like those of `record`
    else:
        db.session.info.setdefault("waiting", []).extend(entries)
    db.session.info["audited"] = True


def _write_waiting() -> None:
    """Write what waits before it is looked at; not inside a part that may be taken back, which would take it along."""
    if not db.session().in_nested_transaction():
        _insert(db.session.info.pop("waiting", []))


def _insert(entries: Sequence[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    """Insert entries with what they say beyond their lines; those without a place in the chain get it at the end."""
    if not entries:
        return
    bulk.insert(Entry, [line for line, _detail in entries])
    bulk.insert(Detail, [detail for _line, detail in entries])


Told = tuple[dict[str, Any], dict[str, Any], bytes]
"""What an entry says beyond its line: before, after, and the two as text."""


def _told(subject: Any, changes: Changes, facts: Mapping[str, Any]) -> Told:
    personal = subject.PERSONAL
    before = {name: _said(old, name in personal) for name, (old, _) in changes.items()}
    after = {name: _said(new, name in personal) for name, (_, new) in changes.items()}
    after |= {name: _plain(value) for name, value in facts.items()}
    return before, after, _text(before, after)


def _written(action: Action, subject: Any, told: Told, by: Actor, salt: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """An entry's line and its detail, as columns."""
    before, after, text = told
    line = {
        "agency_id": getattr(subject, "agency_id", None) or subject.id,
        "actor_kind": by.kind,
        "actor_id": by.id,
        "actor_label": by.label,
        "action": action,
        "subject_kind": subject.__tablename__,
        "subject_id": subject.id,
        "subject_ref": getattr(subject, "ref", None),
        "digest": _digest(salt, text),
    }
    return line, {"salt": salt, "before": before, "after": after}


def of(subject: Any) -> list[Entry]:
    """The entries about a row, newest first."""
    _write_waiting()
    query = select(Entry).where(
        Entry.agency_id == subject.agency_id,
        Entry.subject_kind == subject.__tablename__,
        Entry.subject_id == subject.id,
    )
    return list(db.session.scalars(query.order_by(Entry.id.desc()).limit(200)))


def last(agency_id: int) -> int:
    """The number of the last line in an agency's chain."""
    return db.session.scalar(select(Head.seq).where(Head.agency_id == agency_id)) or 0


def is_silent_since(agency_id: int, seq: int, *, apart_from: Collection[str]) -> bool:
    """True where nobody changed anything since a line, apart from rows of these kinds."""
    later = select(Entry.id).where(Entry.agency_id == agency_id, Entry.seq > seq, Entry.subject_kind.not_in(apart_from))
    return db.session.scalar(later.limit(1)) is None


def listed(
    agency_id: int,
    page: int,
    *,
    action: str | None = None,
    q: str = "",
    filters: Mapping[str, Any] | None = None,
    per_page: int = 50,
) -> Page[Entry]:
    """The entries of an agency, newest first, a page at a time; of one action or of all.

    A search means who acted, or the Ref of what an entry is about; `filters` are columns with what they hold.
    """
    wanted = {name: value for name, value in (filters or {}).items() if value is not None}
    query = select(Entry).where(Entry.agency_id == agency_id).filter_by(**wanted).order_by(Entry.id.desc())
    if action in set(Action):
        query = query.where(Entry.action == Action(action))
    if q:
        named = Entry.actor_label.icontains(q, autoescape=True)
        query = query.where(or_(named, Entry.subject_ref == (refs.checked(q) or q)))
    return page_of(query, page, per_page)


def forget(subject: Any) -> int:
    """Delete what the entries about a row say beyond their line; how many did. The chain still verifies."""
    _write_waiting()
    about = select(Entry.id).where(
        Entry.agency_id == subject.agency_id,
        Entry.subject_kind == subject.__tablename__,
        Entry.subject_id == subject.id,
    )
    return changed(delete(Detail).where(Detail.entry_id.in_(about)))


def broken_at(agency_id: int) -> int | None:
    """The sequence number at which an agency's chain no longer verifies; None while it is whole."""
    last, expected = "", 1
    for entry in db.session.scalars(select(Entry).where(Entry.agency_id == agency_id).order_by(Entry.seq)):
        detail = entry.detail
        honest = detail is None or _digest(detail.salt, _text(detail.before, detail.after)) == entry.digest
        if (
            entry.seq != expected
            or entry.prev_hash != last
            or sealed(entry.line, entry.seq, last) != entry.hash
            or not honest
        ):
            return entry.seq or expected
        last, expected = entry.hash or "", expected + 1
    head = db.session.scalar(select(Head).where(Head.agency_id == agency_id))
    if head is not None and (head.seq != expected - 1 or head.hash != last):
        return expected
    return None


def _said(value: Any, personal: bool) -> Any:
    """A personal value leaves only a mark that it was there."""
    if personal:
        return None if value in (None, "", [], {}) else "•"
    return _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, str | int | float | bool | type(None)):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(each) for each in value]
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _text(before: dict[str, Any], after: dict[str, Any]) -> bytes:
    return _by_name([before, after]).encode()


def _digest(salt: str, text: bytes) -> str:
    return hmac.digest(salt.encode(), text, "sha256").hex()


@event.listens_for(Session, "before_commit")
@quiet()
def _link(session: Session) -> None:
    """Link this transaction's entries into their agencies' chains in their order, the heads locked last."""
    if session.in_nested_transaction() or not session.info.get("audited", False):
        return
    session.flush()
    entries: Any = Entry.__table__
    fresh = [row._asdict() for row in session.execute(select(entries).where(entries.c.seq.is_(None)))]
    waiting = session.info.pop("waiting", [])
    lines = sorted([*fresh, *(line for line, _detail in waiting)], key=itemgetter("agency_id", "id"))
    for agency_id, theirs in groupby(lines, key=itemgetter("agency_id")):
        _chain(_head(session, agency_id), theirs)
    if fresh:
        linked: dict[str, Any] = {name: bindparam(f"to_{name}") for name in ("seq", "prev_hash", "hash")}
        values = [{"entry": row["id"], **{f"to_{name}": row[name] for name in linked}} for row in fresh]
        session.connection().execute(update(entries).where(entries.c.id == bindparam("entry")).values(linked), values)
    _insert(waiting)
    session.flush()


def _chain(head: Head, lines: Iterable[dict[str, Any]]) -> None:
    """Give lines their places in an agency's chain; its head stands at the last."""
    seq, before = head.seq, head.hash
    for line in lines:
        seq += 1
        line["seq"], line["prev_hash"], line["hash"] = seq, before, sealed(line, seq, before)
        before = line["hash"]
    head.seq, head.hash = seq, before


def _head(session: Session, agency_id: int) -> Head:
    """The head of an agency's chain, locked; whoever writes the first line makes it, and two at once make one."""
    locked = select(Head).where(Head.agency_id == agency_id).with_for_update()
    head = session.scalar(locked)
    if head is None:
        insert_missing(Head, [{"agency_id": agency_id, "seq": 0, "hash": ""}], ["agency_id"])
        head = session.scalars(locked).one()
    return head


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, ended: SessionTransaction) -> None:
    """What was kept is linked, and what was not is recorded no more; after a part of a transaction the rest waits."""
    if ended.parent is None:
        session.info.pop("audited", None)
        session.info.pop("waiting", None)
