"""The first sheet of a copy: what it is, who has it and until when, what its signs mean, and how to work in it."""

from collections.abc import Sequence

from preparedness.accounts.models import Agency
from preparedness.exchange import disclosures, looks
from preparedness.exchange.kinds import CONTENTS
from preparedness.exchange.models import Workbook, WorkbookKind
from preparedness.exchange.people_sheet import PEOPLE
from preparedness.exchange.sheets import Subject
from preparedness.exchange.workbook import Cover, Page
from preparedness.i18n import _, day, moment, ngettext


def cover(copy: Workbook, agency: Agency, pages: Sequence[Page] = ()) -> Cover:
    """The first sheet of a copy, in the language spoken now."""
    subject = CONTENTS[copy.kind].subject(agency, copy.subject_id)
    return Cover(
        subject.title,
        _facts(copy, agency, subject, pages),
        _advice(copy, subject),
        _footer(copy, subject),
        subject.banner,
        warning(copy),
        _signs(copy),
    )


def warning(copy: Workbook) -> str:
    """What a sheet with somebody's number on it says at its head; nothing where there is none."""
    if copy.destroy_by is None:
        return ""
    return _(
        "SENSITIVE: holds how people are reached · copy no. %(number)s · destroy by %(day)s",
        number=copy.number,
        day=day(copy.destroy_by, copy.timezone, "long"),
    )


def _facts(copy: Workbook, agency: Agency, subject: Subject, pages: Sequence[Page]) -> list[tuple[str, str]]:
    facts = [
        (_("Institution"), agency.name),
        (_("Copy taken offline"), _("no. %(number)s", number=copy.number)),
        (_("Taken by"), f"{copy.made_by}, {moment(copy.made_at, copy.timezone)}"),
        *subject.facts,
        (_("Times are those of"), copy.timezone.replace("_", " ")),
    ]
    if copy.kind is not WorkbookKind.CONTACTS:
        facts.append((_("Bring it back until"), day(copy.expires_at, copy.timezone, "long")))
    if copy.reason:
        facts.append((_("Holds contact details because"), copy.reason))
    if copy.destroy_by:
        facts.append((_("Destroy by"), day(copy.destroy_by, copy.timezone, "long")))
    if withheld := _withheld(copy, pages):
        facts.append((_("Left out"), withheld))
    return facts


def _withheld(copy: Workbook, pages: Sequence[Page]) -> str:
    """How many people's addresses stay here because nobody told them yet that they are in the roster."""
    people = [page for page in pages if page.sheet.key == PEOPLE.key and copy.destroy_by]
    untold = sum(
        not disclosures.told(line.cells["told_on"], line.cells["source"]) for page in people for line in page.lines
    )
    if not untold:
        return ""
    return ngettext(
        "The contact details of %(num)s person, who has not been told yet that they are in the roster.",
        "The contact details of %(num)s people, who have not been told yet that they are in the roster.",
        untold,
    )


def _advice(copy: Workbook, subject: Subject) -> list[str]:
    if copy.kind is WorkbookKind.CONTACTS:
        return [*subject.advice, _("Give it to nobody else. Once it is destroyed, say so under Offline copies.")]
    return [
        _("Change what is black and stands under an upright heading. Grey under a slanted heading is for reading."),
        _("Leave the column Ref as it is: it says which row is which. Sort, filter and move rows as you like."),
        *subject.advice,
        _("Where a list is offered, choose from it. Write dates as 2026-03-04 and times as 14:30."),
        _(
            "Save the file as Excel workbook (.xlsx) and bring it back under Offline copies. "
            "You will see every change before anything is taken."
        ),
    ]


def _signs(copy: Workbook) -> list[tuple[str, str]]:
    """What the signs mean; each says in text what a colour or a slant says too."""
    if copy.kind is WorkbookKind.CONTACTS:
        return []
    signs = [
        (
            looks.NEEDED,
            _("Before a heading: every row needs an entry here. An empty cell is yellow, within a red line."),
        ),
        ("N-0001", _("A row for something new. Its Ref is given when the copy is brought back.")),
    ]
    if copy.kind is WorkbookKind.ACTIVATION:
        late = (looks.LATE, _("Late: it was to be done by now. Bold and dark red as well."))
        boxes = ("☐  ☑", _("To do, and done, as it was when the copy was taken. Tick by hand on paper."))
        signs = [late, boxes, *signs]
    return signs


def _footer(copy: Workbook, subject: Subject) -> str:
    return _(
        "%(title)s · copy no. %(number)s · times of %(zone)s",
        title=subject.title,
        number=copy.number,
        zone=copy.timezone.replace("_", " "),
    )
