"""TR-01 … TR-05 as truth tables: each line is a class with one student, all of them submitted in one batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import pytest
from sqlalchemy import select, text

from app.engine.casework.batch import BatchRow
from app.engine.scope import seeing
from app.programmes.training.classes import editing
from app.programmes.training.model import TrainingClass
from tests.desk import province, school
from tests.desk.completion import give_results
from tests.desk.school import OCTOBER, YEAR, act, advance, open_class

PASS, FAIL, UNKNOWN = "pass", "fail", "unknown"
BARE = "510106"
EARLY, RECENT = "510107", "510108"


@dataclass(frozen=True)
class Line:
    """One class; `paid` are months under its own employer, whose region's register covers every month unless said."""

    label: str
    verdict: str
    why: str
    opens: str = "2026-10-12"
    closes: str = "2026-11-06"
    stop: tuple[str, str] = ("2026-10-01", "2026-11-30")
    scale: str = "small"
    region: str = province.JINJIANG
    paid: Sequence[str] = ("2026-10",)
    unpaid: Sequence[str] = ()
    elsewhere: Sequence[str] = ()
    others: Sequence[tuple[str, str]] = ()
    policy: Mapping[str, str] = field(default_factory=dict)


def day(typed: str) -> date:
    return date.fromisoformat(typed if len(typed) == 10 else f"{typed}-01")


@pytest.fixture
def judge(session, actors, vault):
    """Submits a table's classes at once: label → {rule: finding}."""
    province.cover(session, province.JINJIANG)
    for region, first, last in ((EARLY, "2015-01-01", "2026-06-30"), (RECENT, "2026-08-01", "2030-12-31")):
        province.cover(session, region)
        session.execute(
            text(
                "UPDATE register_coverage SET first_day = :first, last_day = :last WHERE region_code = :region"
            ),
            {"first": day(first), "last": day(last), "region": region},
        )

    def line(one: Line) -> tuple[int, int]:
        own = school.make_employer(session, one.scale, one.region)
        (person,) = school.make_students(session, vault, 1, [own], [day(m) for m in one.paid])
        school.insure(session, [person], [own], [day(m) for m in one.unpaid], paid=False)
        other = school.make_employer(session)
        school.insure(session, [person], [other], [day(m) for m in one.elsewhere])
        for opens, closes in one.others:
            firm = school.make_employer(session)
            school.insure(session, [person], [firm], [day(opens).replace(day=1)])
            dates = {"opens_on": day(opens), "closes_on": day(closes)}
            held = open_class(session, actors["clerk"], firm, [person], **(YEAR | dates))
            session.commit()
            advance(session, actors, held, "submit_class")
        dates = {"opens_on": day(one.opens), "closes_on": day(one.closes)}
        stop = dict(zip(("stop_from", "stop_to"), map(day, one.stop), strict=True))
        if not (one.paid or one.unpaid):
            school.insure(session, [person], [own], [date(2025, 1, 1)])
        return open_class(
            session, actors["clerk"], own, [person] if one.paid else [], **dates, **stop
        ), person

    def enrol(held: int, person: int) -> None:
        """Who was never paid is enrolled directly: the counter would not offer such a person."""
        if person not in school.students(session, held):
            row = session.get(TrainingClass, held)
            session.add(
                school.Enrolment(class_id=held, office_id=row.office_id, person_id=person, student_no=1)
            )

    def table(lines: Sequence[Line]) -> dict[str, dict[str, dict]]:
        made = {one.label: line(one) for one in lines}
        assert len(made) == len(lines)
        for held, person in made.values():
            enrol(held, person)
        session.commit()
        act(session, actors["clerk"], "submit_class", [held for held, _ in made.values()])
        return {label: school.findings(session, *pair) for label, pair in made.items()}

    return table


