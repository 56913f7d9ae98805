"""Training on the small province of `tests.engine.workflow.facts`: projects, classes, and students who have real ids."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import count

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.engine.actor import Actor
from app.engine.cases.claims import Claim
from app.engine.casework import batch
from app.engine.casework.batch import Batch
from app.engine.policy_values import PolicyValue
from app.engine.scope import OPEN, seeing
from app.kernel import names
from app.kernel.crypto import Vault, new_key
from app.kernel.identifiers import citizen_id
from app.programmes.training import PROGRAMME, declaration
from app.programmes.training.classes import editing
from app.programmes.training.model import ClassPlace, Enrolment, Project, StudentPlace, TrainingClass
from app.registers.ciphers import place
from app.registers.models import Contribution, Employer, Person
from tests.desk import province

TODAY = province.TODAY
OCTOBER = date(2026, 10, 1)
OPENS, CLOSES = date(2026, 10, 12), date(2026, 11, 6)
DATES = {"opens_on": OPENS, "closes_on": CLOSES, "stop_from": OCTOBER, "stop_to": date(2026, 11, 30)}
YEAR = {"stop_from": date(2020, 1, 1), "stop_to": date(2026, 12, 31)}
DETAILS = {"hours": 40, "platform": "川培在线", "teacher": "李老师", "contact": "王主任"}
VAULT = Vault.from_base64(new_key(), new_key())
"""Of classes' phones."""
_numbers = count(1)


def make_project(session: Session) -> int:
    n = next(_numbers)
    project = Project(code=f"T-{n}", name=f"项目{n}", occupation="电工", level="初级", hours=40)
    session.add(project)
    session.flush()
    return project.id


def make_employer(session: Session, scale: str = "small", region: str = province.JINJIANG) -> int:
    n = next(_numbers)
    firm = Employer(
        uscc=f"9151010{n:011}", name=f"企业{n}", kind="enterprise", scale=scale, region_code=region
    )
    session.add(firm)
    session.flush()
    return firm.id


