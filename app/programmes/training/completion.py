"""Completion (结业): the roster out, results in by sheet or one by one; nothing is half done."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session, selectinload, undefer

from app.engine.actor import Actor
from app.engine.audit import record
from app.engine.sheets import MarkedRow, SheetRow
from app.kernel import names
from app.kernel.crypto import Vault
from app.kernel.errors import BadValue, NotFound
from app.kernel.messages import N_, Message
from app.programmes.training import results
from app.programmes.training.classes.editing import PROGRAMME, lock_class
from app.programmes.training.model import Enrolment, TrainingClass
from app.programmes.training.results import SCREEN, SHEET, Contradiction, Result
from app.programmes.training.states import COMPLETABLE
from app.registers.ciphers import UNREADABLE, text_or
from app.registers.models import Person

STORE = """
    UPDATE enrolments SET theory_score = :theory_score, practical_score = :practical_score, passed = :passed,
                          certificate_no = :certificate_no, completed_on = :completed_on, version = version + 1,
                          result_source = :source, result_at = now()
    WHERE id = :id
"""
SHOWN_NOTES = 50
_SURPLUS = re.compile(r"[.．]\d{2}\d*[1-9]")


@dataclass(frozen=True)
class Import:
    """What became of a roster: students whose result changed, refused rows with reasons, what must be asked first, what to look at."""

    changed: int = 0
    refused: list[tuple[SheetRow, list[Message]]] = field(default_factory=list)
    conflicts: list[Contradiction] = field(default_factory=list)
    notes: list[Message] = field(default_factory=list)


def roster(session: Session, vault: Vault, class_id: int) -> Iterator[MarkedRow]:
    """Yield the students without a result, with whole citizen ids, but for one that doesn't open: a working file."""
    wanted = (
        select(Enrolment)
        .where(Enrolment.class_id == class_id, Enrolment.state == "enrolled", Enrolment.passed.is_(None))
        .options(
            selectinload(Enrolment.training_class),
            selectinload(Enrolment.person).options(undefer(Person.id_cipher)),
        )
        .order_by(Enrolment.student_no)
    )
    for student in session.scalars(wanted):
        person = student.person
        whole = text_or(vault, person, Person.id_cipher, UNREADABLE)
        yield MarkedRow({"number": student.number, "name": person.name or "", "citizen_id": whole})


def import_results(
    session: Session,
    actor: Actor,
    class_id: int,
    rows: Sequence[SheetRow],
    vault: Vault,
    today: date,
    answers: Mapping[str, bool] | None = None,
) -> Import:
    """Store the rows' results; one refused row, or one question without an answer, and nothing is stored.

    A row in which nothing is filled in is a student who has no result yet, and a blank cell leaves what is stored. A result that was
    typed on the screen is replaced only where `answers` (`Conflict.key` → whether the sheet's is taken) says so.
    """
    course = lock_class(session, actor, class_id, COMPLETABLE)
    students = {student.number: student for student in _students(session, course)}
    answers = answers or {}
    refused: list[tuple[SheetRow, list[Message]]] = []
    good: list[tuple[SheetRow, Enrolment, Result]] = []
    seen: set[str | None] = set()
    for row in filter(results.is_filled_in, rows):
        student = students.get(row.values.get("number") or "")
        faults = results.faults_of_cells(row, student)
        faults = faults or _faults(row, student, seen, vault, course, today)
        seen.add(row.values.get("number"))
        if student is None or faults:
            refused.append((row, faults))
        else:
            good.append((row, student, results.merged(row, student)))
    if refused:
        return Import(refused=refused)
    changed = [(student, new) for _, student, new in good if results.result_of(student) != new]
    conflicts = {s.id: Contradiction.of(s, new) for s, new in changed if _typed_on_screen(s)}
    if any(conflict.key not in answers for conflict in conflicts.values()):
        return Import(conflicts=list(conflicts.values()))
    taken = [(s, new) for s, new in changed if s.id not in conflicts or answers[conflicts[s.id].key]]
    replaced = sum(student.passed is not None for student, _ in taken)
    _store(session, actor, course, taken, SHEET)
    return Import(len(taken), notes=_notes(session, good, len(changed) - len(taken), replaced))


