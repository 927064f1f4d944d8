"""The programs some tests need besides Python: where they are, and what happens where they are not."""

import os
import shutil
from typing import NoReturn

import pytest


def absent(reason: str) -> NoReturn:
    """Skip on a laptop; fail where CI is set, so that nothing goes untested unseen."""
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def chromium() -> str:
    """The browser, by its path."""
    found = map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))
    return next(filter(None, found), None) or absent("No Chromium here: sudo apt install chromium libatomic1")


def soffice() -> str:
    """LibreOffice, by its path."""
    return shutil.which("soffice") or absent("No LibreOffice Calc here: sudo apt install libreoffice-calc")
