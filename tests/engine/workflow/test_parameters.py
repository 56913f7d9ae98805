"""The days and texts that a move asks for: publicity in working days, years not confirmed yet, what must be filled in."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from werkzeug.datastructures import MultiDict

from app.engine.policy_values import PolicyValue
from app.kernel.errors import BadValue
from app.registers.models import CalendarYear
from tests.desk import province
from tests.desk.subsidies import HIRING as PROGRAMME

EARLIEST_ENDS = {
    "a plain week": ("2026-11-23", "2026-11-27"),
    "over a week-end": ("2026-11-25", "2026-12-01"),
    "begun on a Saturday": ("2026-11-28", "2026-12-04"),
    "Spring Festival 2020, begun on a made-up Sunday": ("2020-01-19", "2020-01-23"),
    "Spring Festival 2020 as it was prolonged": ("2020-01-20", "2020-02-03"),
    "National Day 2020 and its made-up Saturday": ("2020-09-30", "2020-10-13"),
    "Spring Festival 2026 and its made-up Saturday": ("2026-02-12", "2026-02-25"),
    "after Spring Festival 2026, over a made-up Saturday": ("2026-02-24", "2026-02-28"),
    "National Day 2026 and its made-up Saturday": ("2026-09-29", "2026-10-10"),
}


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.fixture
def publicize(session, actors, submitted):
    """Publicizes the approved claims for a term; nothing of it stays."""
    _, claims = submitted
    province.act(session, actors["reviewer"], "approve", claims)

    def attempt(start: date, end: date, today: date | None = None) -> int:
        try:
            chosen = province.prepare(session, actors["reviewer"], "publicize", claims)
            return province.run(
                session, actors["reviewer"], chosen, today or start, start=start, end=end
            ).moved
        finally:
            session.rollback()

    return attempt


def test_publicity_counts_working_days_and_names_the_earliest_end(publicize):
    for start, earliest in ((day(a), day(b)) for a, b in EARLIEST_ENDS.values()):
        assert publicize(start, earliest) == 3
        for short in (earliest - timedelta(days=1), start):
            with pytest.raises(BadValue) as refused:
                publicize(start, short)
            assert str(refused.value.message) == (
                f"公示期不足5个工作日（首尾两日都算）。{start}开始的公示，结束日期最早为{earliest}。"
            )


def test_publicity_does_not_begin_in_the_past(publicize):
    with pytest.raises(BadValue) as refused:
        publicize(day("2026-11-22"), day("2026-12-31"), today=day("2026-11-23"))
    assert str(refused.value.message) == (
        "公示开始日期2026-11-22早于今天2026-11-23。请填写今天或以后的日期。"
    )


def test_the_least_days_are_those_in_force_when_publicity_starts(publicize, session):
    parameter = {"programme": PROGRAMME.code, "parameter": "least_publicity_days", "document": "〔2026〕2号"}
    session.add(PolicyValue(**parameter, value="7", starts_on=day("2026-12-01")))
    session.commit()
    assert publicize(day("2026-11-30"), day("2026-12-04")) == 3
    with pytest.raises(BadValue, match="结束日期最早为2026-12-09"):
        publicize(day("2026-12-01"), day("2026-12-08"), today=day("2026-11-23"))


@pytest.mark.parametrize(
    ("start", "earliest"),
    [("2026-12-28", "2027-01-04"), ("2026-12-30", "2027-01-06"), ("2027-02-04", "2027-02-19")],
)
def test_a_publicity_into_a_year_that_nobody_has_confirmed_is_reckoned_cautiously(publicize, start, earliest):
    with pytest.raises(BadValue) as refused:
        publicize(day(start), day(earliest) - timedelta(days=1))
    said = str(refused.value.message)
    assert f"结束日期最早为{earliest}" in said
    assert "2027年的放假安排尚未确认" in said and "省级政策管理员" in said and "放假安排年份" in said
    assert publicize(day(start), day(earliest)) == 3


def test_the_same_days_are_too_short_or_enough_once_the_year_is_confirmed(publicize, session):
    session.add(CalendarYear(year=2027, document="国办发〔2026〕1号", confirmed_on=day("2026-12-01")))
    session.commit()
    with pytest.raises(BadValue) as refused:
        publicize(day("2027-02-04"), day("2027-02-09"))
    assert "结束日期最早为2027-02-10" in str(refused.value.message) and "尚未确认" not in str(
        refused.value.message
    )
    assert publicize(day("2027-02-04"), day("2027-02-10")) == 3


def test_days_whose_festivals_nobody_knows_are_refused(publicize):
    with pytest.raises(BadValue, match="2100年的放假安排尚未确认，该年的节日也无法推算"):
        publicize(day("2099-12-31"), day("2100-12-31"))


@pytest.mark.parametrize("end", ["2026-11-22", "2026-11-27", "2025-11-29"])
def test_reversed_dates_are_called_reversed(publicize, end):
    with pytest.raises(BadValue) as refused:
        publicize(day("2026-11-28"), day(end), today=day("2026-11-23"))
    assert str(refused.value.message) == (
        f"公示结束日期{end}早于公示开始日期2026-11-28，两个日期可能填反了。请核对后重新填写。"
    )


def test_a_refused_parameter_leaves_the_batch_to_be_run_with_a_better_one(session, actors, submitted):
    _, claims = submitted
    reviewer = actors["reviewer"]
    province.act(session, reviewer, "approve", claims)
    chosen = province.prepare(session, reviewer, "publicize", claims)
    session.commit()
    with pytest.raises(BadValue):
        province.run(session, reviewer, chosen, start=province.TODAY, end=province.TODAY)
    session.rollback()
    done = province.run(session, reviewer, chosen, start=province.TODAY, end=day("2026-11-27"))
    assert (done.moved, done.params) == (3, {"start": "2026-11-23", "end": "2026-11-27"})


def test_money_is_not_paid_tomorrow(session, actors, submitted):
    _, claims = submitted
    chosen = province.prepare(session, actors["cashier"], "disburse", claims)
    with pytest.raises(BadValue, match="发放日期2026-11-24晚于今天2026-11-23"):
        province.run(session, actors["cashier"], chosen, paid_on=day("2026-11-24"), voucher_no="PZ-1")


MUST = {
    "reject": {"opinion": "请填写审核意见。"},
    "return": {"opinion": "请填写审核意见。"},
    "withdraw": {"reason": "请填写原因。"},
    "fail_publicity": {"reason": "请填写原因。"},
    "revoke": {"reason": "请填写原因。"},
    "publicize": {"start": "请填写公示开始日期。", "end": "请填写公示结束日期。"},
    "disburse": {"paid_on": "请填写发放日期。", "voucher_no": "请填写凭证号。"},
}


@pytest.mark.parametrize("move", PROGRAMME.transitions)
def test_what_must_be_filled_in(move):
    form = PROGRAMME.transitions[move].form(MultiDict())
    assert form.validate() is (move not in MUST)
    assert form.errors == {field: [sentence] for field, sentence in MUST.get(move, {}).items()}
