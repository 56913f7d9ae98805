"""What a clerk does to a class beside its moves: open it, change it, add and withdraw students."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, func, insert, or_, select
from sqlalchemy.orm import Session

from app.engine.actor import Actor
from app.engine.audit import record
from app.engine.cases.numbers import following
from app.engine.scope import where
from app.engine.sheets import SheetRow
from app.kernel import names
from app.kernel.crypto import Vault
from app.kernel.dates import add_months, month_start
from app.kernel.errors import BadValue, NotFound, Refused, Stale
from app.kernel.identifiers import citizen_id
from app.kernel.messages import N_, Message
from app.programmes.training.classes import contacts
from app.programmes.training.classes.places import move_place, move_students
from app.programmes.training.model import Enrolment, StudentPlace, TrainingClass
from app.programmes.training.states import EDITABLE
from app.registers.lookup import OPEN, has_part
from app.registers.models import Contribution, Employer, Person

PROGRAMME = "training"
OFFERED = 20
TOLD = ("opens_on", "closes_on", "stop_from", "stop_to", "hours", "platform", "teacher", "contact")
INSURED_MONTHS = 12
"""How far back "insured under that employer" is looked for when a student is offered; TR-04 judges later."""


def cohort_stem(office_code: str, opens_on: date) -> str:
    """Return region code and opening date; the running number follows when the class is saved."""
    return f"{office_code[:6]}-{opens_on:%Y%m%d}"


def open_class(
    session: Session,
    actor: Actor,
    employer: Employer,
    values: Mapping[str, Any],
    vault: Vault,
    today: date,
) -> TrainingClass:
    """Open a draft with a cohort number that is unique under concurrent saves. Raises BadValue."""
    _check(values)
    values, phone = contacts.placed(values)
    opened = TrainingClass(
        office_id=actor.office_id,
        employer_id=employer.id,
        cohort_no=_number(session, actor, values["opens_on"]),
        created_on=today,
        created_by=actor.user_id,
        **values,
    )
    if phone:
        contacts.encrypt_phone(vault, opened, phone)
    session.add(opened)
    session.flush()
    record(session, actor, "apply", programme=PROGRAMME, class_id=opened.id, subject=opened.cohort_no)
    return opened


def change_class(
    session: Session, actor: Actor, class_id: int, version: int, values: Mapping[str, Any], vault: Vault
) -> TrainingClass:
    """Correct a draft or returned class; another opening date renumbers a draft only; no phone leaves the one held.

    Raises BadValue, Refused, Stale.
    """
    course = lock_class(session, actor, class_id)
    if course.version != version:
        raise Stale
    _check(values)
    values, phone = contacts.placed(values)
    before = _said(course)
    moved = (course.opens_on, course.closes_on) != (values["opens_on"], values["closes_on"])
    if course.state == "draft" and values["opens_on"] != course.opens_on:
        course.cohort_no = _number(session, actor, values["opens_on"])
    if course.state == "returned" and values["project_id"] != course.project_id:
        move_place(session, course, values["project_id"])
    for name, value in values.items():
        setattr(course, name, value)
    other_phone = contacts.change_phone(vault, course, phone)
    course.version += 1
    session.flush()
    session.refresh(course, ["project"])
    if course.state == "returned" and moved:
        move_students(session, course)
    changed = {name: value for name, value in _said(course).items() if before[name] != value}
    was: dict[str, str | None] = {name: before[name] for name in changed}
    if other_phone:
        was["contact_phone"], changed["contact_phone"] = other_phone
    if changed:
        record(session, actor, "edit", programme=PROGRAMME, class_id=course.id, before=was, after=changed)
    return course


def lock_class(
    session: Session, actor: Actor, class_id: int, states: Sequence[str] = EDITABLE
) -> TrainingClass:
    """Lock and return a class of the actor's own office in one of `states`. Raises NotFound, Refused."""
    course = session.scalars(
        select(TrainingClass)
        .where(TrainingClass.id == class_id)
        .with_for_update(of=TrainingClass)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if course is None:
        raise NotFound(N_("没有找到这个班级。请刷新列表。"))
    if course.office_id != actor.office_id:
        raise Refused(N_("只有受理本班的经办机构可以修改。请联系该机构的经办人员。"))
    if course.state not in states:
        raise Refused(N_("班级当前状态不能这样修改。请刷新页面查看当前状态。"))
    return course


def offer_people(session: Session, vault: Vault, employer_id: int, typed: str, today: date) -> list[Person]:
    """Return people insured under the employer lately, by whole id; by last four digits or two characters within scope only."""
    text = typed.strip()
    whole = citizen_id.normalize(text)
    exact = citizen_id.is_valid(whole, today)
    if exact:
        match = Person.id_hash == vault.hash(whole)
    elif len(whole) == 4 and whole[:3].isdigit():
        match = Person.last4 == whole
    elif len(names.fold(text)) >= 2:
        match = or_(*(has_part(Person.name_folded, writing) for writing in names.writings(text)))
    else:
        return []
    since = add_months(month_start(today), -INSURED_MONTHS)
    staff = (
        select(Contribution.person_id)
        .where(Contribution.employer_id == employer_id, Contribution.paid, Contribution.month >= since)
        .distinct()
    )
    staff = staff if exact else where(session, staff, Contribution)
    wanted = select(Person).where(match, Person.id.in_(staff)).order_by(Person.name).limit(OFFERED)
    return list(session.scalars(wanted, execution_options=OPEN))


def add_students(session: Session, actor: Actor, class_id: int, person_ids: Sequence[int]) -> int:
    """Enrol people who are insured under the class's employer, each once; returns how many are new."""
    course = lock_class(session, actor, class_id)
    enrolled = set(
        session.scalars(
            select(Enrolment.person_id).where(Enrolment.class_id == course.id, Enrolment.state != "withdrawn")
        )
    )
    staff = set(
        session.scalars(
            select(Contribution.person_id)
            .where(
                Contribution.employer_id == course.employer_id,
                Contribution.person_id.in_(list(person_ids)),
                Contribution.paid,
            )
            .distinct(),
            execution_options=OPEN,
        )
    )
    if strangers := set(person_ids) - staff:
        raise BadValue(
            N_("有{count}人没有在该单位参保，不能加入班级。请从提示的人员中选择。"), count=len(strangers)
        )
    new = [person for person in dict.fromkeys(person_ids) if person not in enrolled]
    last = session.scalar(select(func.max(Enrolment.student_no)).where(Enrolment.class_id == course.id)) or 0
    rows = [
        {
            "class_id": course.id,
            "office_id": course.office_id,
            "person_id": person,
            "student_no": number,
        }
        for number, person in enumerate(new, last + 1)
    ]
    if rows:
        session.execute(insert(Enrolment), rows)
        added = {"students_added": len(rows), "first_student_no": last + 1}
        record(session, actor, "edit", programme=PROGRAMME, class_id=course.id, after=added)
    return len(rows)


@dataclass(frozen=True)
class Roll:
    """What a students' sheet came to: how many were added, and the rows that were not, each with its reasons."""

    added: int
    refused: list[tuple[SheetRow, list[Message]]]


def add_from_sheet(
    session: Session, actor: Actor, class_id: int, rows: Sequence[SheetRow], vault: Vault, today: date
) -> Roll:
    """Enrol the rows that name employees; a fixed number of statements whatever the number of rows."""
    course = lock_class(session, actor, class_id)
    hashes = {vault.hash(row.values["citizen_id"]) for row in rows if row.values.get("citizen_id")}
    known = {
        person.id_hash: person
        for person in session.scalars(
            select(Person).where(Person.id_hash.in_(hashes)), execution_options=OPEN
        )
    }
    staff = set(
        session.scalars(
            select(Contribution.person_id)
            .where(
                Contribution.employer_id == course.employer_id,
                Contribution.paid,
                Contribution.person_id.in_([person.id for person in known.values()]),
            )
            .distinct(),
            execution_options=OPEN,
        )
    )
    counted = {"rows": len(rows), "found": len(known)}
    record(session, actor, "lookup", programme=PROGRAMME, subject=course.cohort_no, after=counted)
    good: dict[int, SheetRow] = {}
    refused = []
    for row in rows:
        typed = row.values.get("citizen_id") or ""
        person = known.get(vault.hash(typed)) if typed else None
        faults = list(row.errors.values()) or _faults(row, typed, person, staff, good, today)
        if person is None or faults:
            refused.append((row, faults))
        else:
            good[person.id] = row
    return Roll(add_students(session, actor, class_id, list(good)), refused)


def _faults(
    row: SheetRow, typed: str, person: Person | None, staff: set, good: Mapping, today: date
) -> list[Message]:
    if not citizen_id.is_valid(typed, today):
        return [
            Message(
                N_("[C-01] 公民身份号码无效：应为18位，出生日期和校验码须正确。请与身份证原件核对后更正。")
            )
        ]
    if person is None:
        return [Message(N_("[C-03] 人员登记库中没有该公民身份号码。请核对号码。"))]
    if not names.agree(row.written("name"), person.name):
        return [Message(N_("[C-03] 姓名与人员登记库中该号码的姓名不一致。请核对后更正。"))]
    if person.id in good:
        return [Message(N_("[C-02] 此人在名单中重复出现，只保留第一行。请删除重复的行。"))]
    if person.id not in staff:
        return [Message(N_("[TR-04] 此人没有在该单位参保。请核对单位和人员。"))]
    return []


def withdraw_student(session: Session, actor: Actor, enrolment_id: int) -> Enrolment:
    """Take a student out of a class that can still be edited. Raises NotFound, Refused."""
    student = session.scalars(select(Enrolment).where(Enrolment.id == enrolment_id)).one_or_none()
    if student is None:
        raise NotFound(N_("没有找到这名学员。请刷新页面。"))
    lock_class(session, actor, student.class_id)
    session.execute(delete(StudentPlace).where(StudentPlace.enrolment_id == student.id))
    student.state = "withdrawn"
    student.version += 1
    record(session, actor, "remove", programme=PROGRAMME, class_id=student.class_id, subject=student.number)
    session.flush()
    return student


def _said(course: TrainingClass) -> dict[str, str]:
    """Return what the history tells of a class."""
    return {
        "project": course.project.name,
        **{name: str(getattr(course, name)) for name in TOLD},
    }


def _number(session: Session, actor: Actor, opens_on: date) -> str:
    stem = cohort_stem(actor.office_code, opens_on)
    return f"{stem}-{following(session, f'PX-{stem}'):03d}"


def _check(values: Mapping[str, Any]) -> None:
    if values["closes_on"] < values["opens_on"]:
        raise BadValue(
            N_("结业日期{closes_on}早于开班日期{opens_on}。请核对日期。"),
            **_dates(values, "closes_on", "opens_on"),
        )
    if values["stop_to"] < values["stop_from"]:
        raise BadValue(
            N_("停工结束日期{stop_to}早于停工开始日期{stop_from}。请核对日期。"),
            **_dates(values, "stop_to", "stop_from"),
        )


def _dates(values: Mapping[str, Any], *fields: str) -> dict[str, Any]:
    return {name: values[name] for name in fields}
