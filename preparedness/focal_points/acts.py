"""What a focal point can do at any time by their link: each act at its own address, with a box that is never ticked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from preparedness import config, shapes
from preparedness.confirmations import answers, ladder, requests
from preparedness.confirmations.models import Request
from preparedness.contacts import links, people, standing
from preparedness.contacts.models import ErasureReason, Link, LinkPurpose
from preparedness.database import now
from preparedness.errors import Missing, Refused
from preparedness.focal_points import opening, schemas
from preparedness.i18n import _, _l
from preparedness.plans import assignments, suggestions
from preparedness.plans.models import Assignment
from preparedness.web import Form

PAUSE = timedelta(days=30)
Data = dict[str, Any]


@dataclass(frozen=True)
class Act:
    """One act: what its page says beforehand, what it asks, and what it does."""

    name: str
    menu: Any
    heading: Any
    consequences: Sequence[Any]
    button: Any
    do: Callable[[Link, Data], ResponseReturnValue]
    schema: type[shapes.Shape] = schemas.ActSchema
    undo: Any = None
    final: bool = False
    in_menu: bool = True


def act(link: Link, name: str) -> ResponseReturnValue:
    """Say what will happen; do it once the box is ticked."""
    chosen = next((each for each in ACTS if each.name == name and _fits(each, link)), None)
    if chosen is None:
        raise Missing
    form = Form(chosen.schema, choices=_choices(chosen, link))
    if form.accepted:
        with form.refusals():
            return chosen.do(link, form.data)
    page = {"act": chosen, "back": opening.back(), "discreet": _discreet(link)}
    return render_template("focal_points/act.html", form=form, **page), form.status


def menu(link: Link) -> list[tuple[str, Any]]:
    """The acts that are offered on the person's pages."""
    return [(each.name, each.menu) for each in ACTS if each.in_menu and _fits(each, link)]


def _fits(each: Act, link: Link) -> bool:
    """Some acts are there only while there is something to do."""
    if each.name == "withdraw":
        return bool(_held(link))
    if each.name == "hand-over":
        return bool(_held(link)) and not _discreet(link)
    if each.name == "not-my-answer":
        asked = _asked(link)
        return asked is not None and any(line.reported_answer for line in asked.lines)
    return True


def _asked(link: Link) -> Request | None:
    return requests.of_person(link.subject_id, link.person) if link.purpose is LinkPurpose.CONFIRM else None


def _held(link: Link) -> list[Assignment]:
    """The roles this person may step down from or share: those they hold."""
    return [each for each in assignments.of(link.person) if each.holds]


def _discreet(link: Link) -> bool:
    asked = _asked(link)
    return any(each.seat.role.plan.high_risk for each in _held(link)) or (asked is not None and asked.discreet)


def _choices(chosen: Act, link: Link) -> dict[str, list[tuple[Any, Any]]]:
    """The roles an act can be about; by their Ref where they must not be named."""
    field = {"withdraw": "roles", "hand-over": "role"}.get(chosen.name)
    if field is None:
        return {}
    return {field: [(each.id, requests.called(each)) for each in _held(link)]}


def _pause(link: Link, data: Data) -> ResponseReturnValue:
    until = data.get("until") or (now() + PAUSE).date()
    people.pause(link.person, until, by=link.person.actor)
    return opening.again()


def _withdraw(link: Link, data: Data) -> ResponseReturnValue:
    held = {each.id: each for each in _held(link)}
    chosen = data.get("roles") or (list(held) if len(held) == 1 else [])
    if not chosen:
        raise Refused(_("Choose from which roles you step down."), field="roles")
    for number in chosen:
        assignments.step_down(held[number], by=link.person.actor)
    return opening.again()


def _hand_over(link: Link, data: Data) -> ResponseReturnValue:
    held = {each.id: each for each in _held(link)}
    suggestion, token = suggestions.suggest_deputy(held[data["role"]], by=link.person.actor)
    address = config.current().base_url + url_for("focal_points.show", token=token)
    page = {"suggestion": suggestion, "address": address, "back": opening.back()}
    return render_template("focal_points/hand_over.html", **page)


