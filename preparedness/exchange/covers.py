"""The first sheet of a copy: what it is, who has it and until when, and how to work in it."""

from preparedness.accounts.models import Agency
from preparedness.exchange.kinds import CONTENTS
from preparedness.exchange.models import Workbook
from preparedness.exchange.sheets import Subject
from preparedness.exchange.workbook import Cover
from preparedness.i18n import _, day, moment


def cover(copy: Workbook, agency: Agency) -> Cover:
    """The first sheet of a copy, in the language spoken now."""
    subject = CONTENTS[copy.kind].subject(agency, copy.subject_id)
    return Cover(subject.title, _facts(copy, agency, subject), _advice(subject), _footer(copy, subject), subject.banner)


def _facts(copy: Workbook, agency: Agency, subject: Subject) -> list[tuple[str, str]]:
    facts = [
        (_("Institution"), agency.name),
        (_("Copy taken offline"), _("no. %(number)s", number=copy.number)),
        (_("Taken by"), f"{copy.made_by}, {moment(copy.made_at, copy.timezone)}"),
        *subject.facts,
        (_("Times are those of"), copy.timezone.replace("_", " ")),
        (_("Bring it back until"), day(copy.expires_at, copy.timezone)),
    ]
    if copy.reason:
        facts.append((_("Holds contact details because"), copy.reason))
        facts.append((_("Destroy by"), day(copy.expires_at, copy.timezone)))
    return facts


def _advice(subject: Subject) -> list[str]:
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


def _footer(copy: Workbook, subject: Subject) -> str:
    return _(
        "%(title)s · copy no. %(number)s · times of %(zone)s",
        title=subject.title,
        number=copy.number,
        zone=copy.timezone.replace("_", " "),
    )
