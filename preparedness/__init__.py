"""Preparedness: diaspora actors in the emergency plans of government agencies."""

from flask import Flask
from flask_compress import Compress
from werkzeug.middleware.proxy_fix import ProxyFix

from preparedness import assets, database, feeds, home, i18n, news, pages
from preparedness import config as configuration
from preparedness.accounts import permissions, signin
from preparedness.accounts import views as accounts_views
from preparedness.activations import proposal_views as proposals_views
from preparedness.activations import views as activations_views
from preparedness.api import activations as api_activations
from preparedness.api import alerts as api_alerts
from preparedness.api import assignments as api_assignments
from preparedness.api import audit as api_audit
from preparedness.api import invitations as api_invitations
from preparedness.api import messages as api_messages
from preparedness.api import organisations as api_organisations
from preparedness.api import people as api_people
from preparedness.api import plan_rows as api_plan_rows
from preparedness.api import plans as api_plans
from preparedness.api import replies as api_replies
from preparedness.api import returns as api_returns
from preparedness.api import seats as api_seats
from preparedness.api import specification
from preparedness.api import tasks as api_tasks
from preparedness.api import templates as api_templates
from preparedness.api import webhooks as api_webhooks
from preparedness.api import workbooks as api_workbooks
from preparedness.confirmations import views as confirmations_views
from preparedness.contacts import views as contacts_views
from preparedness.exchange import views as exchange_views
from preparedness.focal_points import views as focal_points_views
from preparedness.notifications import views as notifications_views
from preparedness.plans import views as plans_views

VIEWS = (
    home,
    contacts_views,
    plans_views,
    confirmations_views,
    activations_views,
    proposals_views,
    exchange_views,
    notifications_views,
    accounts_views,
    focal_points_views,
    feeds,
)
"""The doors with pages, in the order of the menu."""

FOR_PROGRAMS = (
    api_organisations,
    api_people,
    api_templates,
    api_plans,
    api_plan_rows,
    api_seats,
    api_assignments,
    api_invitations,
    api_activations,
    api_tasks,
    api_replies,
    api_messages,
    api_audit,
    api_workbooks,
    api_returns,
    api_alerts,
    api_webhooks,
)
"""The doors for programs, in the order of their document."""


def create_app(config: configuration.Config | None = None) -> Flask:
    """The product: a list of what it is made of."""
    config = config or configuration.load()
    app = Flask(__name__, template_folder="../templates", static_folder=None, instance_path=str(config.instance))
    app.config.from_mapping(configuration.for_flask(config))
    app.extensions["preparedness"] = config
    app.wsgi_app = ProxyFix(app.wsgi_app, *[config.proxies] * 3) if config.proxies else app.wsgi_app  # type: ignore[method-assign]
    database.install(app)
    i18n.install(app)
    pages.install(app)
    permissions.install(app)
    signin.install(app, config)
    assets.install(app)
    news.install()
    pages.CONTEXT[:] = [activations_views.bands]
    for door in VIEWS:
        app.register_blueprint(door.blueprint)
    specification.install(app, tuple(door.resource for door in FOR_PROGRAMS))
    app.add_template_global(permissions.may)
    Compress(app)
    permissions.refuse_unlabelled(app)
    return app