def check(judge, code: str, lines: Sequence[Line]) -> dict[str, dict]:
    found = {label: findings[code] for label, findings in judge(lines).items()}
    said = {label: (f["verdict"], f["evidence"]["why"]) for label, f in found.items()}
    assert said == {one.label: (one.verdict, one.why) for one in lines}
    return found


def test_tr_02_not_more_often_than_the_limit(judge):
    months = [("2026-01-05", "2026-01-09"), ("2026-02-02", "2026-02-06"), ("2026-03-02", "2026-03-06")]
    found = check(
        judge,
        "TR-02",
        [
            Line("none", PASS, "few"),
            Line("two", PASS, "few", others=months[:2]),
            Line("three", FAIL, "many", others=months),
        ],
    )
    assert [found[label]["evidence"]["count"] for label in ("none", "two", "three")] == [0, 2, 3]
    assert "已参加3次其他培训，每人最多3次" in sentence(found["three"])


def test_tr_03_both_ends_of_the_dates_are_in_class(judge):
    found = check(
        judge,
        "TR-03",
        [
            Line("free", PASS, "free"),
            Line("ends the day before", PASS, "free", others=[("2026-09-01", "2026-10-11")]),
            Line("ends on the first day", FAIL, "busy", others=[("2026-09-01", "2026-10-12")]),
            Line("begins on the last day", FAIL, "busy", others=[("2026-11-06", "2026-11-20")]),
            Line("begins the day after", PASS, "free", others=[("2026-11-07", "2026-11-20")]),
            Line("one day within", FAIL, "busy", others=[("2026-10-20", "2026-10-20")]),
            Line("around", FAIL, "busy", others=[("2026-09-01", "2026-11-20")]),
        ],
    )
    assert "此人在2026-09-01至2026-10-12参加其他培训" in sentence(found["ends on the first day"])


def test_tr_04_a_paid_month_lately_under_this_employer(judge):
    old = {"paid": (), "unpaid": ()}
    found = check(
        judge,
        "TR-04",
        [
            Line("the opening month", PASS, "insured", paid=["2026-10"]),
            Line("one before", PASS, "insured", paid=["2026-09"]),
            Line("two before", PASS, "insured", paid=["2026-08"]),
            Line("three before", PASS, "insured", paid=["2026-07"]),
            Line("four before", FAIL, "stranger", paid=["2026-06"]),
            Line("the month after", FAIL, "stranger", paid=["2026-11"]),
            Line("unpaid", FAIL, "stranger", **old | {"unpaid": ["2026-10", "2026-09"]}),
            Line("another employer", FAIL, "stranger", **old | {"elsewhere": ["2026-10"]}),
            Line("register never loaded", UNKNOWN, "stranger", region=BARE, paid=()),
            Line("never loaded but paid", PASS, "insured", region=BARE),
            Line("loaded until June", UNKNOWN, "stranger", region=EARLY, paid=()),
            Line("loaded from August on", UNKNOWN, "stranger", region=RECENT, paid=()),
            Line("loaded from August on, August paid", PASS, "insured", region=RECENT, paid=["2026-08"]),
        ],
    )
    assert found["two before"]["evidence"]["latest"] == "2026-08"
    assert "2026-07至2026-10在" in sentence(found["four before"])
    never = sentence(found["register never loaded"])
    assert "登记库未加载" in never
    assert "2026-07" in never


def test_tr_05_enterprise_policy_window_and_stop_work(judge):
    early = {"stop": ("2019-01-01", "2026-12-31"), "paid": ["2020-01"]}
    found = check(
        judge,
        "TR-05",
        [
            Line("micro", PASS, "fits", scale="micro"),
            Line("medium", PASS, "fits", scale="medium"),
            Line("large", FAIL, "large", scale="large"),
            Line("first day of the window", PASS, "fits", "2020-01-23", "2020-02-20", **early),
            Line("a day before the window", FAIL, "window", "2020-01-22", "2020-02-20", **early),
            Line("fills the stop-work period", PASS, "fits", stop=("2026-10-12", "2026-11-06")),
            Line("opens before the stop", FAIL, "at_work", stop=("2026-10-13", "2026-11-06")),
            Line("closes after the stop", FAIL, "at_work", stop=("2026-10-12", "2026-11-05")),
        ],
    )
    assert "2026-10-13至2026-11-06" in sentence(found["opens before the stop"])


