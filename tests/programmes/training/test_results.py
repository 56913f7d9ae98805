"""A roster that says less, otherwise or something contradictory: what is stored stays, or somebody is asked."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.engine.scope import seeing
from app.engine.sheets import parse_row
from app.programmes.training import completion
from app.programmes.training.model import Enrolment
from app.programmes.training.sheet import RESULTS
from tests.desk import school
from tests.desk.completion import give_results, result

WHOLE = {
    "theory_score": "85",
    "practical_score": "90.5",
    "passed": "合格",
    "completed_on": "2026-11-06",
}


@pytest.fixture
def roster(session, vault, approved):
    """Makes the class's roster with cells filled in; one dict for each student, or one for all."""
    held, _ = approved
    lines = [marked.raw for marked in completion.roster(session, vault, held)]

    def filled(*cells: dict[str, str]):
        rows = []
        for n, line in enumerate(lines):
            said = cells[n] if len(cells) > 1 else cells[0]
            typed = {**line, **({"certificate_no": f"ZS-{n}"} | said if said else {})}
            rows.append(parse_row(RESULTS, typed, n + 3, today=school.TODAY))
        return rows

    return filled


@pytest.fixture
def take(session, actors, approved, vault):
    held, _ = approved
    clerk = actors["clerk"]

    def import_rows(rows, answers=None):
        with seeing(session, clerk.scope):
            taken = completion.import_results(session, clerk, held, rows, vault, school.TODAY, answers)
        session.commit()
        return taken

    return import_rows


def stored(session) -> list[Enrolment]:
    session.expire_all()
    return list(session.scalars(select(Enrolment).order_by(Enrolment.student_no)))


def scores(session) -> list:
    return [student.theory_score for student in stored(session)]


def test_a_blank_cell_leaves_what_is_stored(session, roster, take):
    assert take(roster(WHOLE)).changed == 3
    before = [(s.theory_score, s.practical_score, s.passed, s.completed_on) for s in stored(session)]
    taken = take(roster({"certificate_no": "", "theory_score": "", "practical_score": "91"}))
    assert (taken.changed, taken.refused, taken.conflicts) == (3, [], [])
    after = stored(session)
    assert [(s.theory_score, Decimal("90.5"), s.passed, s.completed_on) for s in after] == before
    assert [(s.practical_score, s.certificate_no) for s in after] == [
        (Decimal(91), f"ZS-{n}") for n in range(3)
    ]


def test_a_blank_that_must_be_filled_in_is_refused_where_nothing_is_stored(session, roster, take):
    taken = take(roster({"theory_score": "85"}))
    assert taken.changed == 0
    assert [len(faults) for _, faults in taken.refused] == [2, 2, 2]
    assert scores(session) == [None] * 3


def test_absence_is_said_and_takes_the_score_away(session, roster, take):
    take(roster(WHOLE))
    assert take(roster({"theory_score": "缺考", "passed": "否"})).changed == 3
    assert scores(session) == [None] * 3


@pytest.mark.parametrize(
    ("score", "kept", "notes"),
    [
        ("85.3333333333333", "85.33", 1),
        ("85.335", "85.34", 1),
        ("85.30", "85.30", 0),
        ("85.300", "85.30", 0),
        ("85分", "85.00", 0),
        ("８５．５", "85.50", 0),
    ],
)
def test_a_score_is_kept_with_two_decimals_and_that_is_said(session, roster, take, score, kept, notes):
    taken = take(roster({**WHOLE, "theory_score": score}))
    assert set(scores(session)) == {Decimal(kept)}
    assert ["3个成绩的小数超过两位，已四舍五入保留两位。"][:notes] == [str(note) for note in taken.notes]


@pytest.mark.parametrize("score", ["100.01", "-1", "一百", "85%", "85/100"])
def test_what_is_no_score_is_refused(session, roster, take, score):
    taken = take(roster({**WHOLE, "theory_score": score}))
    assert (taken.changed, len(taken.refused), scores(session)) == (0, 3, [None] * 3)


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"theory_score": "5"}, "理论成绩5.00分，低于60分，却是“合格”。"),
        ({"practical_score": "59.99"}, "实操成绩59.99分，低于60分，却是“合格”。"),
        ({"theory_score": "缺考"}, "理论成绩缺考，却是“合格”。"),
        ({"passed": "不合格", "certificate_no": ""}, "理论和实操成绩都不低于60分，却是“不合格”。"),
        ({"passed": "×", "theory_score": "30"}, "“不合格”的学员填写了证书编号。"),
    ],
)
def test_contradictory_results_are_stored_and_warned_of(session, roster, take, cells, sentence):
    taken = take(roster({**WHOLE, **cells}))
    assert taken.changed == 3
    assert [sentence in str(note) for note in taken.notes] == [True] * 3


