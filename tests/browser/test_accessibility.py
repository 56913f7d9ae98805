"""Every screen that is pictured is looked at by axe-core too, in the same walk."""

from __future__ import annotations

from tests.browser.inspector import Inspector
from tests.browser.pictures import SCENES


def test_no_screen_keeps_anybody_out_or_complains(browser, toured):
    inspector = Inspector(browser, toured)
    for scene in SCENES:
        scene(inspector)
    for desk in inspector.desks:
        for expected in ("401", "403", "404", "422"):
            desk.forgive(expected)
        desk.context.close()
    assert [trouble for desk in inspector.desks for trouble in desk.troubles] == []
    assert len(inspector.names) > 80
    assert "\n".join(inspector.found) == ""