def _erase(link: Link, _data: Data) -> ResponseReturnValue:
    person, discreet = link.person, _discreet(link)
    people.erase(person, reason=ErasureReason.THEIR_WISH, by=person.actor)
    return _done(
        discreet,
        _("Your data are erased"),
        _("Your name, your addresses and your answers are gone. Nobody will write to you again."),
        _("In copies kept against loss they disappear as these are replaced."),
    )


def _new_link(link: Link, _data: Data) -> ResponseReturnValue:
    discreet = _discreet(link)
    answers.send_new_link(link, by=link.person.actor)
    return _done(
        discreet,
        _("A new link is on its way"),
        _("It goes to the address we know of you. This one no longer works."),
    )


def _not_me(link: Link, _data: Data) -> ResponseReturnValue:
    discreet = _discreet(link)
    ladder.stop(link.person, link.person.actor)
    standing.misdirected(link.person, by=link.person.actor)
    links.void(link, by=link.person.actor)
    links.void_all(link.person)
    return _done(
        discreet,
        _("Thank you. This address no longer works."),
        _("Nothing was shown that was not meant for you. Please delete the message."),
    )


def _not_my_answer(link: Link, _data: Data) -> ResponseReturnValue:
    asked = _asked(link)
    if asked is not None:
        answers.disown(asked, by=link.person.actor)
    return opening.again()


def _done(discreet: bool, heading: str, *sentences: str) -> str:
    return render_template("focal_points/done.html", heading=heading, sentences=sentences, discreet=discreet)


ACTS = (
    Act(
        "hand-over",
        _l("Forward a link to a deputy"),
        _l("Who could stand in for you?"),
        [
            _l("You get an address to forward to somebody you trust."),
            _l("They give their own name, language and e-mail address. You give nothing of theirs."),
            _l("They are proposed as a deputy, and asked to confirm like you. Your own role stays yours."),
        ],
        _l("Make the address"),
        _hand_over,
        schema=schemas.HandOverSchema,
    ),
    Act(
        "pause",
        _l("Pause: send me nothing for a while"),
        _l("Pause all requests?"),
        [
            _l("Nothing is sent to you until the day you choose, not even in an emergency."),
            _l("Your roles stay yours; your deputies are called instead."),
        ],
        _l("Pause"),
        _pause,
        schema=schemas.PauseSchema,
        undo=_l("You can choose another day here at any time."),
    ),
    Act(
        "withdraw",
        _l("Step down from a role"),
        _l("Step down from a role?"),
        [
            _l("The role is vacant from now on, or passes to your deputy."),
            _l("The planners see that you stepped down. You need not say why."),
        ],
        _l("Step down"),
        _withdraw,
        schema=schemas.RolesSchema,
        undo=_l("To take it up again, write to the institution: it asks you anew."),
        final=True,
    ),
    Act(
        "new-link",
        _l("Send me a new link; this one may have been seen by others"),
        _l("A new link?"),
        [
            _l("A new link is sent to the address we know of you."),
            _l("This one stops working at once."),
        ],
        _l("Send me a new link"),
        _new_link,
    ),
    Act(
        "erase",
        _l("Erase my data"),
        _l("Erase your data?"),
        [
            _l("Your name, your addresses, your answers and your conditions are erased."),
            _l("Your roles become vacant."),
            _l("A number and a date stay, so that you are not entered again from an old copy."),
        ],
        _l("Erase my data"),
        _erase,
        undo=_l("This cannot be undone."),
        final=True,
    ),
    Act(
        "not-me",
        _l("This was not meant for me"),
        _l("This was not meant for you?"),
        [
            _l("This address stops working at once."),
            _l("Nothing more is sent about it."),
        ],
        _l("It was not meant for me"),
        _not_me,
        final=True,
    ),
    Act(
        "not-my-answer",
        _l("I did not say that"),
        _l("You did not say that?"),
        [
            _l("What was noted for you by phone is taken away."),
            _l("The planners see that it was not your answer."),
        ],
        _l("It was not my answer"),
        _not_my_answer,
        in_menu=False,
    ),
)
"""All that can be done by link beside answering."""
