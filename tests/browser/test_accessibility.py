"""Every screen that is pictured is looked at in the same walk; by axe-core each sixth, and in the long version all."""

from __future__ import annotations

import pytest

from tests.browser import test_service_subsidy, test_training
from tests.browser.inspector import EACH, Inspector
from tests.browser.pictures import SCENES


@pytest.mark.parametrize("every", [EACH, pytest.param(1, marks=pytest.mark.soak)])
def test_no_screen_keeps_anybody_out_or_complains(browser, lived, toured, every, tmp_path):
    inspector = Inspector(browser, lived, every=every)
    for scene in SCENES:
        scene(inspector)
    if every == 1:
        inspector.demo = toured
        test_service_subsidy.walk(inspector.desk, toured)
        test_training.walk(inspector.desk, toured, tmp_path)
    for desk in inspector.desks:
        for expected in ("401", "403", "404", "422"):
            desk.forgive(expected)
        desk.context.close()
    assert [trouble for desk in inspector.desks for trouble in desk.troubles] == []
    assert len(inspector.names) > 80
    assert "\n".join(inspector.found) == ""
