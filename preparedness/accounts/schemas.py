"""What is accepted of institutions and members."""

from preparedness import i18n, shapes
from preparedness.accounts.models import Access
from preparedness.audit import Action
from preparedness.i18n import _l


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
