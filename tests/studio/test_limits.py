"""Limits of a definition: what a person has elsewhere counts, in any office; whatever races, no limit is passed."""

from __future__ import annotations

from datetime import date

import pytest
from flask import current_app
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.demo.identities import Resident
from app.engine.cases.claims import Claim
from app.kernel.identifiers import citizen_id
from tests.bench import registers
from tests.desk import parted, province
from tests.desk.parted import Desk, number
from tests.desk.races import at_once

AT_MOST = {"code": "L-01", "rule": "at_most", "with": {"most": "most"}}
APART = {"code": "L-02", "rule": "not_together", "with": {"programmes": ["second_bonus"]}}
ROUNDS, CROWD = 3, 15


@pytest.fixture
def firms(session):
    return province.make_employers(session)


@pytest.fixture
def desk_of(session, actors, firms):
    """Makes the desk of a definition (`parted.data`)."""

    def make(period: str, *limits: dict, **more) -> Desk:
        return Desk(session, actors, firms, parted.data(period, limits, **more))

    return make


def months(first: str, count: int) -> list[str]:
    start = number(first)
    return [f"{n // 12}-{n % 12 + 1:02}" for n in range(start, start + count)]


def of(person: dict, *parts: str) -> list[dict]:
    return [person | {"month": part} for part in parts]


def submit(desk: Desk, rows: list[dict], clerk: str = "clerk") -> int:
    """An application whose rows all pass and are handed in."""
    application, report = desk.check(rows, clerk)
    assert report.failed == 0, desk.failed(application)
    assert not any(desk.act("submit", application, clerk).values())
    return application


def test_months_count_wherever_they_were_had_and_the_rest_of_a_sheet_goes_on(session, desk_of):
    desk = desk_of("months", AT_MOST, most=("months", 3))
    one, other = parted.people(session, 2)
    submit(desk, of(one, "2026-01", "2026-02"), "clerk_b")
    application, report = desk.check([*of(one, *months("2026-03", 3)), *of(other, *months("2026-01", 4))])
    assert (report.passed, report.failed) == (4, 3)
    assert desk.failed(application) == {
        (2, number("2026-04")): [
            "L-01 此人另有3个月（2026-01～2026-03），连同这个月超过3个月，不能再享受。请从名单中移除这一条。"
        ],
        (3, number("2026-05")): [
            "L-01 此人另有3个月（2026-01～2026-03），连同这个月超过3个月，不能再享受。请从名单中移除这一条。"
        ],
        (7, number("2026-04")): [
            "L-01 此人另有3个月（2026-01～2026-03），连同这个月超过3个月，不能再享受。请从名单中移除这一条。"
        ],
    }
    assert not any(desk.act("submit", application).values())
    reviewed = desk.act("approve", application, "reviewer", opinion="同意")
    assert not any(reviewed.values()), "what is counted already isn't counted twice"


def test_a_row_that_another_rule_stops_takes_nobodys_place(session, desk_of):
    desk = desk_of("months", AT_MOST, most=("times", 2))
    (person,) = parted.people(session, 1)
    submit(desk, of(person, "2026-01"), "clerk_b")
    application, report = desk.check(of(person, "2026-01", "2026-02"))
    assert (report.passed, report.failed) == (1, 1)
    assert desk.claims(application) == [(person["name"], number("2026-02"), "draft")]


def test_drafts_hold_nothing_back_and_the_second_to_submit_is_told(session, desk_of):
    desk = desk_of("months", AT_MOST, most=("months", 2))
    (person,) = parted.people(session, 1)
    (one, _), (two, _) = (
        desk.check(of(person, *some), clerk)
        for some, clerk in ((("2026-01", "2026-02"), "clerk"), (("2026-02", "2026-03"), "clerk_b"))
    )
    assert not any(desk.act("submit", one).values())
    said = [" ".join(reasons) for reasons in desk.act("submit", two, "clerk_b").values()]
    assert "C-04" in said[0] and "L-01" in said[1]
    assert not any(desk.act("withdraw", one, reason="录错").values())
    assert not any(desk.act("submit", two, "clerk_b").values()), "what is withdrawn counts no more"


