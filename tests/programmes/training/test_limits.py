"""How many trainings a person may have (TR-02), and what a limit that a policy officer raises from a date changes."""

from datetime import date

import pytest

from tests.desk import school
from tests.desk.school import YEAR, act, advance, open_class

MONTHS = [date(2026, month, 1) for month in range(4, 11)]
RAISED_FROM = date(2026, 9, 1)


@pytest.fixture
def attend(session, actors, firm, vault):
    """Opens a class of the one person in a month and submits it: (class, what was said)."""
    (person,) = school.make_students(session, vault, 1, [firm], MONTHS)

    def make(month: int) -> tuple[int, str | None]:
        dates = {"opens_on": date(2026, month, 1), "closes_on": date(2026, month, 20)}
        held = open_class(session, actors["clerk"], firm, [person], **(YEAR | dates))
        session.commit()
        return held, act(session, actors["clerk"], "submit_class", [held])[held]

    make.person = person
    return make


def counted(session, held: int, person: int) -> tuple[str, int, int]:
    finding = school.findings(session, held, person)["TR-02"]
    return finding["verdict"], finding["evidence"]["count"], finding["evidence"]["most"]


def test_a_fourth_training_is_refused_until_one_of_the_three_comes_to_nothing(session, actors, attend):
    first, *_ = [attend(month)[0] for month in (4, 5, 6)]
    fourth, said = attend(7)
    assert said.startswith("没有可以参加培训的学员")
    assert counted(session, fourth, attend.person) == ("fail", 3, 3)
    advance(session, actors, first, "reject_class")
    advance(session, actors, fourth, "submit_class")
    assert counted(session, fourth, attend.person) == ("pass", 2, 3)
    assert school.places(session, fourth) == {attend.person: 1}


def test_a_limit_raised_from_a_date_lets_the_next_class_pass_and_leaves_the_earlier_as_they_were(
    session, actors, attend
):
    three = [attend(month)[0] for month in (4, 5, 6)]
    refused, said = attend(7)
    assert said is not None
    advance(session, actors, three[0], "approve_class")
    application, claims = school.declare(session, actors["clerk"], three[0])
    assert act(session, actors["clerk"], "submit", claims) == dict.fromkeys(claims)
    school.set_policy(session, "trainings", "4", RAISED_FROM)

    later, said = attend(9)
    assert said is None
    assert counted(session, later, attend.person) == ("pass", 3, 4)
    assert act(session, actors["clerk"], "submit_class", [refused])[refused] is not None
    assert counted(session, refused, attend.person) == ("fail", 4, 3)
    _, said = attend(10)
    assert said is not None

    assert act(session, actors["reviewer"], "approve", claims) == dict.fromkeys(claims)
    advance(session, actors, three[1], "approve_class")
    advance(session, actors, later, "approve_class")
    assert counted(session, three[1], attend.person)[0] == "pass"
    assert counted(session, later, attend.person) == ("pass", 3, 4)


def test_a_limit_lowered_from_a_date_leaves_the_earlier_as_they_were(session, actors, attend):
    school.set_policy(session, "trainings", "1", RAISED_FROM)
    first, second = (attend(month)[0] for month in (4, 5))
    late, said = attend(9)
    assert said is not None
    assert counted(session, late, attend.person) == ("fail", 2, 1)
    advance(session, actors, second, "approve_class")


def test_a_training_before_the_window_of_a_later_policy_does_not_count_in_it(session, actors, attend):
    school.set_policy(session, "window_from", "2026-09-01", RAISED_FROM)
    for month in (4, 5, 6):
        assert attend(month)[1] is None
    held, said = attend(9)
    assert said is None
    assert counted(session, held, attend.person) == ("pass", 0, 3)


@pytest.mark.parametrize(
    ("parameter", "value"), [("trainings", "1"), ("window_to", "2026-05-31"), ("window_from", "2026-12-01")]
)
def test_a_place_that_was_approved_is_kept_whatever_limit_or_window_comes_later(
    session, actors, attend, parameter, value
):
    """Declared, approved and paid; only a new place meets the new value."""
    april, may, june = (attend(month)[0] for month in (4, 5, 6))
    advance(session, actors, june, "approve_class")
    school.set_policy(session, parameter, value, date(2026, 1, 1))
    if parameter != "window_to":
        _, said = attend(7)
        assert said is not None
    _, claims = school.declare(session, actors["clerk"], june)
    for name, move in (("clerk", "submit"), ("reviewer", "approve")):
        assert act(session, actors[name], move, claims) == dict.fromkeys(claims), move
    if parameter != "window_to":
        assert act(session, actors["reviewer"], "approve_class", [may])[may] is not None


def test_another_offices_class_is_not_described(session, actors, attend, vault):
    """That it overlaps, that the employer has one: yes; its days and its number are its office's."""
    firm = school.make_employer(session)
    project = school.make_project(session)
    school.insure(session, [attend.person], [firm], MONTHS)
    dates = {"opens_on": date(2026, 4, 6), "closes_on": date(2026, 4, 30), **YEAR}
    theirs = open_class(session, actors["clerk_b"], firm, [attend.person], project=project, **dates)
    session.commit()
    assert act(session, actors["clerk_b"], "submit_class", [theirs]) == {theirs: None}
    held, said = attend(4)
    assert said is not None
    finding = school.findings(session, held, attend.person)["TR-03"]
    assert finding["evidence"] == {"why": "elsewhere", "opens_on": "2026-04-01", "closes_on": "2026-04-20"}

    (other,) = school.make_students(session, vault, 1, [firm], MONTHS)
    dates = {"opens_on": date(2026, 8, 3), "closes_on": date(2026, 8, 28), **YEAR}
    same = open_class(session, actors["clerk"], firm, [other], project=project, **dates)
    session.commit()
    assert "同一培训项目" in act(session, actors["clerk"], "submit_class", [same])[same]
    assert "510105" not in str(school.findings(session, same, other))