def _store(
    session: Session,
    actor: Actor,
    course: TrainingClass,
    taken: Sequence[tuple[Enrolment, Result]],
    source: str,
) -> None:
    """Write results and what they were before; nothing for nobody."""
    if not taken:
        return
    session.execute(text(STORE), [{"id": student.id, "source": source, **new} for student, new in taken])
    if source == SHEET:
        facts = {"programme": PROGRAMME, "class_id": course.id, "after": {"rows": len(taken)}}
        record(session, actor, "import_results", **facts)
    for student, new in taken:
        _note(session, actor, course, student, new)
    stored = (
        select(Enrolment)
        .where(Enrolment.id.in_([student.id for student, _ in taken]))
        .options(selectinload(Enrolment.person))
    )
    session.scalars(stored, execution_options={"populate_existing": True}).all()


def _typed_on_screen(student: Enrolment) -> bool:
    return student.passed is not None and student.result_source != SHEET


def _notes(
    session: Session, good: Sequence[tuple[SheetRow, Enrolment, Result]], kept: int, replaced: int
) -> list[Message]:
    """Return what the person who hands the roster in should know of what was taken in."""
    absent = {student.id: results.absences(row) for row, student, _ in good}
    students = {student.id: student for _, student, _ in good}
    warned = results.warnings(session, list(students.values()), absent)
    notes = [
        Message(
            N_("学号{number} {name}：{fault}"),
            number=students[n].number,
            name=students[n].person.name or "",
            fault=fault,
        )
        for n, faults in warned.items()
        for fault in faults
    ]
    if len(notes) > SHOWN_NOTES:
        more = Message(N_("另有{count}处提示，见班级页面的结业名单。"), count=len(notes) - SHOWN_NOTES)
        notes = [*notes[:SHOWN_NOTES], more]
    cut = sum(bool(_SURPLUS.search(row.raw.get(name) or "")) for row, *_ in good for name in results.SCORES)
    if cut:
        notes.insert(0, Message(N_("{count}个成绩的小数超过两位，已四舍五入保留两位。"), count=cut))
    if replaced:
        sentence = N_("{count}名学员原有的成绩已换成这份表格中的；换掉的见办理记录。")
        notes.insert(0, Message(sentence, count=replaced))
    if kept:
        notes.insert(0, Message(N_("{count}名学员保留了在页面上登记的成绩。"), count=kept))
    return notes


def complete_student(
    session: Session, actor: Actor, enrolment_id: int, values: Mapping[str, Any], today: date
) -> Enrolment:
    """Store one student's result (单个结业). Raises BadValue, NotFound, Refused."""
    student = session.scalars(select(Enrolment).where(Enrolment.id == enrolment_id)).one_or_none()
    if student is None or student.state != "enrolled":
        raise NotFound(N_("没有找到这名学员。请刷新页面。"))
    course = lock_class(session, actor, student.class_id, COMPLETABLE)
    session.refresh(student)
    result = results.entered(values)
    if fault := results.fault_of(result, course, today):
        raise BadValue(fault.msgid, **fault.params)
    if results.result_of(student) != result or student.result_source != SCREEN:
        _store(session, actor, course, [(student, result)], SCREEN)
    return student


def _note(
    session: Session,
    actor: Actor,
    course: TrainingClass,
    student: Enrolment,
    result: Mapping[str, Any],
) -> None:
    """Record one student's result, before and after."""
    before = {k: None if v is None else str(v) for k, v in results.result_of(student).items()}
    after = {k: None if v is None else str(v) for k, v in result.items()}
    facts = {"programme": PROGRAMME, "class_id": course.id, "subject": student.number}
    record(session, actor, "complete_student", **facts, before=before, after=after)


def _students(session: Session, course: TrainingClass) -> list[Enrolment]:
    wanted = (
        select(Enrolment)
        .where(Enrolment.class_id == course.id, Enrolment.state == "enrolled")
        .options(selectinload(Enrolment.person), selectinload(Enrolment.training_class))
    )
    return list(session.scalars(wanted))


def _faults(
    row: SheetRow,
    student: Enrolment | None,
    seen: set,
    vault: Vault,
    course: TrainingClass,
    today: date,
) -> list[Message]:
    if student is None:
        return [
            Message(
                N_("本班没有学号为“{number}”的在册学员。请使用导出的名单填写。"),
                number=row.raw.get("number", ""),
            )
        ]
    if student.number in seen:
        return [Message(N_("学号“{number}”重复出现。请只保留一行。"), number=student.number)]
    same_id = vault.hash(row.values.get("citizen_id") or "") == student.person.id_hash
    if not same_id or not names.agree(row.written("name"), student.person.name):
        return [
            Message(
                N_("学号“{number}”的姓名或公民身份号码与学员不符。请勿修改导出的前三列。"),
                number=student.number,
            )
        ]
    fault = results.fault_of(results.merged(row, student), course, today)
    return [fault] if fault else []
