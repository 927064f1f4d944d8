"""Who may do what: one table, one label on each endpoint, one guard. Closed by default."""

from collections.abc import Callable
from datetime import timedelta
from enum import Enum
from typing import Any, TypeVar

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import TooManyRequests

from preparedness.accounts import signins, throttle, tokens
from preparedness.accounts.models import Access, User
from preparedness.database import SAFE_METHODS, afterwards, now

View = TypeVar("View", bound=Callable[..., Any])


class Permission(Enum):
    """Each act with the lowest access profile that may do it, and its sentence."""

    OWN_ACCOUNT = Access.OFFICIAL, "Change one's own account."
    HOME_READ = Access.OFFICIAL, "See what needs attention."
    PLAN_READ = Access.OFFICIAL, "Read approved plans; planners read drafts too."
    ACTIVATION_READ = Access.OFFICIAL, "See the activations one works on."
    TASK_REPORT = Access.OFFICIAL, "Report on the tasks of these activations."
    REPLY_REPORT = Access.OFFICIAL, "Note an answer to an alert that was given by phone."
    LOG_WRITE = Access.OFFICIAL, "Write in the log of these activations."
    COPY_READ = Access.OFFICIAL, "See one's own copies taken offline, and what came back."
    COPY_ACTIVATION = Access.OFFICIAL, "Take an activation one works on offline, and bring it back."

    PLAN_EDIT = Access.PLANNER, "Write plans, their roles, seats, triggers and checklists."
    PLAN_APPROVE = Access.PLANNER, "Send a plan for review, approve and archive it."
    SEAT_ASSIGN = Access.PLANNER, "Propose holders and deputies, change their order, end a designation."
    CONTACT_READ = Access.PLANNER, "See people and organisations and how they are reached."
    CONTACT_EDIT = Access.PLANNER, "Add and change people and organisations."
    CONTACT_VERIFY = Access.PLANNER, "Record a verification."
    CONTACT_ERASE = Access.PLANNER, "Erase a person's data."
    CAMPAIGN_RUN = Access.PLANNER, "Ask holders to confirm, and note answers given by phone."
    ACTIVATION_RUN = Access.PLANNER, "Activate, step, stand down, close and cancel."
    COPY_PLAN = Access.PLANNER, "Take a plan offline and bring it back."
    COPY_ROSTER = Access.PLANNER, "Take the roster offline and bring it in."
    MESSAGE_READ = Access.PLANNER, "See what was sent and what became of it."
    MESSAGE_RETRY = Access.PLANNER, "Send again what failed."
    MAILBOX_READ = Access.PLANNER, "Read the mails of a local set-up in the browser."
    HISTORY_READ = Access.PLANNER, "See who changed a row, and what."

    TEMPLATE_READ = Access.OFFICIAL, "Read the plan templates."

    MEMBER_EDIT = Access.ADMINISTRATOR, "Add, change and close members' accounts, and end their sign-ins."
    AGENCY_EDIT = Access.ADMINISTRATOR, "Change the institution's settings, and start one's own."
    AUDIT_READ = Access.ADMINISTRATOR, "Read the whole audit, and check its chain."
    TOKEN_EDIT = Access.ADMINISTRATOR, "Make tokens for programs, and revoke them."
    WEBHOOK_EDIT = Access.ADMINISTRATOR, "Say which addresses are told of what happens."

    @property
    def profile(self) -> Access:
        """The lowest access profile that may do it."""
        return self.value[0]


PUBLIC, BY_LINK = "public", "by link"
Label = Permission | str

FOREIGN: dict[str, Label] = {
    "static": PUBLIC,
    "security.login": PUBLIC,
    "security.logout": Permission.OWN_ACCOUNT,
    "security.forgot_password": PUBLIC,
    "security.reset_password": PUBLIC,
    "security.change_password": Permission.OWN_ACCOUNT,
    "security.verify": Permission.OWN_ACCOUNT,
    "security.two_factor_setup": Permission.OWN_ACCOUNT,
    "security.two_factor_setup_validate": Permission.OWN_ACCOUNT,
    "security.tf_select": PUBLIC,
    "security.two_factor_token_validation": PUBLIC,
    "security.two_factor_rescue": PUBLIC,
    "security.mf_recovery": PUBLIC,
    "security.mf_recovery_codes": Permission.OWN_ACCOUNT,
    "security.static": PUBLIC,
}
"""Labels of endpoints that libraries bring."""

GUESSES, MOST_GUESSES, GUESSED_WITHIN = "token", 60, timedelta(minutes=10)
"""How often a token that is none may be sent from one address."""

csrf = CSRFProtect()


def requires(permission: Permission) -> Callable[[View], View]:
    """Label an endpoint: only members whose access profile includes this."""
    return _label(permission)


def public(view: View) -> View:
    """Label an endpoint: for everybody."""
    return _label(PUBLIC)(view)


