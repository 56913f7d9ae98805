"""Opening and changing a class, and its students: who is offered, who is added, who is refused and why."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select, update

from app.engine.scope import seeing
from app.engine.sheets import SheetRow, parse_row
from app.kernel.errors import BadValue, Refused
from app.programmes.training.classes import editing
from app.programmes.training.model import Enrolment, TrainingClass
from app.programmes.training.sheet import STUDENTS
from app.registers.ciphers import text_of
from app.registers.models import Person
from tests.desk import province, school
from tests.desk.school import DATES, DETAILS, TODAY, open_class


@pytest.fixture
def clerk(actors):
    return actors["clerk"]


@pytest.fixture
def offered(session, clerk, firm, vault):
    """Who is offered at the firm for what was typed."""

    def ask(typed: str, actor=clerk) -> set[int]:
        with seeing(session, actor.scope):
            return {person.id for person in editing.offer_people(session, vault, firm, typed, TODAY)}

    return ask


def whole_id(session, vault, person: int) -> str:
    return text_of(vault, session.get(Person, person), Person.id_cipher)


def rename(session, person: int, name: str) -> None:
    session.execute(update(Person).where(Person.id == person).values(name=name, name_folded=name))
    session.commit()


def test_a_whole_id_its_last_four_or_two_characters_are_enough(session, firm, vault, offered):
    one, other = school.make_students(session, vault, 2, [firm])
    rename(session, one, "欧阳修远")
    rename(session, other, "王芳")
    whole = whole_id(session, vault, one)
    for typed in (whole, f" {whole.lower()} ", whole[-4:], "欧阳", "修远", "欧 阳"):
        assert offered(typed) == {one}, typed
    for typed in ("", " ", "欧", whole[:17], whole[-3:], "99999", "%%", "__"):
        assert offered(typed) == set(), typed


def test_only_people_insured_under_the_employer_are_offered(session, firm, vault, offered):
    elsewhere = school.make_employer(session)
    people = [
        *school.make_students(session, vault, 1, [firm]),
        *school.make_students(session, vault, 1, [firm], [date(2025, 11, 1)]),
        *school.make_students(session, vault, 1, [firm], [date(2025, 10, 1)]),
        *school.make_students(session, vault, 1, [firm], paid=False),
        *school.make_students(session, vault, 1, [elsewhere]),
        *school.make_students(session, vault, 1),
    ]
    session.commit()
    assert offered("学员") == set(people[:2])
    for person in people:
        assert offered(whole_id(session, vault, person)) == ({person} if person in people[:2] else set())


def test_a_whole_id_finds_an_employee_who_lives_in_another_county(session, firm, vault, offered):
    (person,) = school.make_students(session, vault, 1, [firm])
    session.execute(update(Person).where(Person.id == person).values(region_code=province.QINGYANG))
    session.commit()
    assert offered(whole_id(session, vault, person)) == {person}
    assert offered("学员") == {person}


def test_strangers_are_refused_and_nobody_is_added(session, clerk, firm, vault):
    own, stranger = school.make_students(session, vault, 1, [firm]), school.make_students(session, vault, 1)
    held = open_class(session, clerk, firm)
    session.commit()
    with seeing(session, clerk.scope), pytest.raises(BadValue, match="有1人没有在该单位参保"):
        editing.add_students(session, clerk, held, [*own, *stranger])
    session.rollback()
    assert school.students(session, held) == {}


def test_each_student_is_added_once_and_numbers_are_never_given_again(session, clerk, firm, vault):
    people = school.make_students(session, vault, 3, [firm])
    held = open_class(session, clerk, firm, people[:2])
    with seeing(session, clerk.scope):
        assert editing.add_students(session, clerk, held, [people[0], people[2], people[2]]) == 1
        last = select(Enrolment).where(Enrolment.class_id == held, Enrolment.person_id == people[2])
        editing.withdraw_student(session, clerk, session.scalars(last).one().id)
        assert editing.add_students(session, clerk, held, [people[2]]) == 1
    session.commit()
    numbers = session.execute(
        select(Enrolment.student_no, Enrolment.state)
        .where(Enrolment.class_id == held)
        .order_by(Enrolment.student_no)
    )
    assert [tuple(row) for row in numbers] == [
        (1, "enrolled"),
        (2, "enrolled"),
        (3, "withdrawn"),
        (4, "enrolled"),
    ]


def test_another_office_adds_nobody(session, actors, clerk, firm, vault):
    held = open_class(session, clerk, firm)
    session.commit()
    for name in ("clerk_b", "prefecture"):
        with seeing(session, actors[name].scope), pytest.raises(Exception, match="没有找到|受理本班"):
            editing.add_students(session, actors[name], held, [])
        session.rollback()


def line(number: int, name: str, typed: str) -> SheetRow:
    return parse_row(STUDENTS, {"name": name, "citizen_id": typed}, number, today=TODAY)


def test_rows_of_a_sheet_are_added_or_refused_each_with_its_reason(session, clerk, firm, vault):
    people = school.make_students(session, vault, 3, [firm])
    (stranger,) = school.make_students(session, vault, 1)
    ids = [whole_id(session, vault, person) for person in (*people, stranger)]
    names = [session.scalar(select(Person.name).where(Person.id == p)) for p in (*people, stranger)]
    held = open_class(session, clerk, firm, people[2:])
    session.commit()
    rows = [
        line(3, f" {names[0]} ", ids[0].lower()),
        line(4, "别人", ids[1]),
        line(5, names[0], ids[0]),
        line(6, names[3], ids[3]),
        line(7, "无此人", school.make_id(300_000)),
        line(8, "号码错", ids[1][:17] + ("0" if ids[1][17] != "0" else "1")),
        line(9, "", ids[1]),
        line(10, names[2], ids[2]),
    ]
    with seeing(session, clerk.scope):
        roll = editing.add_from_sheet(session, clerk, held, rows, vault, TODAY)
    session.commit()
    assert roll.added == 1
    assert set(school.students(session, held)) == {people[2], people[0]}
    said = {row.number: str(faults[0])[:6] for row, faults in roll.refused}
    assert {n: said[n] for n in (4, 5, 6, 7, 8)} == {
        4: "[C-03]",
        5: "[C-02]",
        6: "[TR-04",
        7: "[C-03]",
        8: "[C-01]",
    }
    assert sorted(said) == [4, 5, 6, 7, 8, 9]


def change(session, clerk, held: int, version: int | None = None, **changed) -> TrainingClass:
    row = session.get(TrainingClass, held)
    values = {name: getattr(row, name) for name in (*DATES, *DETAILS, "project_id")} | changed
    with seeing(session, clerk.scope):
        return editing.change_class(session, clerk, held, version or row.version, values, school.VAULT)


def test_another_opening_date_renumbers_a_draft_and_nothing_else_does(session, clerk, firm):
    first, second = (open_class(session, clerk, firm) for _ in range(2))
    session.commit()
    numbers = [session.get(TrainingClass, held).cohort_no for held in (first, second)]
    assert numbers == ["510104-20261012-001", "510104-20261012-002"]
    assert change(session, clerk, second, hours=50).cohort_no == numbers[1]
    moved = change(session, clerk, second, opens_on=date(2026, 10, 13))
    assert moved.cohort_no == "510104-20261013-001"
    assert change(session, clerk, second, opens_on=date(2026, 10, 12)).cohort_no == "510104-20261012-003"


def test_who_saves_over_another_is_told_and_changes_nothing(session, clerk, firm):
    held = open_class(session, clerk, firm)
    session.commit()
    seen = session.get(TrainingClass, held).version
    change(session, clerk, held, hours=50)
    session.commit()
    with pytest.raises(Refused, match="已被他人修改"):
        change(session, clerk, held, version=seen, hours=60)
    session.rollback()
    assert session.get(TrainingClass, held).hours == 50


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"closes_on": date(2026, 10, 11)}, "结业日期2026-10-11早于开班日期2026-10-12"),
        ({"stop_to": date(2026, 9, 30)}, "停工结束日期2026-09-30早于停工开始日期2026-10-01"),
    ],
)
def test_dates_in_the_wrong_order_are_refused(session, clerk, firm, changed, sentence):
    with pytest.raises(BadValue, match=sentence):
        open_class(session, clerk, firm, **changed)
