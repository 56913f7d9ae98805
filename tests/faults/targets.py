"""For every move at every place of a programme a row of its own that may make it, brought there by the engine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import count

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from app.engine.actor import Actor
from app.engine.cases.claims import Claim
from app.engine.casework import batch
from app.engine.programme import Programme
from app.engine.scope import seeing
from app.kernel.crypto import Vault
from app.programmes.training import PROGRAMME as TRAINING
from app.programmes.training.model import TrainingClass
from tests.desk import province, school

FILED, TODAY = province.TODAY, date(2026, 11, 30)
PARAMS = {
    "withdraw": {"reason": "本人放弃"},
    "reject": {"opinion": "合同不真实"},
    "return": {"opinion": "请补充"},
    "publicize": {"start": "2026-11-30", "end": "2026-12-04"},
    "fail_publicity": {"reason": "异议成立"},
    "revoke": {"reason": "单位已注销"},
    "disburse": {"paid_on": "2026-11-30", "voucher_no": "PZ-1"},
    "reject_class": {"opinion": "不符合"},
    "return_class": {"opinion": "请补充"},
    "cancel_class": {"reason": "停办"},
    "return_completion": {"opinion": "请补充"},
}
PUBLICITY = {"start": date(2026, 11, 23), "end": date(2026, 11, 27)}
WAY = (
    ("submit", "clerk", FILED, {}),
    ("approve", "reviewer", FILED, {}),
    ("publicize", "reviewer", FILED, PUBLICITY),
    ("pass_publicity", "reviewer", TODAY, {}),
    ("list", "cashier", TODAY, {}),
)
"""How a claim comes from draft to a payment list."""
STEPS = {"submit": 0, "withdraw": 0, "approve": 1, "reject": 1, "return": 1, "publicize": 2, "revoke": 2}
STEPS |= {"pass_publicity": 3, "fail_publicity": 3, "list": 4, "disburse": 4, "dissolve": 5}
OWN_PAPER = {"notices": ("publicize", "notice_id"), "payment_lists": ("list", "payment_list_id")}
"""Places whose rows are the papers that a move makes; each target needs a paper of its own."""
CLASS_STEPS = {"submit_class": (), "cancel_class": ("submit_class", "approve_class")}
CLASS_STEPS |= dict.fromkeys(("approve_class", "reject_class", "return_class"), ("submit_class",))
CLASS_STEPS["graduate"] = CLASS_STEPS["cancel_class"]
CLASS_STEPS |= dict.fromkeys(
    ("approve_completion", "return_completion"), (*CLASS_STEPS["cancel_class"], "graduate")
)
COMPLETED = """
    WITH done AS (UPDATE training_classes SET state = 'completed' WHERE id IN
        (SELECT e.class_id FROM claims c JOIN enrolments e ON e.id = c.enrolment_id WHERE c.id = ANY(:claims)) RETURNING id)
    UPDATE enrolments SET passed = true, completed_on = DATE '2026-11-06' FROM done WHERE class_id = done.id
