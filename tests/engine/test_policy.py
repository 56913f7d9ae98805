"""What a claim's page says of each frozen value: who gave it from which day on, or that it shipped, or that it has been changed."""

from __future__ import annotations

from datetime import date

import pytest

from app.engine.policy_values import PolicyValue
from app.kernel.errors import BadValue
from tests.desk.subsidies import HIRING as PROGRAMME

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


@pytest.mark.parametrize(
    ("parameter", "typed", "stored"),
    [
        ("amount", "1000", "1000.00"),
        ("amount", " １０００．５ ", "1000.50"),
        ("amount", "0.05", "0.05"),
        ("least_contract_months", "０12", "12"),
        ("window_from", "2026/3/1", "2026-03-01"),
        ("window_to", "", None),
    ],
)
def test_a_value_is_stored_in_the_one_form_of_its_unit(parameter, typed, stored):
    assert PROGRAMME.policy.parameters[parameter].canonical(typed) == stored


@pytest.mark.parametrize(
    ("parameter", "typed"),
    [
        ("amount", "30.005"), ("amount", "1,000"), ("amount", "1e3"), ("amount", "+5"), ("amount", "-1"),
        ("amount", "1_000"), ("amount", "100元"), ("amount", ""), ("least_contract_months", "12.0"),
        ("least_contract_months", "1_2"), ("window_from", "昨天"),
    ],
)  # fmt: skip
def test_what_the_unit_cannot_hold_is_refused(parameter, typed):
    with pytest.raises(BadValue):
        PROGRAMME.policy.parameters[parameter].canonical(typed)


def test_a_frozen_text_that_is_written_otherwise_is_the_same_value():
    (found,) = PROGRAMME.policy.frozen([row("1200", DAY)], DAY, {"amount": "1200.00"})
    assert found.row is not None
    (found,) = PROGRAMME.policy.frozen([], DAY, {"amount": "1000"})
    assert found.shipped


def spans(*rows: PolicyValue) -> list[tuple[str, str, str]]:
    line = PROGRAMME.policy.timeline(rows, "amount")
    assert (line[0].first, line[-1].last) == (date.min, date.max)
    assert all(
        one.last.toordinal() + 1 == other.first.toordinal()
        for one, other in zip(line, line[1:], strict=False)
    )
    return [(str(s.first), str(s.value), "row" if s.row else "default") for s in line]


def test_the_time_line_says_what_wins_when():
    """The one that starts last wins; where it ends, the former goes on, and where none holds, the default."""
    assert spans() == [("0001-01-01", "1000.00", "default")]
    short = row("1500.00", date(2026, 6, 1), date(2026, 6, 30))
    ended = row("800.00", date(2026, 1, 1), date(2026, 12, 31))
    assert spans(short, ended) == [
        ("0001-01-01", "1000.00", "default"),
        ("2026-01-01", "800.00", "row"),
        ("2026-06-01", "1500.00", "row"),
        ("2026-07-01", "800.00", "row"),
        ("2027-01-01", "1000.00", "default"),
    ]


def test_a_row_that_cuts_another_in_two_is_known():
    short = row("1500.00", date(2026, 6, 1), date(2026, 6, 30))
    assert PROGRAMME.policy.split_by([OLD], short) is OLD
    assert PROGRAMME.policy.split_by([OLD, NEW], short) is NEW
    assert PROGRAMME.policy.split_by([], short) is None
    assert PROGRAMME.policy.split_by([OLD], NEW) is None
    assert PROGRAMME.policy.split_by([OLD, row("900.00", date(2026, 7, 1))], short) is None
