"""Completion (结业): results by sheet and one by one, all or nothing, and nothing twice."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.engine.audit import AuditEntry
from app.engine.scope import seeing
from app.engine.sheets import SheetRow
from app.kernel.errors import BadValue, Refused
from app.programmes.training import completion, results
from app.programmes.training.model import Enrolment
from app.registers.models import Person
from tests.desk import school
from tests.desk.completion import give_results, result, sheet, take


def stored(session, held) -> set:
    wanted = select(Enrolment.passed, Enrolment.theory_score, Enrolment.completed_on).where(
        Enrolment.class_id == held
    )
    return set(session.execute(wanted).all())


def entries(session, event: str) -> int:
    return session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.event == event))


def test_results_come_in_once_and_a_second_import_changes_nothing(session, actors, approved, vault):
    held, _ = approved
    rows = sheet(session, vault, held)
    assert take(session, actors["clerk"], held, rows, vault) == (3, {})
    assert stored(session, held) == {(True, Decimal("85.00"), school.CLOSES)}
    assert list(completion.roster(session, vault, held)) == []
    versions = list(session.scalars(select(Enrolment.version).where(Enrolment.class_id == held)))
    assert take(session, actors["clerk"], held, rows, vault) == (0, {})
    assert entries(session, "import_results") == 1
    assert versions == list(session.scalars(select(Enrolment.version).where(Enrolment.class_id == held)))


def test_the_second_import_of_one_transaction_sees_the_first(session, actors, approved, vault):
    held, _ = approved
    rows = sheet(session, vault, held)
    with seeing(session, actors["clerk"].scope):
        counts = [
            completion.import_results(session, actors["clerk"], held, rows, vault, school.TODAY).changed
            for _ in range(2)
        ]
    assert counts == [3, 0]


def test_only_what_changed_is_written(session, actors, approved, vault):
    held, _ = approved
    rows = sheet(session, vault, held)
    take(session, actors["clerk"], held, rows, vault)
    rows[1].values["theory_score"] = Decimal("60")
    assert take(session, actors["clerk"], held, rows, vault) == (1, {})
    after = session.scalars(
        select(AuditEntry.after).where(AuditEntry.event == "import_results").order_by(AuditEntry.id)
    )
    assert [entry["rows"] for entry in after] == [3, 1]


def test_a_row_that_is_not_filled_in_is_a_student_without_a_result_yet(session, actors, approved, vault):
    held, _ = approved
    rows = sheet(session, vault, held)
    empty = dict.fromkeys(results.FIELDS, "")
    blank = SheetRow(rows[0].number, {**rows[0].values, **dict.fromkeys(empty)}, {**rows[0].raw, **empty}, {})
    assert take(session, actors["clerk"], held, [blank, *rows[1:]], vault) == (2, {})
    assert len(list(completion.roster(session, vault, held))) == 1


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"theory_score": Decimal("100.01")}, "成绩100.01不在0至100之间。请更正。"),
        ({"practical_score": Decimal("-0.01")}, "成绩-0.01不在0至100之间。请更正。"),
        ({"certificate_no": None}, "合格的学员须填写证书编号。请补填。"),
        (
            {"completed_on": date(2026, 10, 11)},
            "结业日期2026-10-11应在开班日期2026-10-12至今天2026-11-23之间。请更正。",
        ),
        (
            {"completed_on": date(2026, 11, 24)},
            "结业日期2026-11-24应在开班日期2026-10-12至今天2026-11-23之间。请更正。",
        ),
        ({"name": "别人"}, "的姓名或公民身份号码与学员不符。请勿修改导出的前三列。"),
        ({"citizen_id": "510104199001010019"}, "的姓名或公民身份号码与学员不符。请勿修改导出的前三列。"),
        ({"number": "510104-20261012-009-0001"}, "本班没有学号为"),
    ],
)
def test_one_bad_row_and_nothing_is_stored(session, actors, approved, vault, changed, sentence):
    held, _ = approved
    rows = sheet(session, vault, held)
    rows[1].values.update(changed)
    rows[1].raw.update({name: "" if value is None else str(value) for name, value in changed.items()})
    count, refused = take(session, actors["clerk"], held, rows, vault)
    assert count == 0
    assert list(refused) == [rows[1].number]
    assert sentence in refused[rows[1].number][0]
    assert stored(session, held) == {(None, None, None)}
    assert entries(session, "import_results") == 0


def test_a_repeated_student_number_is_refused(session, actors, approved, vault):
    held, _ = approved
    rows = sheet(session, vault, held)
    count, refused = take(session, actors["clerk"], held, [*rows, rows[0]], vault)
    assert count == 0
    assert "重复出现" in refused[rows[0].number][0]


@pytest.mark.parametrize(
    "changed",
    [
        {"theory_score": Decimal("0"), "practical_score": Decimal("100")},
        {"theory_score": None, "practical_score": None},
        {"passed": "no", "certificate_no": None},
        {"completed_on": school.OPENS},
        {"completed_on": school.TODAY},
    ],
)
def test_what_lies_on_the_edge_is_taken(session, actors, approved, vault, changed):
    held, _ = approved
    assert take(session, actors["clerk"], held, sheet(session, vault, held, **changed), vault) == (3, {})


def test_a_single_students_result_is_stored_and_written_down_once(session, actors, approved):
    held, people = approved
    clerk = actors["clerk"]
    give_results(session, clerk, held, only=people[:1])
    give_results(session, clerk, held, only=people[:1])
    give_results(session, clerk, held, only=people[:1], score="70")
    found = session.execute(
        select(AuditEntry.before, AuditEntry.after)
        .where(AuditEntry.event == "complete_student")
        .order_by(AuditEntry.id)
    ).all()
    assert [(e.before["theory_score"], e.after["theory_score"]) for e in found] == [
        (None, "85"),
        ("85.00", "70"),
    ]


def test_a_single_result_obeys_the_same_limits_and_states(session, actors, approved):
    held, people = approved
    clerk = actors["clerk"]
    student = session.scalar(select(Enrolment.id).where(Enrolment.person_id == people[0]))
    with seeing(session, clerk.scope):
        with pytest.raises(BadValue, match="证书编号"):
            completion.complete_student(session, clerk, student, result(certificate_no=""), school.TODAY)
        with pytest.raises(Refused, match="受理本班的经办机构"):
            completion.complete_student(session, actors["prefecture"], student, result(), school.TODAY)
    session.rollback()
    give_results(session, clerk, held)
    school.advance(session, actors, held, "graduate")
    with seeing(session, clerk.scope), pytest.raises(Refused, match="当前状态不能这样修改"):
        completion.complete_student(session, clerk, student, result(), school.TODAY)


def test_the_roster_holds_whole_ids_of_those_without_a_result(session, actors, approved, vault):
    held, people = approved
    give_results(session, actors["clerk"], held, only=people[:1])
    lines = [marked.raw for marked in completion.roster(session, vault, held)]
    number = "510104-20261012-001"
    assert [line["number"] for line in lines] == [f"{number}-0002", f"{number}-0003"]
    hashes = session.scalars(select(Person.id_hash).where(Person.id.in_(people[1:])).order_by(Person.id))
    assert [vault.hash(line["citizen_id"]) for line in lines] == list(hashes)


def test_a_stopped_student_is_on_no_roster_and_gets_no_result(session, actors, firm, vault):
    good = school.make_students(session, vault, 1, [firm])
    bad = school.make_students(session, vault, 1, [firm], [date(2026, 1, 1)])
    held = school.open_class(session, actors["clerk"], firm, [*good, *bad])
    session.commit()
    school.advance(session, actors, held, "submit_class", "approve_class")
    rows = sheet(session, vault, held)
    assert len(rows) == 1
    assert take(session, actors["clerk"], held, rows, vault) == (1, {})
    school.advance(session, actors, held, "graduate")