def by_link(view: View) -> View:
    """Label an endpoint: the address itself is the authority; no account, no cookie, no form token."""
    return _label(BY_LINK)(view)


def by_token(permission: Permission) -> Callable[[View], View]:
    """Label an endpoint for programs: a token of a member whose access profile includes this; no cookie counts."""

    def attach(view: View) -> View:
        view.for_programs = True  # type: ignore[attr-defined]
        return _label(permission)(view)

    return attach


def _label(label: Label) -> Callable[[View], View]:
    def attach(view: View) -> View:
        view.access_label = label  # type: ignore[attr-defined]
        return view

    return attach


def label_of(app: Flask, endpoint: str) -> Label | None:
    """What an endpoint is labelled with."""
    return FOREIGN.get(endpoint) or getattr(app.view_functions[endpoint], "access_label", None)


def is_for_programs(app: Flask, endpoint: str) -> bool:
    """True for an endpoint that a token opens, and no sign-in does."""
    return getattr(app.view_functions[endpoint], "for_programs", False)


def may(permission: Permission | str) -> bool:
    """True where the member who is signed in may do this; templates give its name."""
    member: User | None = g.get("member")
    wanted = Permission[permission] if isinstance(permission, str) else permission
    return member is not None and member.access.includes(wanted.profile)


def install(app: Flask) -> None:
    """Guard every endpoint; refuse to start while one has no label."""
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    csrf.init_app(app)
    app.before_request(guard)


def refuse_unlabelled(app: Flask) -> None:
    """Raises RuntimeError while an endpoint says nothing of who may use it."""
    unlabelled = sorted(endpoint for endpoint in app.view_functions if label_of(app, endpoint) is None)
    if unlabelled:
        raise RuntimeError(f"endpoints without a label: {', '.join(unlabelled)}")


def guard() -> ResponseReturnValue | None:
    """Before each request: who is it, and may they?"""
    if request.endpoint is None:
        _recognise()
        return None
    label = label_of(current_app, request.endpoint)
    if label == BY_LINK:
        return None
    if is_for_programs(current_app, request.endpoint):
        assert isinstance(label, Permission)
        _guard_program(label)
        return None
    signed_in = _recognise()
    if request.method not in SAFE_METHODS:
        csrf.protect()
    if not isinstance(label, Permission):
        return None
    if not signed_in:
        return _to_sign_in()
    if not may(label):
        abort(403)
    return None


def _guard_program(label: Permission) -> None:
    """Let a program in by its token, with the access profile of the member it acts as."""
    kind, _space, text = request.headers.get("Authorization", "").partition(" ")
    token = tokens.recognised(text.strip()) if kind.lower() == "bearer" and text else None
    if token is None:
        _refuse_guess(text)
        abort(401)
    g.token, g.member, g.agency, g.actor = token, token.member, token.member.agency, token.actor
    if not request.accept_languages:
        g.language = g.member.language
    if token.last_used_on != now().date():
        identity = token.id
        afterwards(lambda: tokens.used(identity))
    if not may(label) or (token.read_only and request.method not in SAFE_METHODS):
        abort(403)


def _refuse_guess(text: str) -> None:
    """Count what is no token, and refuse who sends such again and again; who sends none guesses nothing.

    A token that is one always opens: another program at the same address may go on with one that ran out.
    """
    if throttle.too_often(GUESSES, str(request.remote_addr), most=MOST_GUESSES, window=GUESSED_WITHIN):
        raise TooManyRequests(retry_after=int(GUESSED_WITHIN.total_seconds()))
    if text:
        throttle.count(GUESSES, str(request.remote_addr), window=GUESSED_WITHIN)


def fresh(minutes: int = 10) -> ResponseReturnValue | None:
    """A redirect to sign in again where the last sign-in is older than this; None where it is recent enough."""
    from_session = session.get("fs_paa")
    if from_session is not None and signins.recent(from_session, timedelta(minutes=minutes)):
        return None
    return redirect(url_for("security.verify", next=request.full_path))


def _recognise() -> bool:
    """Set the member, the agency and the actor of a live sign-in."""
    if not current_user.is_authenticated:
        return False
    signin = signins.live(session.get("sign_in"))
    if signin is None or signin.member_id != current_user.id or not current_user.active:
        signins.forget()
        return False
    g.member = current_user._get_current_object()
    g.agency, g.actor, g.sign_in = g.member.agency, g.member.actor, signin
    g.language = g.member.language
    if signins.stale(signin):
        identity = signin.id
        afterwards(lambda: signins.seen(identity))
    return True


def _to_sign_in() -> ResponseReturnValue:
    if request.method not in SAFE_METHODS or request.headers.get("HX-Request"):
        abort(401)
    return redirect(url_for("security.login", next=request.full_path.rstrip("?")))
