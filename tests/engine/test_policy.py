"""What a claim's page says of each frozen value: who gave it from which day on, or that it shipped, or that it has been changed."""

from __future__ import annotations

from datetime import date

import pytest

from app.engine.policy import PolicyValue
from app.programmes.hiring_subsidy import PROGRAMME

DAY = date(2026, 3, 1)


def row(value: str, starts_on: date, ends_on: date | None = None) -> PolicyValue:
    return PolicyValue(
        parameter="amount", value=value, starts_on=starts_on, ends_on=ends_on, document="川人社发〔2026〕1号"
    )


OLD, NEW = row("1000.00", date(2020, 1, 1)), row("1200.00", DAY)


@pytest.mark.parametrize(
    ("rows", "value", "origin", "shipped"),
    [
        ([], "1000.00", None, True),
        ([], "1200.00", None, False),
        ([OLD], "1000.00", OLD, False),
        ([NEW, OLD], "1200.00", NEW, False),
        ([NEW, OLD], "1000.00", None, False),
        ([row("1200.00", date(2026, 3, 2)), OLD], "1000.00", OLD, False),
        ([row("1200.00", OLD.starts_on, date(2026, 2, 28))], "1000.00", None, True),
    ],
)
def test_a_frozen_value_names_the_row_that_it_came_from(rows, value, origin, shipped):
    (found,) = PROGRAMME.policy.frozen(rows, DAY, {"amount": value})
    assert (found.value, found.row, found.shipped) == (value, origin, shipped)
    assert found.title == PROGRAMME.policy.parameters["amount"].title
