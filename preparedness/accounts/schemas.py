"""What is accepted of institutions, members, and the programs that work for them."""

from typing import Any, cast

from marshmallow import ValidationError, fields, validate, validates

from preparedness import i18n, shapes
from preparedness.accounts import tokens
from preparedness.accounts.models import Access, Event
from preparedness.accounts.tokens import Reach
from preparedness.audit import Action
from preparedness.i18n import _l
from preparedness.notifications import outside

LAST_ROW = 999_999_999


def _spoken() -> list[tuple[str, str]]:
    return list(i18n.LANGUAGES.items())


class OwnAgencySchema(shapes.Shape):
    """The four things asked of a new institution."""

    name = shapes.words(_l("Name of your institution"), required=True)
    country = shapes.country(_l("Country"), required=True)
    timezone = shapes.zone(_l("Time zone"), required=True)
    language = shapes.one_of(_spoken, _l("Language"), required=True)


class AgencySchema(OwnAgencySchema):
    """An institution's settings."""

    contact_point = shapes.words(
        _l("How people can check that it is really you"),
        most=300,
        hint=_l("A public page or a switchboard number. Every request names it, so that nobody has to trust a link."),
    )
    family_links = shapes.words(
        _l("Where people who look for relatives are to turn"),
        most=300,
        hint=_l("An address of the Red Cross or Red Crescent family links service, shown with every alert."),
    )
    mail_from = shapes.email(_l("Sender of your messages"), hint=_l("Left empty, the sender of this server is used."))


class OwnAccountSchema(shapes.Shape):
    """What members say of themselves."""

    name = shapes.words(_l("Name"), required=True, autocomplete="name")
    language = shapes.one_of(_spoken, _l("Language"), required=True)
    timezone = shapes.zone(_l("Time zone"), required=True)


class MemberSchema(OwnAccountSchema):
    """What an administrator says of a member."""

    access = shapes.code(Access, _l("Access profile"), required=True, kind="radio")


class NewMemberSchema(shapes.Shape):
    """The three things asked of a new member."""

    email = shapes.email(_l("E-mail"), required=True)
    name = shapes.words(_l("Name"), required=True)
    access = shapes.code(Access, _l("Access profile"), required=True, kind="radio")


class AuditFilters(shapes.Shape):
    """What the audit can be narrowed by."""

    action = shapes.code(Action, _l("What was done"))


class TokenSchema(shapes.Shape):
    """What is asked of a new token."""

    name = shapes.words(
        _l("What the token is for"),
        most=60,
        required=True,
        hint=_l("The program that will use it, as the audit shall name it."),
    )
    member_id = fields.Integer(
        required=True,
        validate=validate.Range(1, LAST_ROW),
        error_messages=shapes.REQUIRED,
        metadata={
            "label": _l("Acts as"),
            "hint": _l("The program may do what this member's access profile allows."),
            "kind": "select",
        },
    )
    reach = shapes.code(Reach, _l("What it may do"), required=True, kind="radio")
    days = shapes.whole(
        _l("Days until it expires"),
        least=1,
        most=tokens.LONGEST.days,
        required=True,
        hint=_l("Make a new one in time: a token that has expired opens nothing."),
    )


class WebhookSchema(shapes.Shape):
    """Where a program listens, and what it is told of."""

    url = shapes.words(
        _l("Address of the program"),
        most=500,
        required=True,
        hint=_l("A public address that begins with https://. Nothing inside a network is ever called."),
    )
    events = shapes.codes(
        Event,
        _l("Tell it when"),
        required=True,
        validate=validate.Length(min=1, error=cast(str, _l("Choose at least one thing to be told of."))),
    )

    @validates("url")
    def _outside(self, url: str, **_more: Any) -> None:
        if why_not := outside.why_not(url):
            raise ValidationError(why_not)
