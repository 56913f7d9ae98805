"""What is under way today: every state of every programme, some of it due today, overdue or waiting for somebody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from app.demo.history.classes import ClassDocket, Group
from app.demo.history.counter import Counter, Office
from app.demo.history.docket import Case, Docket, Step, step
from app.demo.history.people import Course
from app.demo.history.timeline import Story
from app.demo.identities import Firm, Resident
from app.demo.users import JINJIANG
from app.kernel.dates import add_months, month_start

Plan = tuple[tuple[tuple[int, int], ...], tuple[Step, ...]]
"""How many pass and how many fail in each application, and the steps."""


def _way(submitted: int, *steps: Step) -> tuple[Step, ...]:
    """Return steps that begin with taking in on the day before an application is submitted."""
    taken = submitted + 1
    return (step(taken, "take_in"), step(taken, "bank"), step(submitted, "submit"), *steps)


STALE: Plan = (((3, 1),), (step(46, "take_in"),))
DRAFT: Plan = (((4, 3),), (step(2, "take_in"), step(1, "bank")))
LONG_WAITING: Plan = (((2, 0),), _way(9))
LATE: Plan = (((6, 0), (5, 1)), _way(3, step(3, "add_papers"), step(1, "give_back", count=3)))
MIDDLE: Plan = (
    ((7, 0), (6, 0)),
    _way(
        17, step(15, "approve"), step(12, "publicize", count=4), step(11, "object"),
        step(11, "publicize", count=3, ends_in=0), step(6, "publicize", count=4, ends_in=3),
    ),
)  # fmt: skip
EARLY: Plan = (
    ((8, 0), (7, 0)),
    _way(
        32, step(31, "withdraw", count=1), step(30, "reject", count=1), step(29, "approve"), step(26, "publicize"),
        step(24, "object", count=2), step(22, "decide", outcomes=(True, False)), step(21, "fail"),
        step(18, "pass_on"), step(12, "revoke"), step(6, "make_list", count=8), step(2, "propose"),
        step(1, "pay", count=3),
    ),
)  # fmt: skip
FULL = (STALE, DRAFT, LONG_WAITING, LATE, MIDDLE, EARLY)
"""What the county has that the first login belongs to, of the hiring subsidy."""
SHORT, SHORTEST = (STALE, DRAFT, LATE, MIDDLE), (DRAFT, LATE)
"""What it has of the service subsidy, as the others have of the hiring subsidy; and what these have of the service subsidy."""
LISTED, PAID = 40, 15
"""Working days ago: a list that lay for weeks before it was paid, while somebody's insurance ended."""


def subsidies(counter: Counter, office: Office, code: str) -> Iterator[Story]:
    """Yield the cases of a programme that are under way in an office."""
    hiring, first = code == "hiring_subsidy", office.region == JINJIANG
    plans = (SHORTEST, SHORT, FULL)[hiring + first]
    for number, (sizes, steps) in enumerate(plans):
        day, cases = counter.days.ago(steps[0].ago), []
        for passing, failing in sizes:
            firm = counter.cast.firm(office.region)
            payee = firm if hiring else _payee(counter, office, number)
            cases.append(Case(payee, counter.cast.hires([firm], passing, day, failing)))
        yield Docket(counter, office, code, cases).live(steps)
    if hiring and first:
        yield _checked_after_payment(counter, office, code)


def _checked_after_payment(counter: Counter, office: Office, code: str) -> Story:
    """Return a list of which one person no longer passes when it is paid."""
    cast, days = counter.cast, counter.days
    firm = cast.firm(office.region)
    last = add_months(month_start(days.ago(PAID)), -4)
    hires = [*cast.hires([firm], 2, days.ago(61)), cast.leaver(firm, days.ago(105), last)]
    way = (
        step(58, "approve"), step(55, "publicize"), step(45, "pass_on"), step(LISTED, "make_list"), step(PAID, "pay"),
    )  # fmt: skip
    return Docket(counter, office, code, [Case(firm, hires)]).live(_way(60, *way))


