"""Completion (结业): the roster out, results in by sheet or one by one; nothing is half done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import select, text
from sqlalchemy.orm import Session, selectinload, undefer

from app.engine.actor import Actor
from app.engine.audit import record
from app.engine.sheets import MarkedRow, SheetRow
from app.kernel import names
from app.kernel.crypto import Vault
from app.kernel.errors import BadValue, NotFound
from app.kernel.messages import N_, Message
from app.programmes.training.classes import PROGRAMME, lock_class
from app.programmes.training.model import Enrolment, TrainingClass
from app.programmes.training.sheet import YES
from app.programmes.training.states import COMPLETABLE
from app.registers.models import Person

FIELDS = ("theory_score", "practical_score", "passed", "certificate_no", "completed_on")
STORE = """
    UPDATE enrolments SET theory_score = :theory_score, practical_score = :practical_score, passed = :passed,
                          certificate_no = :certificate_no, completed_on = :completed_on, version = version + 1
    WHERE id = :id
"""


def roster(session: Session, vault: Vault, class_id: int) -> Iterator[MarkedRow]:
    """The students without a result, with whole citizen ids: a working file."""
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
        whole = vault.decrypt(person.id_cipher)
        yield MarkedRow({"number": student.number, "name": person.name, "citizen_id": whole})


def import_results(
    session: Session, actor: Actor, class_id: int, rows: Sequence[SheetRow], vault: Vault, today: date
) -> tuple[int, list[tuple[SheetRow, list[Message]]]]:
    """(students whose result changed, refused rows with reasons); one refused row and nothing is stored.

    A row in which nothing is filled in is a student who has no result yet.
    """
    held = lock_class(session, actor, class_id, COMPLETABLE)
    students = {student.number: student for student in _students(session, held)}
    refused, good, seen = [], [], set()
    for row in (row for row in rows if any((row.raw.get(name) or "").strip() for name in FIELDS)):
        student = students.get(row.values.get("number") or "")
        faults = list(row.errors.values()) or _faults(row, student, seen, vault, held, today)
        seen.add(row.values.get("number"))
        refused.append((row, faults)) if faults else good.append((student, _result(row.values)))
    if refused:
        return 0, refused
    changed = [(student, result) for student, result in good if _held(student) != result]
    if changed:
        session.execute(text(STORE), [{"id": student.id, **result} for student, result in changed])
        record(
            session,
            actor,
            "import_results",
            programme=PROGRAMME,
            class_id=held.id,
            after={"rows": len(changed)},
        )
        for student, result in changed:
            _note(session, actor, held, student, result)
    return len(changed), []


def complete_student(
    session: Session, actor: Actor, enrolment_id: int, values: Mapping[str, object], today: date
) -> Enrolment:
    """One student's result (单个结业). Raises BadValue, NotFound, Refused."""
    student = session.scalars(select(Enrolment).where(Enrolment.id == enrolment_id)).one_or_none()
    if student is None or student.state != "enrolled":
        raise NotFound(N_("没有找到这名学员。请刷新页面。"))
    held = lock_class(session, actor, student.class_id, COMPLETABLE)
    session.refresh(student)
    result = _result(values)
    if fault := _fault_of(result, held, today):
        raise BadValue(fault.msgid, **fault.params)
    if _held(student) != result:
        session.execute(text(STORE), {"id": student.id, **result})
        _note(session, actor, held, student, result)
    return student


def _note(
    session: Session, actor: Actor, held: TrainingClass, student: Enrolment, result: Mapping[str, object]
) -> None:
    """One student's result in the log, before and after."""
    before = {k: None if v is None else str(v) for k, v in _held(student).items()}
    after = {k: None if v is None else str(v) for k, v in result.items()}
    facts = {"programme": PROGRAMME, "class_id": held.id, "subject": student.number}
    record(session, actor, "complete_student", **facts, before=before, after=after)


def _students(session: Session, held: TrainingClass) -> list[Enrolment]:
    wanted = (
        select(Enrolment)
        .where(Enrolment.class_id == held.id, Enrolment.state == "enrolled")
        .options(selectinload(Enrolment.person), selectinload(Enrolment.training_class))
    )
    return list(session.scalars(wanted))


def _result(values: Mapping[str, object]) -> dict[str, object]:
    return {**{name: values.get(name) for name in FIELDS}, "passed": values.get("passed") == YES}


def _held(student: Enrolment) -> dict[str, object]:
    return {name: getattr(student, name) for name in FIELDS}


def _faults(
    row: SheetRow, student: Enrolment | None, seen: set, vault: Vault, held: TrainingClass, today: date
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
    if not same_id or names.fold(row.values.get("name") or "") != student.person.name_folded:
        return [
            Message(
                N_("学号“{number}”的姓名或公民身份号码与学员不符。请勿修改导出的前三列。"),
                number=student.number,
            )
        ]
    fault = _fault_of(_result(row.values), held, today)
    return [fault] if fault else []


def _fault_of(result: Mapping[str, object], held: TrainingClass, today: date) -> Message | None:
    for name in ("theory_score", "practical_score"):
        if result[name] is not None and not Decimal(0) <= result[name] <= Decimal(100):
            return Message(N_("成绩{score}不在0至100之间。请更正。"), score=result[name])
    if result["passed"] and not result["certificate_no"]:
        return Message(N_("合格的学员须填写证书编号。请补填。"))
    if not held.opens_on <= result["completed_on"] <= today:
        return Message(
            N_("结业日期{completed_on}应在开班日期{opens_on}至今天{today}之间。请更正。"),
            completed_on=result["completed_on"],
            opens_on=held.opens_on,
            today=today,
        )
    return None
