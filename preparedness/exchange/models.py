"""Copies taken offline with the base they are merged against, copies that came back, and what they would change."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from preparedness.database import Edited, Model, OfAgency, now, same_agency
from preparedness.i18n import _l
from preparedness.vocabulary import Worded


class WorkbookKind(Worded):
    """What a workbook holds."""

    ROSTER = "roster", _l("roster")
    PLAN = "plan", _l("plan")
    ACTIVATION = "activation", _l("activation")
    CONTACTS = "contacts", _l("contact sheet")


class ReturnState(Worded):
    """Where a returned copy stands."""

    READING = "reading", _l("being read")
    READY = "ready", _l("to be settled")
    REFUSED = "refused", _l("not taken")
    APPLYING = "applying", _l("being applied")
    APPLIED = "applied", _l("applied")
    UNDONE = "undone", _l("undone")


class Outcome(Worded):
    """What the merge says of one row or cell."""

    CREATE = "create", _l("new")
    UPDATE = "update", _l("changed")
    CONFLICT = "conflict", _l("two different entries")
    REMOVAL = "removal", _l("missing in your file")
    SAME = "same", _l("the same on both sides")
    PARALLEL = "parallel", _l("changed on both sides, in different cells")
    HELD = "held", _l("held back until you say")


class Why(Worded):
    """Why a row or cell is held back."""

    MOVED = "moved", _l("these rows seem to have changed places")
    TWICE = "twice", _l("this Ref stands in more than one row")
    CLEARED = "cleared", _l("much of this column was emptied")
    UNKNOWN = "unknown", _l("nobody knows any more what was given out")
    TORN = "torn", _l("a cell beside it could not be read")


class Errand(Worded):
    """What is done beside the request, while a returned copy is being read or applied."""

    READ = "read", _l("reading")
    APPLY = "apply", _l("applying")
    UNDO = "undo", _l("undoing")


class Workbook(OfAgency, Model):
    """A copy taken offline: what was given out (the merge base) and to whom."""

    __tablename__ = "workbook"
    BY_AGENCY = False
    __table_args__ = (UniqueConstraint("agency_id", "id"), UniqueConstraint("agency_id", "number"))

    export_id: Mapped[str] = mapped_column(unique=True)
    number: Mapped[int]
    kind: Mapped[WorkbookKind]
    subject_id: Mapped[int | None]
    language: Mapped[str]
    timezone: Mapped[str]
    schema: Mapped[int] = mapped_column(default=1)
    contacts: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str | None]
    made_by: Mapped[str]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"), index=True)
    made_at: Mapped[datetime] = mapped_column(default=now)
    sha256: Mapped[str]
    rows: Mapped[dict[str, Any]]
    base: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime]
    scrubbed_at: Mapped[datetime | None]
    forgotten_at: Mapped[datetime | None]
    """When what was given out was emptied, because the copy was too old to come back."""
    destroy_by: Mapped[datetime | None]
    """Until when a copy with addresses or numbers may lie about, and when its holder said that it is gone."""
    destroyed_at: Mapped[datetime | None]


class Return(OfAgency, Edited, Model):
    """A copy that came back, or a roster brought in; nothing of it is written until it is applied."""

    __tablename__ = "brought_back"
    __table_args__ = (same_agency("workbook_id", "workbook"),)

    workbook_id: Mapped[int | None] = mapped_column(ForeignKey("workbook.id"), index=True)
    kind: Mapped[WorkbookKind]
    subject_id: Mapped[int | None]
    uploaded_by: Mapped[str]
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"), index=True)
    uploaded_at: Mapped[datetime] = mapped_column(default=now)
    filename: Mapped[str]
    sha256: Mapped[str] = mapped_column(index=True)
    state: Mapped[ReturnState] = mapped_column(default=ReturnState.READY)
    refusal: Mapped[str | None]
    rows: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """The canonical rows that were read; emptied when the return is closed."""
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    problems: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    notices: Mapped[list[str]] = mapped_column(default=list)
    mapping: Mapped[Any] = mapped_column(JSON, nullable=True)
    """Of a file of somebody else's making: which of its columns is which, or that somebody is to say so."""

    seen: Mapped[int | None]
    """The last line of the audit when what it would change was compared with what stood here."""
    applied_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    two_way: Mapped[bool] = mapped_column(default=False)
    """Where nobody knows any more what was given out: the file and the system differ, and each difference is asked."""

    errand: Mapped[Errand | None]
    """What a worker is to do with it, for whom, how far it is, and who has it until when."""
    errand_of: Mapped[dict[str, Any]] = mapped_column(default=dict)
    progress: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    lease_token: Mapped[str | None]
    leased_until: Mapped[datetime | None]

    workbook: Mapped[Workbook | None] = relationship(foreign_keys=[workbook_id])
    changes: Mapped[list["Change"]] = relationship(
        back_populates="brought_back", cascade="all, delete-orphan", order_by="Change.id"
    )


class BroughtFile(Model):
    """The very bytes that were brought back, kept until the copy is settled: several hosts share no disk."""

    __tablename__ = "brought_file"

    return_id: Mapped[int] = mapped_column(ForeignKey("brought_back.id", ondelete="CASCADE"), unique=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class Change(Model):
    """What a returned copy would change in one cell, or one row where the column is empty."""

    __tablename__ = "change"
    __table_args__ = (UniqueConstraint("return_id", "sheet", "row", "column"),)

    return_id: Mapped[int] = mapped_column(ForeignKey("brought_back.id", ondelete="CASCADE"))
    sheet: Mapped[str]
    row: Mapped[int]
    ref: Mapped[str | None]
    column: Mapped[str] = mapped_column(default="")
    label: Mapped[str | None]
    cell: Mapped[str | None]
    base: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    mine: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    server: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    server_by: Mapped[str | None]
    server_at: Mapped[datetime | None]
    server_version: Mapped[int | None]
    outcome: Mapped[Outcome]
    together: Mapped[str | None]
    """The cells of the row that are settled together with this one."""
    why: Mapped[Why | None]
    twin: Mapped[str | None]
    decision: Mapped[str | None]
    value: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    """What was typed where neither entry is right."""
    applied_at: Mapped[datetime | None]
    undo: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    """What takes it back: the row as it was left, and what stood there before."""

    brought_back: Mapped[Return] = relationship(back_populates="changes")


class KeptDecision(Model):
    """That the server's value was kept for a cell, so that the same file does not ask again."""

    __tablename__ = "kept_decision"
    __table_args__ = (UniqueConstraint("workbook_id", "ref", "column", "mine_hash"),)

    workbook_id: Mapped[int] = mapped_column(ForeignKey("workbook.id", ondelete="CASCADE"))
    ref: Mapped[str]
    column: Mapped[str]
    mine_hash: Mapped[str]
    decision: Mapped[str]


class CreatedRow(Model):
    """Which row a spare line of a workbook became, so that the same file does not add it twice."""

    __tablename__ = "created_row"
    __table_args__ = (UniqueConstraint("workbook_id", "slot"),)

    workbook_id: Mapped[int] = mapped_column(ForeignKey("workbook.id", ondelete="CASCADE"))
    slot: Mapped[str]
    kind: Mapped[str]
    row_id: Mapped[int]


class ColumnMapping(OfAgency, Model):
    """Which column is which in tables with these headings, as somebody of the institution said."""

    __tablename__ = "mapping"
    BY_AGENCY = False
    __table_args__ = (UniqueConstraint("agency_id", "header_hash"),)

    header_hash: Mapped[str]
    columns: Mapped[dict[str, Any]]