def test_only_what_lies_in_the_window_counts(session, desk_of):
    within = {**AT_MOST, "with": {"most": "most", "first": "from_day", "last": "to_day"}}
    desk = desk_of(
        "months", within, most=("times", 1), from_day=("date", "2026-02-01"), to_day=("date", "2026-03-31")
    )
    (person,) = parted.people(session, 1)
    application, _ = desk.check(of(person, "2026-01", "2026-02", "2026-03", "2026-04"))
    assert list(desk.failed(application)) == [(3, number("2026-03"))]


def test_a_total_of_a_field_is_held(session, desk_of):
    limit = {"code": "L-01", "rule": "total_at_most", "with": {"field": "skill_hours", "most": "most"}}
    desk = desk_of("any", limit, most=("times", 100))
    (person,) = parted.people(session, 1)
    submit(desk, [person | {"skill_hours": "70"}], "clerk_b")
    application, _ = desk.check([person | {"skill_hours": "31"}])
    assert desk.failed(application)[1, 1] == [
        "L-01 此人其他1次的培训课时合计70，这一次31，超过100，不能享受。请核对培训课时，或移除这一条。"
    ]
    submit(desk, [person | {"skill_hours": "30"}])


def test_two_claims_are_some_months_apart(session, desk_of):
    limit = {"code": "L-01", "rule": "once_in_months", "with": {"months": "apart", "day": "contract_start"}}
    desk = desk_of("any", limit, apart=("months", 12))
    (person,) = parted.people(session, 1)
    submit(desk, [person | {"contract_start": "2026-01-31"}], "clerk_b")
    for day, passes in (
        ("2025-01-31", True),
        ("2025-02-01", False),
        ("2027-01-30", False),
        ("2027-01-31", True),
    ):
        _, report = desk.check([person | {"contract_start": day}])
        assert report.passed == passes, day


def test_spans_of_one_person_do_not_overlap(session, desk_of):
    limit = {
        "code": "L-01",
        "rule": "spans_apart",
        "with": {"since": "contract_start", "until": "contract_end"},
    }
    desk = desk_of("any", limit)
    (person,) = parted.people(session, 1)
    submit(desk, [person | {"contract_start": "2026-01-01", "contract_end": "2026-06-30"}], "clerk_b")
    spans = [
        ("2026-06-30", "2026-12-31", False),
        ("2026-07-01", "无固定期限", True),
        ("2025-01-01", "2025-12-31", True),
        ("2025-01-01", "无固定期限", False),
    ]
    for since, until, passes in spans:
        application, report = desk.check([person | {"contract_start": since, "contract_end": until}])
        assert report.passed == passes, (since, desk.failed(application))


def test_two_programmes_exclude_each_other_by_person_or_by_month(session, desk_of):
    first = desk_of("months", {**APART, "with": {"programmes": ["second_bonus"], "by_month": True}})
    second = desk_of("months", code="second_bonus")
    (person,) = parted.people(session, 1)
    submit(second, of(person, "2026-03"), "clerk_b")
    application, report = first.check(of(person, "2026-03", "2026-04"))
    assert (report.passed, report.failed) == (1, 1)
    (finding,) = (one for one in stored(session, application) if one["rule"] == "L-02")
    assert finding["evidence"] == {"why": "other_part", "programme": "second_bonus", "period": "2026-03"}
    whole = desk_of("months", APART)
    assert whole.check(of(person, "2026-04"))[1].failed == 1


def stored(session: Session, application: int) -> list[dict]:
    rows = text("SELECT findings FROM failed_rows WHERE application_id = :id")
    return [one for found in session.scalars(rows, {"id": application}) for one in found]


RETIRING = {
    "code": "L-01",
    "rule": "months_or_retirement",
    "with": {"most": "most", "near": "near", "women_at_55": False},
}


