"""The main job from end to end in a real browser on a small phone, in English and in French."""

import pytest

from tests.journeys.steps import the_main_job

pytestmark = [pytest.mark.journey, pytest.mark.timeout(420)]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_plan_is_built_confirmed_activated_taken_offline_and_closed_on_a_phone(start, walk, tmp_path, language):
    the_main_job(start, walk, tmp_path, width=360, language=language)