def _payee(counter: Counter, office: Office, number: int) -> Firm | Resident:
    institutions = counter.cast.institutions(office.region)
    return (
        counter.cast.applicant(office.region) if number % 4 == 3 else institutions[number % len(institutions)]
    )


OPENED = (step(3, "open"),)
UNDER_REVIEW = (
    step(9, "open"), step(8, "submit_class"), step(6, "return_class", of=(1,)), step(6, "reject_class", of=(2,)),
    step(6, "approve_class", of=(3, 4, 5)), step(2, "cancel_class", of=(5,)),
)  # fmt: skip
TAUGHT = (
    step(30, "open"), step(29, "submit_class"), step(27, "approve_class"), step(20, "declare", of=(4, 5, 6, 7)),
    step(20, "bank"), step(19, "submit", of=(6, 7)), step(18, "withdraw", count=1), step(17, "give_back", count=1),
    step(17, "reject", count=1), step(16, "approve", of=(6, 7)), step(15, "revoke", state="approved"),
    step(15, "publicize", of=(6,)), step(14, "object", count=2), step(13, "decide", outcomes=(True, False)),
    step(12, "fail"), step(8, "take_results", of=(2, 3, 6)), step(7, "pass_on", of=(6,)), step(7, "graduate", of=(2, 3, 6)),
    step(6, "publicize", count=6, of=(7,), ends_in=2), step(5, "approve_completion", of=(3, 6)),
    step(4, "return_completion", of=(2,)), step(3, "take_results", of=(0,), count=4), step(3, "take_results", of=(1,)),
    step(3, "make_list", count=5), step(2, "submit", of=(5,)), step(1, "graduate", of=(1,)), step(1, "pay", count=2),
)  # fmt: skip
"""Of eight classes: half marked, graduating, sent back, completed; declared: a draft, under review, to be paid, public."""
TAUGHT_TOO = (
    step(30, "open"), step(29, "submit_class"), step(27, "approve_class"), step(20, "declare", of=(2, 3)),
    step(20, "bank"), step(19, "submit", of=(3,)), step(16, "approve", of=(3,)), step(6, "publicize", count=6, of=(3,), ends_in=2),
    step(3, "take_results", of=(0,), count=4), step(3, "take_results", of=(1,)), step(2, "submit", of=(2,)),
    step(1, "graduate", of=(1,)),
)  # fmt: skip
AHEAD, RUNNING = 6, -4
"""Days from today on which a class opens."""
OVER = 22
"""Working days ago, so that it has closed before its results come in, whatever holiday lies between."""
STUDENTS = 9
"""So that the eighth, who doesn't pass, is among them."""


def classes(counter: Counter, office: Office, courses: Iterator[Course]) -> Iterator[Story]:
    """Yield the classes that are under way in an office."""
    ahead, running = (_weekday(counter.days.today + timedelta(days=days)) for days in (AHEAD, RUNNING))
    yield _docket(counter, office, courses, (ahead,)).live(OPENED)
    yield _docket(counter, office, courses, (ahead,) * 4 + (running, ahead)).live(UNDER_REVIEW)
    steps, count = (TAUGHT, 8) if office.region == JINJIANG else (TAUGHT_TOO, 4)
    yield _docket(counter, office, courses, (counter.days.ago(OVER),) * count).live(steps)


def _docket(
    counter: Counter, office: Office, courses: Iterator[Course], opens: Sequence[date]
) -> ClassDocket:
    groups = []
    for opens_on, course in zip(opens, courses, strict=False):
        students = counter.cast.staff(course.firm, STUDENTS, min(opens_on, counter.days.today))
        groups.append(Group(course, students, opens_on))
    return ClassDocket(counter, office, groups)


def _weekday(day: date) -> date:
    return day + timedelta(days=max(0, 7 - day.weekday())) if day.weekday() > 4 else day