def test_thirty_six_months_or_until_retirement(session, actors, desk_of):
    """A man born in June 1967 retires at 60 and 8 months, on 15 February 2028: at first approval less than 5 years before."""
    desk = desk_of("months", RETIRING, most=("months", 2), near=("months", 60))
    near, young = (aged(session, born) for born in (date(1967, 6, 15), date(1990, 1, 1)))
    for person, fails in ((near, {"2028-03"}), (young, {"2026-03", "2028-02", "2028-03"})):
        application, _ = desk.check(of(person, "2026-01", "2026-02", "2026-03", "2028-02", "2028-03"))
        failed = desk.failed(application)
        assert {part for _, part in failed} == {number(month) for month in fails}, failed
        said = "达到法定退休年龄" if person is near else "此人另有2个月（2026-01～2026-02）"
        assert said in failed[5, number("2028-03")][0]


def aged(session: Session, born: date) -> dict:
    first17 = f"510104{born:%Y%m%d}{born.year % 100:02}1"
    whole = first17 + citizen_id.check_digit(first17)
    resident = Resident(whole, f"人员{born.year}", "", province.JINJIANG)
    registers.add_persons(session, current_app.extensions["vault"], [resident])
    return {
        "name": resident.name,
        "citizen_id": whole,
        "contract_start": "2026-01-01",
        "skill_hours": "40",
    }


def racing(desk: Desk, application: int, clerk: str):
    prepared = desk.prepare("submit", application, clerk)
    return prepared, lambda session: desk.run(session, prepared, clerk).moved


def race(session: Session, *entries: tuple[Desk, int, str]) -> tuple[list[int], list[str]]:
    """Submit applications at once: how many lines of each went, and what the others were told."""
    batches = [racing(*entry) for entry in entries]
    moved = at_once(*(deed for _, deed in batches))
    session.expire_all()
    said = [
        " ".join(reasons)
        for (desk, *_), (prepared, _) in zip(entries, batches, strict=True)
        for reasons in desk.reasons(prepared).values()
        if reasons
    ]
    return moved, said


def test_two_offices_and_two_months_against_a_count(session, desk_of):
    desk = desk_of("months", AT_MOST, most=("months", 1))
    for seed in range(ROUNDS):
        people = parted.people(session, CROWD, seed)
        one, _ = desk.check([row for person in people for row in of(person, "2026-01")])
        two, _ = desk.check([row for person in people[::-1] for row in of(person, "2026-02")], "clerk_b")
        moved, said = race(session, (desk, one, "clerk"), (desk, two, "clerk_b"))
        assert sum(moved) == CROWD and len(said) == CROWD
        assert all("L-01 此人另有1个月" in reason for reason in said)
        assert each_has_one(session, one, two)


def test_two_programmes_that_exclude_each_other(session, desk_of):
    first = desk_of("once", APART)
    second = desk_of("once", {**APART, "with": {"programmes": ["skills_bonus"]}}, code="second_bonus")
    for seed in range(ROUNDS):
        people = parted.people(session, CROWD, seed)
        one, _ = first.check(people)
        two, _ = second.check(people[::-1], "clerk_b")
        moved, said = race(session, (first, one, "clerk"), (second, two, "clerk_b"))
        assert sum(moved) == CROWD and len(said) == CROWD
        assert all("L-02 此人已申请或享受" in reason for reason in said)
        assert each_has_one(session, one, two)


def test_four_clerks_at_once_neither_pass_a_total_nor_wait_for_ever(session, desk_of):
    limit = {"code": "L-01", "rule": "total_at_most", "with": {"field": "skill_hours", "most": "most"}}
    desk = desk_of("any", limit, most=("times", 100))
    people = parted.people(session, CROWD)
    entries = []
    for n, clerk in enumerate(("clerk", "clerk_b", "clerk", "clerk_b")):
        application, _ = desk.check(people[n:] + people[:n], clerk)
        entries.append((desk, application, clerk))
    moved, said = race(session, *entries)
    assert sum(moved) == 2 * CROWD, "twice forty hours each"
    assert len(said) == 2 * CROWD


def each_has_one(session: Session, *applications: int) -> bool:
    live = select(Claim.person_id).where(Claim.application_id.in_(applications), Claim.state == "submitted")
    had = session.scalars(live).all()
    return len(had) == len(set(had)) == CROWD
