"""One student's result: what a row of a roster makes of the stored one, what may not be, and what looks contradictory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.engine.sheets import SheetRow, is_blank
from app.kernel.identifiers.phones import names_somebody
from app.kernel.messages import N_, Message
from app.programmes.training.model import Enrolment, TrainingClass
from app.programmes.training.sheet import RESULTS, YES
from app.registers.lookup import OPEN

FIELDS = ("theory_score", "practical_score", "passed", "certificate_no", "completed_on")
SCORES = ("theory_score", "practical_score")
PASS_LINE = Decimal(60)
SCREEN, SHEET = "screen", "sheet"
"""Where a result comes from; None for one that 0.5.0 stored."""
NO_CERTIFICATE = N_(
    "证书编号不能填公民身份号码或手机号码。请填写证书上的编号；证书以公民身份号码为编号的，只填末四位。"
)

Result = dict[str, Any]


@dataclass(frozen=True)
class Contradiction:
    """A result that was typed on the screen and another one in the sheet; `key` changes with the stored one."""

    key: str
    number: str
    name: str
    stored: Result
    new: Result

    @classmethod
    def of(cls, student: Enrolment, new: Result) -> Contradiction:
        return cls(
            f"{student.id}.{student.version}",
            student.number,
            student.person.name or "",
            result_of(student),
            new,
        )


def result_of(student: Enrolment) -> Result:
    """Return what is stored."""
    return {name: getattr(student, name) for name in FIELDS}


def entered(values: Mapping[str, Any]) -> Result:
    """Return the result that a form or a whole row holds."""
    return {**{name: values.get(name) for name in FIELDS}, "passed": values.get("passed") == YES}


def is_filled_in(row: SheetRow) -> bool:
    """Return whether any cell of a result is filled in."""
    return any(not is_blank(row.raw.get(name) or "") for name in FIELDS)


def merged(row: SheetRow, student: Enrolment) -> Result:
    """Return the stored result with what the row fills in: a blank cell erases nothing."""
    typed, stored = entered(row.values), result_of(student)
    return {name: stored[name] if is_blank(row.raw.get(name) or "") else typed[name] for name in FIELDS}


def faults_of_cells(row: SheetRow, student: Enrolment | None) -> list[Message]:
    """Return what is wrong in the row's cells; a required one may be blank where something is stored."""
    stored = result_of(student) if student else {}
    return [
        fault
        for name, fault in row.errors.items()
        if not (is_blank(row.raw.get(name) or "") and stored.get(name) is not None)
    ]


def fault_of(result: Result, training_class: TrainingClass, today: date) -> Message | None:
    """Return why a result can't be stored, or None."""
    for name in SCORES:
        if result[name] is not None and not Decimal(0) <= result[name] <= Decimal(100):
            return Message(N_("成绩{score}不在0至100之间。请更正。"), score=result[name])
    if names_somebody(result["certificate_no"] or ""):
        return Message(NO_CERTIFICATE)
    if result["passed"] and not result["certificate_no"]:
        return Message(N_("合格的学员须填写证书编号。请补填。"))
    if not training_class.opens_on <= result["completed_on"] <= today:
        return Message(
            N_("结业日期{completed_on}应在开班日期{opens_on}至今天{today}之间。请更正。"),
            completed_on=result["completed_on"],
            opens_on=training_class.opens_on,
            today=today,
        )
    return None


def contradictions(result: Result, absent: Iterable[str] = ()) -> list[Message]:
    """Return results that look wrong but may be right; `absent` names the examinations that the student missed."""
    if result["passed"] is None:
        return []
    titles = {name: RESULTS.column(name).title for name in SCORES}
    scores = {name: result[name] for name in SCORES if result[name] is not None}
    if result["passed"]:
        low = [
            Message(
                N_("{title}{score}分，低于{line}分，却是“合格”。请核对。"),
                title=titles[name],
                score=score,
                line=PASS_LINE,
            )
            for name, score in scores.items()
            if score < PASS_LINE
        ]
        missed = [Message(N_("{title}缺考，却是“合格”。请核对。"), title=titles[name]) for name in absent]
        return low + missed
    high = len(scores) == len(SCORES) and min(scores.values()) >= PASS_LINE
    return [
        Message(sentence, line=PASS_LINE)
        for sentence, applies in (
            (N_("理论和实操成绩都不低于{line}分，却是“不合格”。请核对。"), high),
            (N_("“不合格”的学员填写了证书编号。请核对。"), bool(result["certificate_no"])),
        )
        if applies
    ]


def absences(row: SheetRow) -> list[str]:
    """Return the examinations that the row says were missed."""
    return [
        name
        for name in SCORES
        if row.values.get(name) is None and name not in row.errors and not is_blank(row.raw.get(name) or "")
    ]


def shared_certificates(session: Session, students: Sequence[Enrolment]) -> dict[int, Message]:
    """Return enrolment id → the sentence for a certificate number that somebody else has too, in any office; one statement."""
    numbers = {s.certificate_no for s in students if s.certificate_no}
    wanted = select(
        Enrolment.certificate_no, Enrolment.person_id, Enrolment.class_id, Enrolment.student_no
    ).where(Enrolment.certificate_no.in_(numbers), Enrolment.state == "enrolled")
    bearers = defaultdict(list)
    for number, *bearer in session.execute(wanted, execution_options=OPEN) if numbers else ():
        bearers[number].append(bearer)
    sentences = {}
    for student in students:
        number = student.certificate_no
        others = [bearer for bearer in bearers[number] if bearer[0] != student.person_id]
        if number and others:
            sentences[student.id] = _shared(number, student.class_id, others)
    return sentences


def _shared(certificate: str, class_id: int, others: Sequence[Sequence[int]]) -> Message:
    here = [number for _, other_id, number in others if other_id == class_id]
    if here:
        return Message(
            N_("证书编号{certificate}与本班学号末四位为{number}的学员相同。请核对。"),
            certificate=certificate,
            number=f"{min(here):04d}",
        )
    return Message(N_("证书编号{certificate}与其他班级的学员相同。请核对。"), certificate=certificate)


def warnings(
    session: Session, students: Sequence[Enrolment], absent: Mapping[int, Sequence[str]] | None = None
) -> dict[int, list[Message]]:
    """Return enrolment id → what should be looked at before the class is completed; students without a warning are left out."""
    shared, missed = shared_certificates(session, students), absent or {}
    warning_of = {
        s.id: contradictions(result_of(s), missed.get(s.id, ())) + [shared[n] for n in (s.id,) if n in shared]
        for s in students
    }
    return {student: messages for student, messages in warning_of.items() if messages}
