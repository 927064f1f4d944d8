"""What every resource of the API has in common: rows, pages of rows, and how a list is asked for."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any

from marshmallow import ValidationError, fields, validate

from preparedness.i18n import _
from preparedness.shapes import MomentIn, Shape

MOST_PER_PAGE = 200
LAST_PAGE = 1_000_000
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


class Stamp(fields.AwareDateTime):
    """A moment in UTC, as RFC 3339 writes it: 2026-11-24T04:35:46Z."""

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if value else None


class Row(Shape):
    """What every row says of itself."""

    id = fields.Integer(required=True, dump_only=True)


class Edited(Row):
    """A row that people and programs edit: its version stands in the ETag too."""

    version = fields.Integer(required=True, dump_only=True)
    created_at = Stamp(required=True, dump_only=True)
    updated_at = Stamp(required=True, dump_only=True)


class Paging(Shape):
    """Which page of a list."""

    page = fields.Integer(
        load_default=1, validate=validate.Range(1, LAST_PAGE), metadata={"description": "From 1.", "example": 1}
    )
    per_page = fields.Integer(load_default=50, validate=validate.Range(1, MOST_PER_PAGE), metadata={"example": 50})


class Nothing(Shape):
    """An act that needs to be told nothing."""


@cache
def page_of(gives: type[Shape]) -> type[Shape]:
    """The shape of one page of a list of these: one and the same, however many addresses list them."""
    return type(
        f"{gives.__name__}Page",
        (Shape,),
        {
            "__doc__": f"One page of a list. {gives.__doc__}",
            "items": fields.List(fields.Nested(gives), required=True),
            "total": fields.Integer(required=True),
            "page": fields.Integer(required=True),
            "per_page": fields.Integer(required=True),
        },
    )


def told(field: fields.Field[Any], tell: Callable[[Any], Any]) -> fields.Field[Any]:
    """A field of which the row itself does not speak: what is shown is told of the row by this function."""
    field.dump_only = True
    field.get_value = lambda obj, *_args, **_kwargs: tell(obj)  # type: ignore[method-assign]
    return field


class Instant(MomentIn):
    """A moment as RFC 3339 writes it, with its offset: a program's clock stands in no zone of its own."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        if not isinstance(value, str) or not RFC_3339.fullmatch(value):
            raise ValidationError(str(_("Write a moment with its offset, as 2026-11-24T04:35:46Z.")))
        return super()._deserialize(value.upper(), attr, data, **kwargs)
