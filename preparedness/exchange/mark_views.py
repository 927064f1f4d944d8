"""Pages: the workbook that came back, with what could not be taken marked in it."""

from flask import request
from flask.typing import ResponseReturnValue

from preparedness.accounts.permissions import Permission, requires
from preparedness.database import release
from preparedness.exchange import marks
from preparedness.exchange.hxl_views import XLSX, sent
from preparedness.exchange.return_views import blueprint, returned
from preparedness.i18n import _

__all__ = ["blueprint"]


@blueprint.get("/returns/<id:return_id>/marked")
@requires(Permission.COPY_READ)
def marked(return_id: int) -> ResponseReturnValue:
    """The file as it came back, with its marks; with `only`, the other rows are hidden."""
    brought = returned(return_id)
    content, wanted = marks.wanted(brought)
    name = f"{brought.filename.rsplit('.', 1)[0]}-{_('marked')}.xlsx"
    release()
    return sent(marks.made(content, wanted, only="only" in request.args), XLSX, name)
