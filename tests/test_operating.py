"""The operator's guide says what the program does."""

from pathlib import Path

import pytest

from preparedness.config import SETTINGS

GUIDE = Path(__file__).parent.parent / "docs" / "operating.md"


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_stands_in_the_guide_as_in_the_code(setting):
    default = f"`{setting.default}`" if setting.default else ""

    assert f"| `{setting.variable}` | {default} | {setting.reason} |" in GUIDE.read_text().splitlines()
