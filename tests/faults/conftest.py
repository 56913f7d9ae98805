"""One running product for the faults of a run."""

import pytest

from tests.faults.office import Office
from tests.faults.product import running

FOLK = 1_800


@pytest.fixture(scope="package")
def office(system):
    with running() as product:
        yield Office.founded(product, FOLK)
