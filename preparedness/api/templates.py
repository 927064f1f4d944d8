"""Plan templates, for programs."""

from typing import Any

from preparedness.accounts.permissions import Permission
from preparedness.api.resources import Resource
from preparedness.api.template_schemas import TemplateRow, TemplatesQuery, TemplateWhole
from preparedness.database import Page
from preparedness.i18n import current
from preparedness.plans import library
from preparedness.plans.library import PlanText, Template

resource = Resource("templates", "Plan templates, in the language that is asked for.")


def _template(template_key: str) -> Template:
    return library.template(template_key)


@resource.lists("/templates", Permission.TEMPLATE_READ, TemplateRow, TemplatesQuery)
def templates(page: int, per_page: int, q: str | None = None, **filters: Any) -> Page[PlanText]:
    """The templates, in the order in which they are offered."""
    return library.listed(current(), q=q or "", filters=filters, page=page, per_page=per_page)


@resource.reads("/templates/<template_key>", Permission.TEMPLATE_READ, _template, TemplateWhole)
def template(row: Template) -> PlanText:
    """One template, with all that a plan made of it begins with."""
    return row.in_language(current())