def make_id(n: int) -> str:
    """A valid citizen id; a number of its own for every n below 365,000."""
    born = date.fromordinal(date(1990, 1, 1).toordinal() + n // 999)
    first17 = f"510104{born:%Y%m%d}{n % 999 + 1:03}"
    return first17 + citizen_id.check_digit(first17)


def make_students(
    session: Session,
    vault: Vault,
    number: int,
    employers: Iterable[int] = (),
    months: Sequence[date] = (OCTOBER,),
    *,
    paid: bool = True,
) -> list[int]:
    """People of 锦江区 with an id that can be typed, with contributions of `months` under the employers."""
    rows = []
    for n in (next(_numbers) for _ in range(number)):
        typed = make_id(n)
        name = f"学员{n}"
        rows.append(
            {
                "id_hash": vault.hash(typed),
                "id_cipher": vault.encrypt(typed, place(Person.id_cipher, id_hash=vault.hash(typed))),
                "head4": typed[:4],
                "last4": typed[-4:],
                "name": name,
                "name_folded": names.fold(name),
                "region_code": province.JINJIANG,
            }
        )
    people = list(session.scalars(insert(Person).returning(Person.id, sort_by_parameter_order=True), rows))
    insure(session, people, employers, months, paid=paid)
    return people


def insure(
    session: Session,
    people: Iterable[int],
    employers: Iterable[int],
    months: Iterable[date] = (OCTOBER,),
    *,
    paid: bool = True,
) -> None:
    rows = [
        {
            "person_id": p,
            "employer_id": e,
            "insured_region": province.JINJIANG,
            "month": m,
            "paid": paid,
        }
        for p in people
        for e in employers
        for m in months
    ]
    if rows:
        session.execute(insert(Contribution), rows)


def open_class(
    session: Session,
    clerk: Actor,
    employer: int,
    people: Sequence[int] = (),
    *,
    project: int | None = None,
    **changed: object,
) -> int:
    """A draft class of the clerk's office with its students; commits nothing."""
    values = {**DATES, **DETAILS, "project_id": project or make_project(session), **changed}
    firm = session.get(Employer, employer, execution_options=OPEN)
    with seeing(session, clerk.scope):
        opened = editing.open_class(session, clerk, firm, values, VAULT, TODAY)
        if people:
            editing.add_students(session, clerk, opened.id, people)
    return opened.id


def prepare(session: Session, actor: Actor, move: str, rows: Iterable[int], model: type | None = None) -> str:
    """The id of a batch over classes or claims, whichever the move is about."""
    transition = PROGRAMME.transitions[move]
    model = transition.subject.model if transition.subject else Claim
    chosen = select(model.id).where(model.id.in_(list(rows))).order_by(model.id)
    with seeing(session, actor.scope):
        return batch.prepare(session, actor, PROGRAMME, transition, chosen, TODAY).id


def run(session: Session, actor: Actor, batch_id: str, today: date = TODAY, **params: object) -> Batch:
    with seeing(session, actor.scope):
        return batch.run(session, actor, PROGRAMME, batch_id, params, today)


def act(
    session: Session, actor: Actor, move: str, rows: Iterable[int], today: date = TODAY, **params: object
) -> dict[int, str | None]:
    """Moves classes or claims and commits: row → None where it moved, else the sentence."""
    done = run(session, actor, prepare(session, actor, move, rows), today, **params)
    session.commit()
    return province.reasons(session, done.id)


def advance(session: Session, actors: dict[str, Actor], held: int, *moves: str) -> None:
    """Moves one class on, each move by the role that makes it; each must succeed."""
    for move in moves:
        actor = actors[PROGRAMME.transitions[move].duty]
        asks = {"opinion": "意见"} if "return" in move or "reject" in move else {"reason": "停办"}
        params = asks if move.startswith(("return", "reject", "cancel")) else {}
        assert act(session, actor, move, [held], **params) == {held: None}, move


def declare(session: Session, clerk: Actor, held: int, *, bank: bool = True) -> tuple[int, list[int]]:
    """(declaration, ids of its draft claims in the students' order), with bank details."""
    with seeing(session, clerk.scope):
        application = declaration.declare(session, clerk, PROGRAMME, held, TODAY)
        if bank:
            application.account = province.make_account(session)
        session.commit()
        made = select(Claim.id).where(Claim.application_id == application.id).order_by(Claim.id)
        return application.id, list(session.scalars(made))


def state(session: Session, held: int) -> str:
    return session.scalar(select(TrainingClass.state).where(TrainingClass.id == held))


def students(session: Session, held: int) -> dict[int, str]:
    """Person → state in the class."""
    wanted = select(Enrolment.person_id, Enrolment.state).where(Enrolment.class_id == held)
    return dict(session.execute(wanted.order_by(Enrolment.student_no)).all())


def findings(session: Session, held: int, person: int) -> dict[str, dict]:
    """Rule → what it said last of a student."""
    found = session.scalar(
        select(Enrolment.findings).where(Enrolment.class_id == held, Enrolment.person_id == person)
    )
    return {finding["rule"]: finding for finding in found or ()}


def places(session: Session, held: int) -> dict[int, int]:
    """Person → number of the place that a class's student holds."""
    wanted = select(StudentPlace.person_id, StudentPlace.slot_no).join(
        Enrolment, Enrolment.id == StudentPlace.enrolment_id
    )
    return dict(session.execute(wanted.where(Enrolment.class_id == held)).all())


def holder(session: Session, employer: int, project: int) -> int | None:
    """The class that holds an employer's place in a project."""
    return session.scalar(
        select(ClassPlace.class_id).where(
            ClassPlace.employer_id == employer, ClassPlace.project_id == project
        )
    )


def set_policy(session: Session, parameter: str, value: str, starts_on: date) -> None:
    row = PolicyValue(
        programme=PROGRAMME.code, parameter=parameter, value=value, starts_on=starts_on, document="川人社函"
    )
    session.add(row)
    session.commit()
