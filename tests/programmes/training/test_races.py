"""Clerks at the same moment, each on a connection of their own: no race gets past places and numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from re import fullmatch

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.engine.scope import seeing
from app.programmes.training.classes import editing
from app.programmes.training.model import StudentPlace, TrainingClass
from app.registers.models import Employer
from tests.desk import province, school
from tests.desk.races import at_once
from tests.desk.school import DATES, DETAILS, YEAR, open_class

THREADS, EACH = 8, 25
ROUNDS = 5


def submitting(actor, batch_id: str) -> Callable[[Session], int]:
    return lambda session: school.run(session, actor, batch_id).moved


def submit_at_once(session: Session, *pairs) -> list[int]:
    """Each (clerk, class) on its own connection; how many classes each moved."""
    batches = [(clerk, school.prepare(session, clerk, "submit_class", [held])) for clerk, held in pairs]
    session.commit()
    return at_once(*(submitting(*one) for one in batches))


def other_office(session: Session) -> int:
    province.cover(session, province.QINGYANG)
    return school.make_employer(session, region=province.QINGYANG)


def test_one_person_in_two_overlapping_classes_stays_in_exactly_one(session, actors, firm, vault):
    second = other_office(session)
    for _ in range(ROUNDS):
        shared = school.make_students(session, vault, 1, [firm, second])
        own, theirs = (school.make_students(session, vault, 1, [employer]) for employer in (firm, second))
        one = open_class(session, actors["clerk"], firm, [*shared, *own])
        two = open_class(session, actors["clerk_b"], second, [*theirs, *shared])
        assert submit_at_once(session, (actors["clerk"], one), (actors["clerk_b"], two)) == [1, 1]
        said = [school.students(session, held)[shared[0]] for held in (one, two)]
        assert sorted(said) == ["enrolled", "stopped"]
        assert [len(school.places(session, held)) for held in (one, two)] == [
            2 if state == "enrolled" else 1 for state in said
        ]


def test_who_loses_the_only_student_stays_a_draft_and_holds_no_project(session, actors, firm, vault):
    second = other_office(session)
    for _ in range(ROUNDS):
        shared = school.make_students(session, vault, 1, [firm, second])
        pairs = [
            (actors[clerk], open_class(session, actors[clerk], employer, shared))
            for clerk, employer in (("clerk", firm), ("clerk_b", second))
        ]
        moved = submit_at_once(session, *pairs)
        assert sorted(moved) == [0, 1]
        for count, (_, held) in zip(moved, pairs, strict=True):
            row = session.get(TrainingClass, held)
            assert row.state == ("submitted" if count else "draft")
            assert school.holder(session, row.employer_id, row.project_id) == (held if count else None)


def test_two_free_places_at_the_same_moment_are_both_had(session, actors, firm, vault):
    second = other_office(session)
    october = {"opens_on": date(2026, 10, 5), "closes_on": date(2026, 10, 16)}
    november = {"opens_on": date(2026, 11, 2), "closes_on": date(2026, 11, 13)}
    for _ in range(ROUNDS):
        shared = school.make_students(session, vault, 20, [firm, second])
        one = open_class(session, actors["clerk"], firm, shared, **october)
        two = open_class(session, actors["clerk_b"], second, shared[::-1], **november)
        assert submit_at_once(session, (actors["clerk"], one), (actors["clerk_b"], two)) == [1, 1]
        for held in (one, two):
            assert set(school.places(session, held)) == set(shared)


def test_five_clerks_at_once_give_a_person_three_trainings_and_wait_for_nobody_for_ever(
    session, actors, firm, vault
):
    shared = school.make_students(session, vault, 10, [firm], [date(2026, m, 1) for m in (5, 6, 7, 8, 9)])
    held = [
        open_class(
            session,
            actors["clerk"],
            firm,
            shared,
            **(YEAR | {"opens_on": date(2026, month, 4), "closes_on": date(2026, month, 20)}),
        )
        for month in (5, 6, 7, 8, 9)
    ]
    moved = submit_at_once(session, *((actors["clerk"], one) for one in held))
    assert all(count in (0, 1) for count in moved)
    counted = session.execute(
        select(StudentPlace.person_id, func.count(), func.max(StudentPlace.slot_no)).group_by(
            StudentPlace.person_id
        )
    ).all()
    assert sorted(tuple(row) for row in counted) == [(person, 3, 3) for person in sorted(shared)]


def test_two_classes_of_one_employer_and_project_at_once_one_wins(session, actors, firm, vault):
    for _ in range(ROUNDS):
        project = school.make_project(session)
        made = [
            open_class(
                session,
                actors[clerk],
                firm,
                school.make_students(session, vault, 1, [firm]),
                project=project,
            )
            for clerk in ("clerk", "both")
        ]
        moved = submit_at_once(session, *zip((actors["clerk"], actors["both"]), made, strict=True))
        assert sorted(moved) == [0, 1]
        assert school.holder(session, firm, project) == made[moved.index(1)]
        assert school.places(session, made[moved.index(0)]) == {}


def test_two_hundred_classes_opened_at_once_have_two_hundred_numbers(session, actors, firm):
    clerk, project = actors["clerk"], school.make_project(session)
    session.commit()
    values = {**DATES, **DETAILS, "project_id": project, "opens_on": date(2026, 3, 1)}

    def opening(own: Session) -> list[str]:
        numbers = []
        with seeing(own, clerk.scope):
            employer = own.get(Employer, firm)
            for _ in range(EACH):
                numbers.append(
                    editing.open_class(own, clerk, employer, values, school.VAULT, school.TODAY).cohort_no
                )
                own.commit()
        return numbers

    found = [number for numbers in at_once(*[opening] * THREADS) for number in numbers]
    assert sorted(found) == [f"510104-20260301-{n:03d}" for n in range(1, THREADS * EACH + 1)]
    stored = session.scalars(select(TrainingClass.cohort_no)).all()
    assert sorted(stored) == sorted(found)
    assert all(fullmatch(r"\d{6}-\d{8}-\d{3}", number) for number in found)


def test_a_declaration_at_once_with_the_cancellation_leaves_one_of_them(session, actors, approved):
    held, _ = approved
    clerk, both = actors["clerk"], actors["both"]
    cancelling = school.prepare(session, both, "cancel_class", [held])
    session.commit()

    def declare(own: Session) -> int:
        return len(school.declare(own, clerk, held)[1])

    def cancel(own: Session) -> int:
        return school.run(own, both, cancelling, reason="停办").moved

    declared, cancelled = at_once(declare, cancel)
    assert (declared, cancelled) in [(3, 0), ("班级当前状态不能这样修改。请刷新页面查看当前状态。", 1)]
    assert school.state(session, held) == ("cancelled" if cancelled else "approved")


def test_two_declarations_at_once_declare_each_student_once(session, actors, approved):
    held, people = approved
    clerks = [actors["clerk"], actors["both"]]
    session.commit()
    answers = at_once(
        *[lambda own, clerk=clerk: len(school.declare(own, clerk, held)[1]) for clerk in clerks]
    )
    assert sorted(answers, key=str) == [
        len(people),
        "本班没有未申报的学员。已申报的请在查询页查看；结业不合格的不能申报。",
    ]
