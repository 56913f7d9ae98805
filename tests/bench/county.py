"""One county at work: its people and employer, its logins, an application, the rows of a sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo.identities import Resident
from app.demo.users import PASSWORD
from app.engine.access.accounts import make_user
from app.engine.actor import Actor
from app.engine.cases.accounts import Details
from app.engine.cases.claims import Claim
from app.engine.casework import batch
from app.engine.intake import application_accounts, applications
from app.engine.intake.check import CheckReport, check_people
from app.engine.programme import Programme
from app.engine.scope import Scope
from app.engine.sheets import SheetRow, parse_row
from app.kernel.crypto import Vault
from app.registers.models import Employer
from app.registers.organisation import Office
from tests.bench import registers
from tests.desk.subsidies import CATEGORIES, STRANDED_MIGRANT, UNEMPLOYED
from tests.desk.subsidies import HIRING as PROGRAMME

HOME, NEIGHBOUR = "510104", "510105"
TODAY = date(2026, 11, 23)
START, END = date(2026, 3, 1), date(2027, 2, 28)
FIRST_MONTH, LAST_MONTH = date(2026, 3, 1), date(2026, 10, 1)
SINCE, UNTIL = date(2024, 11, 1), date(2026, 11, 22)
REGISTERED = date(2025, 6, 30)
LABELS = dict(CATEGORIES)


@dataclass
class County:
    """What an application needs; `people` pass every rule, unemployed and migrants in turn."""

    session: Session
    vault: Vault
    people: list[Resident]
    employer: int
    region: str = HOME
    programme: Programme = PROGRAMME

    @classmethod
    def founded(cls, session: Session, vault: Vault, size: int, region: str = HOME) -> County:
        """A county of `size` people, whom every register that rules read knows."""
        return cls.of(session, vault, registers.residents(size, region, TODAY), region)

    @classmethod
    def of(cls, session: Session, vault: Vault, folk: list[Resident], region: str) -> County:
        """The same with people of one's own."""
        ids = registers.add_persons(session, vault, folk)
        (employer,) = registers.add_employers(session, ["small"], region)
        registers.pay_all(session, ids, employer, region, FIRST_MONTH, LAST_MONTH)
        registers.add_unemployment(session, ((person, REGISTERED, None) for person in ids[::2]))
        registers.add_transfers(session, ((person, REGISTERED) for person in ids[1::2]))
        for kind in registers.DATED + registers.UNDATED:
            registers.cover(session, kind, {region, NEIGHBOUR}, SINCE, UNTIL)
        return cls(session, vault, folk, employer, region)

    def staff(self, username: str, role: str, office: str | None = None) -> Actor:
        """A login of an office; of this county's, if none is said."""
        found = self.session.scalars(select(Office).where(Office.code == (office or self.region))).one()
        user = make_user(self.session, Actor.command(), username, "陈小敏", found, [role], PASSWORD)
        scope = Scope.of_office(self.session, found)
        return Actor(user.id, username, found.id, found.code, found.name, "local", scope, frozenset({role}))

    def open(self, actor: Actor, today: date = TODAY) -> int:
        """A new application for the county's employer; its id."""
        opened = applications.open_application(
            self.session, actor, self.programme, self.employer, self.region, today
        )
        return opened.id

    def bank(self, actor: Actor, application: int) -> None:
        holder = self.session.get(Employer, self.employer).name
        details = Details("中国建设银行成都锦江支行", "105651000006", "basic", holder, "6217003810012345678")
        application_accounts.save_account(self.session, actor, application, self.vault, details)

    def typed(self, number: int, **changes: str) -> dict[str, str]:
        """The cells of one of the county's people, some of them written otherwise."""
        person = self.people[number]
        category = UNEMPLOYED if number % 2 == 0 else STRANDED_MIGRANT
        cells = {
            "name": person.name,
            "citizen_id": person.citizen_id,
            "category": LABELS[category],
            "contract_start": START.isoformat(),
            "contract_end": END.isoformat(),
            "phone": person.phone,
            "remark": "",
        }
        return cells | changes

    def check(
        self, actor: Actor, application: int, rows: Sequence[dict[str, str]], today: date = TODAY
    ) -> CheckReport:
        """The eligibility check of typed rows."""
        return check_people(
            self.session, actor, self.programme, application, self.read(rows, today), self.vault, today
        )

    def read(self, rows: Sequence[dict[str, str]], today: date = TODAY) -> list[SheetRow]:
        return [parse_row(self.programme.sheet, row, n, today=today) for n, row in enumerate(rows, 5)]

    def move(
        self, actor: Actor, transition: str, claims: Sequence[int], today: date = TODAY, **params: object
    ) -> batch.Batch:
        """A bulk action on claims, prepared and run."""
        chosen = select(Claim.id).where(Claim.id.in_(claims)).order_by(Claim.id)
        prepared = batch.prepare(
            self.session, actor, self.programme, self.programme.transitions[transition], chosen, today
        )
        return batch.run(self.session, actor, self.programme, prepared.id, params, today)

    def claims(self, application: int) -> dict[str, Claim]:
        """The claims of an application by the person's last four digits and name."""
        found = self.session.scalars(select(Claim).where(Claim.application_id == application))
        return {claim.name: claim for claim in found}