"""
RESULTS = (
    "UPDATE enrolments SET passed = true, completed_on = DATE '2026-11-06' WHERE class_id = ANY(:classes)"
)
_numbers = count(1)


@dataclass
class Target:
    """One move at one place, fired in one way; `row` is what is ticked there."""

    rule: str
    move: str
    role: str
    way: str
    row: int = 0
    claim: int = 0

    @property
    def place(self) -> str:
        return self.rule.split("/")[2]

    @property
    def steps(self) -> int:
        return 5 if self.place == "payment_lists" else STEPS[self.move]


class World:
    """Makes the rows; everything is committed."""

    def __init__(self, session: Session, actors: dict[str, Actor], programme: Programme, vault: Vault):
        self.session, self.actors, self.programme, self.vault = session, actors, programme, vault
        self.firm = province.make_employers(session)[province.JINJIANG]

    def place(self, targets: Sequence[Target]) -> None:
        about_classes = [target for target in targets if target.move in CLASS_STEPS]
        about_claims = [target for target in targets if target.move not in CLASS_STEPS]
        if self.programme is TRAINING:
            self._classes(about_classes)
            self._declared(about_claims)
        else:
            self._drafted(about_claims)
        self._advance(about_claims)
        for target in about_claims:
            column = {"applications": "application_id"}.get(target.place, "id")
            column = OWN_PAPER[target.place][1] if target.place in OWN_PAPER else column
            target.row = self.session.scalar(select(getattr(Claim, column)).where(Claim.id == target.claim))
        self.session.commit()

    def _drafted(self, targets: Sequence[Target]) -> None:
        clerk, account = self.actors["clerk"], province.make_account(self.session)
        shared = {"programme": self.programme.code, "office_id": clerk.office_id, "employer_id": self.firm}
        shared |= {"insured_region": province.JINJIANG}
        people = province.make_people(self.session, len(targets))
        filed = {"account_id": account.id, "created_on": FILED, "created_by": clerk.user_id}
        opened = [{**shared, **filed, "number": f"T-{next(_numbers)}"} for _ in targets]
        made = insert(self.programme.application).returning(
            self.programme.application.id, sort_by_parameter_order=True
        )
        applications = list(self.session.scalars(made, opened))
        own = {"amount": Decimal(0), "category": "unemployed", "contract_start": province.CONTRACT_START}
        names = dict(self.session.execute(text("SELECT id, name FROM persons")).all())
        for target, person, application in zip(targets, people, applications, strict=True):
            row = {**shared, **own, "person_id": person, "name": names[person], "application_id": application}
            target.claim = self.session.scalar(
                insert(self.programme.claim).returning(self.programme.claim.id), row
            )

    def _classes(self, targets: Sequence[Target]) -> None:
        self._open(targets)
        for step in ("submit_class", "approve_class", "graduate"):
            classes = [target.row for target in targets if step in CLASS_STEPS[target.move]]
            if step == "approve_class":
                asked = {
                    "classes": [
                        target.row for target in targets if "approve_class" in CLASS_STEPS[target.move]
                    ]
                }
                self.session.execute(text(RESULTS), asked)
            self._fire(step, classes, self.actors["reviewer" if step == "approve_class" else "clerk"], FILED)

    def _open(self, targets: Sequence[Target]) -> None:
        students = school.make_students(self.session, self.vault, len(targets), [self.firm])
        for target, student in zip(targets, students, strict=True):
            target.row = school.open_class(self.session, self.actors["clerk"], self.firm, [student])
        self.session.commit()

    def _declared(self, targets: Sequence[Target]) -> None:
        self._open(targets)
        classes = [target.row for target in targets]
        self._fire("submit_class", classes, self.actors["clerk"], FILED)
        self._fire("approve_class", classes, self.actors["reviewer"], FILED)
        for target in targets:
            _, (target.claim,) = school.declare(self.session, self.actors["clerk"], target.row)
        paid = [target.claim for target in targets if target.steps >= STEPS["list"]]
        self.session.execute(text(COMPLETED), {"claims": paid})

    def _advance(self, targets: Sequence[Target]) -> None:
        for number, (move, who, today, params) in enumerate(WAY):
            moving = [target for target in targets if target.steps > number]
            alone = [t for t in moving if OWN_PAPER.get(t.place, ("",))[0] == move]
            together = [target.claim for target in moving if target not in alone]
            for claims in filter(None, [together, *([target.claim] for target in alone)]):
                self._fire(move, claims, self.actors[who], today, **params)

    def _fire(self, move: str, rows: Iterable[int], actor: Actor, today: date, **params: object) -> None:
        transition = self.programme.transitions[move]
        model = TrainingClass if transition.subject else Claim
        chosen = select(model.id).where(model.id.in_(list(rows))).order_by(model.id)
        with seeing(self.session, actor.scope):
            prepared = batch.prepare(self.session, actor, self.programme, transition, chosen, today)
            done = batch.run(self.session, actor, self.programme, prepared.id, params, today)
        self.session.commit()
        assert (done.moved, done.refused) == (len(rows), 0), (move, province.reasons(self.session, done.id))