@pytest.mark.parametrize(("closes", "why"), [("2026-11-06", "fits"), ("2026-11-07", "window")])
def test_tr_05_the_last_day_of_a_window_that_ends(session, judge, closes, why):
    school.set_policy(session, "window_to", "2026-11-06", OCTOBER)
    check(judge, "TR-05", [Line("end", PASS if why == "fits" else FAIL, why, closes=closes)])


def test_tr_04_follows_a_policy_that_asks_for_fewer_months(session, judge):
    school.set_policy(session, "latest_contribution_months", "1", OCTOBER)
    lines = [
        Line("one before", PASS, "insured", paid=["2026-09"]),
        Line("two before", FAIL, "stranger", paid=["2026-08"]),
        Line(
            "opened before the change",
            PASS,
            "insured",
            "2026-09-30",
            "2026-10-10",
            YEAR_TEXT,
            paid=["2026-07"],
        ),
    ]
    check(judge, "TR-04", lines)


YEAR_TEXT = ("2020-01-01", "2026-12-31")


def test_tr_01_a_place_of_the_project_held_by_another_class_fails_a_claim(session, actors, approved):
    """At submission the class itself is told; a claim meets the rule only if the place is no longer the class's."""
    held, _ = approved
    _, claims = school.declare(session, actors["clerk"], held)
    row = session.get(TrainingClass, held)
    clerk = actors["clerk"]
    other = open_class(session, clerk, row.employer_id, project=row.project_id)
    session.execute(
        text("UPDATE class_places SET class_id = :other WHERE class_id = :held"),
        {"other": other, "held": held},
    )
    session.commit()
    said = act(session, clerk, "submit", claims)
    assert all("系统风控校验未通过" in reason for reason in said.values())
    kept = select(BatchRow.findings).where(BatchRow.row_id == claims[0], BatchRow.findings.is_not(None))
    why = {f["rule"]: f["evidence"]["why"] for f in session.scalars(kept).one() if f["verdict"] == "fail"}
    assert why == {"TR-01": "twice"}


@pytest.mark.parametrize("end", ["withdrawn", "rejected", "cancelled", "not_passed"])
def test_a_training_that_came_to_nothing_counts_neither_as_one_nor_as_time(session, actors, firm, vault, end):
    clerk = actors["clerk"]
    (person,) = people = school.make_students(session, vault, 1, [firm])
    held = open_class(session, clerk, firm, [person])
    session.commit()
    if end == "withdrawn":
        advance(session, actors, held, "submit_class", "return_class")
        with seeing(session, clerk.scope):
            student = select(school.Enrolment.id).where(school.Enrolment.class_id == held)
            editing.withdraw_student(session, clerk, session.scalar(student))
        session.commit()
    elif end == "not_passed":
        advance(session, actors, held, "submit_class", "approve_class")
        give_results(session, clerk, held, failed=people)
        advance(session, actors, held, "graduate", "approve_completion")
    else:
        ways = {"rejected": ("reject_class",), "cancelled": ("approve_class", "cancel_class")}
        advance(session, actors, held, "submit_class", *ways[end])
    again = open_class(session, clerk, firm, [person])
    session.commit()
    advance(session, actors, again, "submit_class")
    found = school.findings(session, again, person)
    assert (found["TR-02"]["evidence"]["count"], found["TR-03"]["verdict"]) == (0, PASS)
    assert school.places(session, again) == {person: 1}


def sentence(finding: dict) -> str:
    rule = school.PROGRAMME.rule(finding["rule"])
    return str(rule.explain(finding["verdict"], finding["evidence"]))
