"""Two hundred people at once for three minutes; how long they wait is printed (`-s`), what fails is a failure."""

import pytest

from tests.bench.clerks import run


@pytest.mark.soak
def test_two_hundred_people_at_once_meet_no_error():
    assert run(clerks=200, minutes=3).errors == []
