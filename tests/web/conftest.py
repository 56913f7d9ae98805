"""What several tests of the screens need."""

import pytest

from tests.web.facts import Facts


@pytest.fixture
def facts(demo_app) -> Facts:
    return Facts(demo_app)
