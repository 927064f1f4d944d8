"""The audit, for programs."""

from typing import Any

from flask import g

from preparedness import audit
from preparedness.accounts.permissions import Permission
from preparedness.api.audit_schemas import EntriesQuery, EntryRow
from preparedness.api.resources import Resource
from preparedness.database import Page

resource = Resource("audit", "Who did what.")


@resource.lists("/audit", Permission.AUDIT_READ, EntryRow, EntriesQuery)
def entries(page: int, per_page: int, q: str | None = None, **filters: Any) -> Page[audit.Entry]:
    """The lines of the audit, newest first."""
    return audit.listed(g.agency.id, page, q=q or "", filters=filters, per_page=per_page)