def test_a_result_in_order_warns_of_nothing(roster, take):
    fine = [
        {**WHOLE, "theory_score": "60", "practical_score": ""},
        {**WHOLE, "passed": "不合格", "theory_score": "59.99", "certificate_no": ""},
        {**WHOLE, "theory_score": "", "practical_score": ""},
    ]
    assert take(roster(*fine)).notes == []


def test_one_certificate_of_two_people_warns_of_both(session, actors, firm, vault, roster, take):
    taken = take(roster({**WHOLE, "certificate_no": "ZS-1"}, {**WHOLE, "certificate_no": "ZS-1"}, WHOLE))
    assert [str(note)[-40:].count("学员相同") for note in taken.notes] == [1, 1]
    assert "本班学号末四位为0002" in str(taken.notes[0])


def test_a_certificate_of_another_class_and_office_warns_too(session, actors, firm, vault, roster, take):
    people = school.make_students(session, vault, 1, [firm])
    other = school.open_class(session, actors["clerk"], firm, people)
    session.commit()
    school.advance(session, actors, other, "submit_class", "approve_class")
    give_results(session, actors["clerk"], other)
    session.execute(
        Enrolment.__table__.update().where(Enrolment.class_id == other).values(certificate_no="ZS-2")
    )
    session.commit()
    (note,) = take(roster(WHOLE)).notes
    assert "证书编号ZS-2与其他班级的学员相同" in str(note)


def by_hand(session, actors, approved, **changed) -> int:
    """The first student's result typed on the screen; the enrolment."""
    held, people = approved
    clerk = actors["clerk"]
    student = session.scalar(select(Enrolment.id).where(Enrolment.person_id == people[0]))
    with seeing(session, clerk.scope):
        completion.complete_student(session, clerk, student, result(**changed), school.TODAY)
    session.commit()
    return student


def test_a_result_typed_on_the_screen_is_asked_about_and_nothing_is_stored(
    session, actors, approved, roster, take
):
    rows = roster(WHOLE)
    by_hand(session, actors, approved, theory_score=Decimal("77"))
    taken = take(rows)
    (conflict,) = taken.conflicts
    assert (taken.changed, conflict.number[-4:]) == (0, "0001")
    assert (conflict.stored["theory_score"], conflict.new["theory_score"]) == (
        Decimal("77"),
        Decimal("85.00"),
    )
    assert scores(session) == [Decimal("77.00"), None, None]

    kept = take(rows, {conflict.key: False})
    assert (kept.changed, scores(session)) == (2, [Decimal("77.00"), Decimal("85.00"), Decimal("85.00")])
    assert "1名学员保留了在页面上登记的成绩。" in [str(note) for note in kept.notes]


def test_the_sheets_result_is_taken_where_that_is_the_answer(session, actors, approved, roster, take):
    rows = roster(WHOLE)
    by_hand(session, actors, approved, theory_score=Decimal("77"))
    (conflict,) = take(rows).conflicts
    assert take(rows, {conflict.key: True}).changed == 3
    assert scores(session) == [Decimal("85.00")] * 3
    assert [s.result_source for s in stored(session)] == ["sheet"] * 3


def test_an_answer_about_an_older_result_is_none(session, actors, approved, roster, take):
    rows = roster(WHOLE)
    by_hand(session, actors, approved, theory_score=Decimal("77"))
    (conflict,) = take(rows).conflicts
    by_hand(session, actors, approved, theory_score=Decimal("78"))
    taken = take(rows, {conflict.key: True})
    assert (taken.changed, len(taken.conflicts)) == (0, 1)
    assert scores(session)[0] == Decimal("78.00")


def test_nobody_is_asked_where_the_sheet_says_the_same_or_nothing(session, actors, approved, roster, take):
    rows = roster({}, WHOLE, WHOLE)
    by_hand(session, actors, approved)
    assert (take(rows).changed, take(rows).changed) == (2, 0)


def test_a_result_that_0_5_0_stored_is_asked_about(session, actors, approved, roster, take):
    rows = roster(WHOLE)
    by_hand(session, actors, approved, completed_on=date(2026, 11, 5))
    session.execute(Enrolment.__table__.update().values(result_source=None))
    session.commit()
    assert len(take(rows).conflicts) == 1


def test_a_corrected_sheet_replaces_what_a_sheet_brought(session, roster, take):
    take(roster(WHOLE))
    taken = take(roster({**WHOLE, "theory_score": "70"}))
    assert (taken.changed, taken.conflicts) == (3, [])
    assert "3名学员原有的成绩已换成这份表格中的" in str(taken.notes[0])
    assert scores(session) == [Decimal("70.00")] * 3
