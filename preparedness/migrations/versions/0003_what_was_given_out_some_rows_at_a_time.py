"""what was given out, some rows at a time.

Until now the base of a copy was one text of all its rows: {sheet: {Ref: [number, version, cells]}}. From now on it is
two lines for some rows of a sheet: [sheet, how many], then [[Ref, number, version, cells], ...]. Both are pressed.
"""

import json
import zlib
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TOGETHER = 500

WORKBOOK = sa.table("workbook", sa.column("id", sa.Integer), sa.column("base", sa.LargeBinary))


def upgrade() -> None:
    """Bring the database forward."""
    _each(_by_rows)


def downgrade() -> None:
    """Take it back."""
    _each(_whole)


def _each(changed: Callable[[bytes], bytes]) -> None:
    """Write each base anew, one at a time, for some are large."""
    connection = op.get_bind()
    for number in connection.scalars(sa.select(WORKBOOK.c.id)).all():
        mine = WORKBOOK.c.id == number
        base = connection.execute(sa.select(WORKBOOK.c.base).where(mine)).scalar_one()
        connection.execute(sa.update(WORKBOOK).where(mine).values(base=changed(bytes(base))))


def _by_rows(base: bytes) -> bytes:
    texts = []
    for sheet, rows in json.loads(zlib.decompress(base)).items():
        lines = [[ref, *row] for ref, row in rows.items()]
        for start in range(0, max(len(lines), 1), TOGETHER):
            some = lines[start : start + TOGETHER]
            texts += [_text([sheet, len(some)]), _text(some)]
    return zlib.compress("".join(f"{text}\n" for text in texts).encode())


def _whole(base: bytes) -> bytes:
    texts = iter(zlib.decompress(base).decode().split("\n"))
    sheets: dict[str, dict[str, list[object]]] = {}
    for head, some in zip(texts, texts, strict=False):  # what follows the last line is empty and has no other half
        sheet, _number = json.loads(head)
        sheets.setdefault(sheet, {}).update({ref: row for ref, *row in json.loads(some)})
    return zlib.compress(_text(sheets).encode())


def _text(said: object) -> str:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))
