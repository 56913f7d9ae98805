"""A made-up subsidy that is parted into months or tranches, at a desk without screens: rows are checked, handed in, approved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from datetime import date
from random import Random

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.demo.identities import Resident, make_id
from app.engine.actor import Actor
from app.engine.cases.claims import Claim, FailedRow
from app.engine.casework import batch
from app.engine.intake.applications import open_application
from app.engine.intake.check import CheckReport, check_people
from app.engine.programme import Programme
from app.engine.scope import seeing
from app.engine.sheets import parse_row
from app.kernel.messages import Message
from app.studio.building import build
from app.studio.schema import read
from tests.bench import registers
from tests.desk import province
from tests.desk.definitions import DATA
from tests.desk.province import TODAY

FIELDS = ("name", "citizen_id", "contract_start", "contract_end", "skill_hours")
PARTS = {"months": "month", "tranches": "tranche"}
TRANCHES = [
    {"code": "first", "title": {"zh": "第一期", "en": "First"}},
    {"code": "second", "title": {"zh": "第二期", "en": "Second"}},
]


def data(
    period: str, limits: Sequence[Mapping] = (), code: str = "skills_bonus", **parameters: tuple[str, object]
) -> dict:
    """The made-up definition of `definitions`, parted, with limits and their parameters (unit, value)."""
    made = deepcopy(DATA)
    own = {one["code"]: one for one in made["fields"]} | {"contract_end": {"code": "contract_end"}}
    made["fields"] = [own[name] for name in FIELDS]
    if period in PARTS:
        made["fields"].insert(2, {"code": PARTS[period]})
    if period == "tranches":
        made["tranches"] = TRANCHES
    for name, (unit, value) in parameters.items():
        made["parameters"][name] = {"title": name, "unit": unit, "default": value, "document": "测试文件"}
    made |= {"code": code, "period": period, "limits": list(limits), "amount": "参数(amount_junior)"}
    made["prefix"] = {"skills_bonus": "JN"}.get(code, "JM")
    del made["examples"], made["rules"][0]
    return made


class Desk:
    """The counters of two counties, for one programme; what it takes in is of people whom the registers know."""

    def __init__(
        self, session: Session, actors: Mapping[str, Actor], firms: Mapping[str, int], written: Mapping
    ):
        self.session, self.actors, self.firms = session, actors, firms
        self.programme: Programme = build(read(written))
        self.vault = current_app.extensions["vault"]
        self.session.execute(select(func.let_claims_repeat()))

    def check(
        self, rows: Iterable[Mapping], clerk: str = "clerk", application: int | None = None
    ) -> tuple[int, CheckReport]:
        """(an application, by default a new one with an account; what became of these rows in it)."""
        actor = self.actors[clerk]
        with seeing(self.session, actor.scope):
            if application is None:
                firm = self.firms[actor.office_code]
                made = open_application(self.session, actor, self.programme, firm, actor.office_code, TODAY)
                made.account = province.make_account(self.session)
                self.session.flush()
                application = made.id
            sheet = self.programme.sheet
            parsed = [
                parse_row(sheet, {k: str(v) for k, v in row.items()}, n, today=TODAY)
                for n, row in enumerate(rows, 1)
            ]
            report = check_people(self.session, actor, self.programme, application, parsed, self.vault, TODAY)
        self.session.commit()
        return application, report

    def prepare(self, move: str, application: int, clerk: str = "clerk") -> str:
        """A batch of all claims of an application that may be there."""
        actor = self.actors[clerk]
        chosen = select(Claim.id).where(Claim.application_id == application).order_by(Claim.id)
        with seeing(self.session, actor.scope):
            transition = self.programme.transitions[move]
            made = batch.prepare(self.session, actor, self.programme, transition, chosen, TODAY).id
        self.session.commit()
        return made

    def run(self, session: Session, batch_id: str, clerk: str = "clerk", **params: object) -> batch.Batch:
        """Run it in a session, which may be another connection's."""
        with seeing(session, self.actors[clerk].scope):
            return batch.run(session, self.actors[clerk], self.programme, batch_id, params, TODAY)

    def act(
        self, move: str, application: int, clerk: str = "clerk", **params: object
    ) -> dict[int, list[str]]:
        """Move an application's claims: claim → nothing, or the reason and the codes of the rules that stopped it."""
        done = self.run(self.session, self.prepare(move, application, clerk), clerk, **params).id
        self.session.commit()
        return self.reasons(done)

    def reasons(self, batch_id: str) -> dict[int, list[str]]:
        rows = self.session.scalars(select(batch.BatchRow).where(batch.BatchRow.batch_id == batch_id))
        return {row.row_id: [] if row.moved else [*self.said(row.findings), *_sentence(row)] for row in rows}

    def said(self, findings: Iterable[Mapping] | None) -> list[str]:
        """What the rules that stop say."""
        stops = [one for one in findings or () if one["verdict"] in ("fail", "unknown")]
        return [
            f"{one['rule']} {self.programme.rule(one['rule']).explain(one['verdict'], one['evidence']).text()}"
            for one in stops
        ]

    def claims(self, application: int) -> list[tuple[str, int, str]]:
        """(name, number of the part, state) of an application's claims, in order."""
        rows = select(Claim.name, Claim.slot_no, Claim.state).where(Claim.application_id == application)
        return [tuple(row) for row in self.session.execute(rows.order_by(Claim.name, Claim.slot_no))]

    def failed(self, application: int) -> dict[tuple[int, int], list[str]]:
        """(row, number of the part) → what the rules say of it."""
        rows = self.session.scalars(select(FailedRow).where(FailedRow.application_id == application))
        return {(row.row_no, row.slot_no): self.said(row.findings) for row in rows}


def people(session: Session, count: int, seed: int = 7) -> list[dict[str, str]]:
    """Rows of people whom the register knows, still without what they claim."""
    random, vault = Random(seed), current_app.extensions["vault"]
    residents = [Resident(make_id(random, TODAY), f"人员{n}", "", province.JINJIANG) for n in range(count)]
    registers.add_persons(session, vault, residents)
    return [
        {"name": one.name, "citizen_id": one.citizen_id, "contract_start": "2026-01-01", "skill_hours": "40"}
        for one in residents
    ]


def number(month: str) -> int:
    """A month's number."""
    first = date.fromisoformat(f"{month}-01")
    return first.year * 12 + first.month - 1


def _sentence(row: batch.BatchRow) -> list[str]:
    return [Message.from_json(row.reason).text()] if row.reason else []
