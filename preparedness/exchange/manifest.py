"""What a workbook says about itself, sealed: which copy it is, and which row each of its rows was.

The seal protects against mix-ups more than against attackers: what may be changed is decided by the base kept here.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

FORMAT = "preparedness-workbook-1"
PREFIX = "preparedness_"
SEAL = "seal"
PURPOSE = b"preparedness: workbook manifest"
SHORT = 8


@dataclass(frozen=True)
class Manifest:
    """Which copy a workbook is: its export, kind and subject, when and in which zone and language it was made."""

    export_id: str
    kind: str
    subject_id: int | None
    schema: int
    made_at: datetime
    timezone: str
    language: str
    rows: Mapping[str, int]

    def fields(self, secret: str) -> dict[str, str]:
        """What is written into the workbook, with its seal."""
        told = {
            "format": FORMAT,
            "export": self.export_id,
            "kind": self.kind,
            "subject": "" if self.subject_id is None else str(self.subject_id),
            "schema": str(self.schema),
            "made_at": self.made_at.astimezone(UTC).isoformat(timespec="seconds"),
            "timezone": self.timezone,
            "language": self.language,
            "rows": json.dumps(dict(self.rows), sort_keys=True),
            "key": key_id(secret),
        }
        return {**told, SEAL: _seal(told, secret)}


def key_id(secret: str) -> str:
    """Which key sealed a workbook, without telling the key."""
    return hashlib.sha256(_key(secret)).hexdigest()[:SHORT]


def export_named(fields: Mapping[str, str]) -> str | None:
    """The export that a workbook says it comes from, whether or not its seal holds."""
    return fields.get("export") or None


def holds(fields: Mapping[str, str], secret: str) -> bool:
    """True where nobody changed what the workbook says about itself."""
    told = {name: value for name, value in fields.items() if name != SEAL}
    return hmac.compare_digest(_seal(told, secret), fields.get(SEAL, ""))


def row_check(export_id: str, ref: str, version: int, secret: str) -> str:
    """The cross-check beside a row: its Ref and version, sealed for this copy."""
    return row_checks(export_id, secret)(ref, version)


def row_checks(export_id: str, secret: str) -> Callable[[str, int], str]:
    """What makes the cross-checks of a copy, whose key is prepared once."""
    begun = hmac.new(_key(secret), f"{export_id} ".encode(), "sha256")

    def check(ref: str, version: int) -> str:
        told = f"{ref} {version}"
        seal = begun.copy()
        seal.update(told.encode())
        return f"{told} {seal.hexdigest()[:SHORT]}"

    return check


def _key(secret: str) -> bytes:
    return hmac.new(secret.encode(), PURPOSE, "sha256").digest()


def _seal(fields: Mapping[str, str], secret: str) -> str:
    return hmac.new(_key(secret), json.dumps(dict(fields), sort_keys=True).encode(), "sha256").hexdigest()
