"""The ordinary business of the year: taken in, reviewed, publicized, paid, with what goes wrong now and then."""

from __future__ import annotations

from collections.abc import Iterator

from app.demo.history.classes import ClassDocket, Group
from app.demo.history.counter import Counter, Office
from app.demo.history.days import YEAR
from app.demo.history.docket import Case, Docket, Step, step
from app.demo.history.people import Course
from app.demo.history.timeline import Story
from app.demo.users import JINJIANG, QINGYANG, WUHOU

MONTH = 21
"""Working days of a round."""
STARTS = tuple(range(YEAR, MONTH - 1, -MONTH))
HIRING = {
    JINJIANG: STARTS,
    QINGYANG: (STARTS[1], STARTS[5], STARTS[9], 18),
    WUHOU: (STARTS[3], STARTS[8], 17),
}
SERVICE = {JINJIANG: (*STARTS[::3], 18), QINGYANG: (STARTS[4], 17), WUHOU: (STARTS[7],)}
TRAINING = {JINJIANG: STARTS[1:-2:5], QINGYANG: STARTS[3:4], WUHOU: STARTS[6:7]}
"""County → when its rounds begin, in working days ago; the last ones still wait for a list or for their payment."""
CASES, PEOPLE, GROUPS, STUDENTS = 2, 14, 4, 14


def hiring(counter: Counter, office: Office) -> Iterator[Story]:
    """Yield the year of the hiring subsidy in an office."""
    for turn, start in enumerate(HIRING[office.region]):
        day, cast = counter.days.ago(start), counter.cast
        cases = []
        for each in range(CASES):
            firm = cast.firm(office.region)
            count = max(2, round((PEOPLE + (turn + each) % 4) * counter.days.share(day)))
            cases.append(Case(firm, cast.hires([firm], count, day, failing=(turn + each) % 3)))
        yield Docket(counter, office, "hiring_subsidy", cases).live(_steps(start, turn))


def service(counter: Counter, office: Office) -> Iterator[Story]:
    """Yield the year of the service subsidy: an institution's, every third time a person's."""
    institutions = counter.cast.institutions(office.region)
    for turn, start in enumerate(SERVICE[office.region]):
        day, cast = counter.days.ago(start), counter.cast
        payee = cast.applicant(office.region) if turn % 3 == 2 else institutions[turn % len(institutions)]
        count = max(2, round((PEOPLE + turn % 5) * counter.days.share(day)))
        firms = [cast.firm(office.region) for _ in range(3)]
        cases = [Case(payee, cast.hires(firms, count, day, failing=turn % 2))]
        yield Docket(counter, office, "service_subsidy", cases).live(_steps(start, turn + 1))


def training(counter: Counter, office: Office, courses: Iterator[Course]) -> Iterator[Story]:
    """Yield the classes of the year that are over and paid."""
    for start in TRAINING[office.region]:
        groups = []
        for later, course in zip(range(GROUPS), courses, strict=False):
            opens_on = counter.days.ago(start - 4 - later)
            count = max(4, round(STUDENTS * counter.days.share(opens_on)))
            groups.append(Group(course, counter.cast.staff(course.firm, count, opens_on), opens_on))
        yield ClassDocket(counter, office, groups).live(_class_steps(start))


def _steps(start: int, turn: int) -> list[Step]:
    """Return the way of a round's applications; what goes wrong changes from round to round."""
    steps = [
        step(start, "take_in", of=(0,)), step(start - 1, "take_in", of=(1, 2)), step(start - 2, "mend"),
        step(start - 2, "bank"), step(start - 3, "submit"),
    ]  # fmt: skip
    if turn % 4 == 2:
        steps += [step(start - 4, "withdraw", count=1), step(start - 5, "reject", count=1)]
    if returned := turn % 3 == 1:
        steps += [step(start - 5, "give_back", count=2)]
    steps += [step(start - 5, "approve")]
    if returned:
        steps += [step(start - 6, name) for name in ("correct", "add_papers", "submit")]
        steps += [step(start - 7, "approve")]
    steps += [step(start - 8, "publicize")]
    if turn % 4 == 3:
        steps += [step(start - 10, "object"), step(start - 12, "decide", outcomes=(turn % 8 == 3,))]
        steps += [step(start - 13, "fail")] if turn % 8 == 3 else []
    steps += [step(start - 15, "pass_on")]
    if turn % 5 == 3:
        steps += [step(start - 15, "propose"), step(start - 16, "sign", signs=turn % 2 == 1)]
    if turn % 6 == 5:
        steps += [step(start - 16, "make_list"), step(start - 17, "dissolve")]
    if turn % 5 == 4:
        steps += [step(start - 17, "revoke")]
    return [*steps, step(start - 17, "make_list"), step(start - 18, "pay")]


def _class_steps(start: int) -> list[Step]:
    return [
        step(start, "open"), step(start - 1, "submit_class"), step(start - 3, "approve_class"),
        step(start - 19, "take_results"), step(start - 20, "graduate"), step(start - 22, "approve_completion"),
        step(start - 23, "declare"), step(start - 23, "bank"), step(start - 24, "submit"),
        step(start - 26, "approve"), step(start - 27, "publicize"), step(start - 35, "pass_on"),
        step(start - 36, "make_list"), step(start - 37, "pay"),
    ]  # fmt: skip
