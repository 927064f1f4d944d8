"""Writes the API's document as the file that a review can compare."""

import json
import sys
from pathlib import Path

from flask import Flask

from preparedness import create_app
from preparedness.api import specification


def written(app: Flask) -> str:
    """The document, with its names in order, so that a difference shows what changed and nothing else."""
    return json.dumps(specification.document(app), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(written(create_app()), encoding="utf-8")
