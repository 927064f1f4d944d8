"""What is asked when a copy is taken offline, and when one comes back."""

from marshmallow import fields

from preparedness import shapes
from preparedness.i18n import WORKBOOK_LANGUAGES, _l


class CopySchema(shapes.Shape):
    """What every copy is asked: its language, which need not be one the pages speak."""

    language = shapes.one_of(
        lambda: list(WORKBOOK_LANGUAGES.items()),
        _l("Language of the workbook"),
        hint=_l("Its headings, lists and help. What people wrote stays as they wrote it."),
    )


class DisclosingSchema(CopySchema):
    """What a copy is to hold beside its language."""

    contacts = shapes.yes(
        _l("With contact details"), hint=_l("Numbers and addresses leave only where they are needed offline.")
    )
    reason = shapes.words(
        _l("Why they are needed offline"), hint=_l("Stands on the first sheet. Needed with contact details.")
    )


class ContactSheetSchema(CopySchema):
    """Why a contact sheet is taken, which holds nothing but how people are reached."""

    reason = shapes.words(_l("Why they are needed offline"), hint=_l("Stands on the first sheet."), required=True)


class RosterSchema(DisclosingSchema):
    """What a copy of the roster is to hold."""

    blank = shapes.yes(
        _l("Blank: only empty rows"), hint=_l("For entering organisations and people that are not here yet.")
    )


class ReturnSchema(shapes.Shape):
    """The workbook that is brought back."""

    file = fields.Raw(
        required=True,
        allow_none=True,
        metadata={
            "label": _l("The workbook you saved"),
            "hint": _l(
                "An Excel workbook (.xlsx) of up to 20 MB; a list of people or organisations may also be "
                "an OpenDocument (.ods) or a text file (.csv). You will see every change before anything is taken."
            ),
            "kind": "file",
        },
    )


class SettlementSchema(shapes.Shape):
    """The choices made about a returned copy come one a change, beside this form's own fields."""
