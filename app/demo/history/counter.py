"""What people do at the counter and at their desks, through the functions that the screens call."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload
from stdnum.iso7064 import mod_11_10

from app.demo.history.days import Days
from app.demo.history.moments import Moments, sweep
from app.demo.history.people import Cast
from app.demo.identities import Firm, Resident
from app.demo.sheets import cells, place
from app.demo.stories import Hire
from app.demo.users import USERS
from app.engine.access.accounts import full_name
from app.engine.actor import Actor
from app.engine.cases.accounts import Details
from app.engine.cases.claims import Application, Claim
from app.engine.cases.papers import TITLES
from app.engine.casework import batch
from app.engine.intake.application_accounts import last_account, save_account
from app.engine.intake.applications import attach, open_application
from app.engine.intake.check import check_people
from app.engine.programme import Programme
from app.engine.scope import Scope
from app.engine.sheets.reading import parse_row
from app.kernel.crypto import Vault
from app.programmes.installed import programme_of
from app.registers.models import Employer, Person
from app.registers.organisation import Staff

SWEPT_EVERY = 10
BANKS = (
    ("中国建设银行", "105651"),
    ("中国工商银行", "102651"),
    ("中国农业银行", "103651"),
    ("成都银行", "313651"),
)
PAPER = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
"""A blank page: what stands in a scanned paper is nobody's business here."""


@dataclass(frozen=True)
class Office:
    """A county's own people."""

    region: str
    clerk: Actor
    reviewer: Actor
    cashier: Actor


class Counter:
    """Everything that the stories need: the session, whose owner writes the past, its clock, its calendar and its people."""

    def __init__(self, session: Session, vault: Vault, moments: Moments, days: Days, cast: Cast):
        self.session, self.vault = session, vault
        self.moments, self.days, self.cast = moments, days, cast
        self.random, self.fired = cast.random, 0

    @property
    def today(self) -> date:
        return self.moments.today

    @contextmanager
    def acting(self, actor: Actor) -> Iterator[None]:
        """Let somebody do something, which takes a while; the guards hold it against the actor's own office."""
        self.moments.pass_some()
        yield
        self.session.flush()

    def office(self, region: str) -> Office:
        """Return the clerk, the reviewer and the cashier of a county."""
        roles = {user.role: user.username for user in USERS if user.office == region}
        return Office(region, *(self.actor(roles[role]) for role in ("clerk", "reviewer", "cashier")))

    def actor(self, username: str) -> Actor:
        wanted = select(Staff).join(User, User.id == Staff.user_id).where(User.username == username)
        staff = self.session.scalars(wanted.options(joinedload(Staff.office))).one()
        office, place = staff.office, 11 + [user.username for user in USERS].index(username)
        scope = Scope.of_office(self.session, office)
        roles = frozenset(user.role for user in USERS if user.username == username)
        address = f"10.51.{int(office.code[-3:]) % 200}.{place}"
        return Actor(
            staff.user_id, full_name(staff.user), office.id, office.code, office.name, address, scope, roles
        )

    def employer(self, firm: Firm) -> Employer:
        return self.session.scalars(select(Employer).where(Employer.uscc == firm.uscc)).one()

    def people(self, residents: Sequence[Resident]) -> list[int]:
        """Return the ids of people in their order."""
        hashes = [self.vault.hash(resident.citizen_id) for resident in residents]
        rows = self.session.execute(select(Person.id_hash, Person.id).where(Person.id_hash.in_(hashes)))
        ids = {bytes(row.id_hash): row.id for row in rows}
        return [ids[each] for each in hashes]

    def take_in(
        self, clerk: Actor, code: str, payee: Firm | Resident, hires: Sequence[Hire], region: str
    ) -> int:
        """Open an application and check its sheet; return its id."""
        programme = programme_of(code)
        unit = self.employer(payee).id if isinstance(payee, Firm) else None
        person = None if isinstance(payee, Firm) else self.people([payee])[0]
        with self.acting(clerk):
            application = open_application(
                self.session, clerk, programme, unit, None if programme.placed else region, self.today,
                payee_person_id=person,
            )  # fmt: skip
        self.check(clerk, application, hires)
        return application.id

    def check(self, clerk: Actor, application: Application, hires: Sequence[Hire]) -> None:
        """Check people as their sheet names them."""
        programme = programme_of(application.programme)
        rows = [
            parse_row(programme.sheet, _typed(programme, hire), number, today=self.today)
            for number, hire in enumerate(hires, 4)
        ]
        with self.acting(clerk):
            check_people(self.session, clerk, programme, application.id, rows, self.vault, self.today)

    def bank(self, clerk: Actor, application_id: int) -> None:
        """Fill in the account: the payee's last one in the office, or a new one, with its permit."""
        application = self.application(application_id)
        with self.acting(clerk):
            last = last_account(self.session, application)
            details = self.details(application) if last is None else self.same(last)
            save_account(self.session, clerk, application_id, self.vault, details, last.id if last else None)
        if last is None and application.payee_kind == "unit":
            self.paper(clerk, application_id, "account_permit")

    def details(self, application: Application) -> Details:
        """Return an account that the payee opened somewhere."""
        bank, code = self.random.choice(BANKS)
        branch = f"{code}{self.random.randrange(10**5):05}"
        unit = application.payee_kind == "unit"
        return Details(
            bank_name=f"{bank}成都{self.random.choice(('锦江', '青羊', '武侯', '天府'))}支行",
            branch_no=branch + mod_11_10.calc_check_digit(branch),
            kind="basic" if unit else "social_card",
            holder=application.payee.name or "",
            number=f"62{self.random.randrange(10**17):017}",
        )

    def same(self, account: Any) -> Details:
        """Return a known account without its number, as the page offers it."""
        return Details(account.bank_name, account.branch_no, account.kind, account.holder, "")

    def paper(self, clerk: Actor, application_id: int, kind: str) -> None:
        """Add a scanned paper."""
        with self.acting(clerk):
            attach(
                self.session,
                clerk,
                application_id,
                self.vault,
                kind=kind,
                name=f"{TITLES[kind]}.pdf",
                content=PAPER,
            )

    def fire(self, actor: Actor, code: str, move: str, ids: Collection[int], **params: Any) -> int:
        """Make a bulk move of some rows, as from a list; return how many moved."""
        programme = programme_of(code)
        transition = programme.transition(move)
        model = transition.subject.model if transition.subject else Claim
        if not ids:
            return 0
        self.fired += 1
        if self.fired % SWEPT_EVERY == 0:
            sweep(self.session)
        with self.acting(actor):
            rows = select(model.id).where(model.id.in_(list(ids))).order_by(model.id)
            prepared = batch.prepare(self.session, actor, programme, transition, rows, self.today)
            return batch.run(self.session, actor, programme, prepared.id, params, self.today).moved or 0

    def claims(
        self, applications: Collection[int], state: str, *conditions: ColumnElement[bool]
    ) -> list[int]:
        """Return the claims of applications in a state, in their order."""
        wanted = select(Claim.id).where(Claim.application_id.in_(list(applications)), Claim.state == state)
        return list(self.session.scalars(wanted.where(*conditions).order_by(Claim.id)))

    def application(self, application_id: int) -> Application:
        return self.session.scalars(select(Application).where(Application.id == application_id)).one()


def _typed(programme: Programme, hire: Hire) -> Mapping[str, str]:
    """Return a row of the programme's sheet by its columns' names."""
    by_title = {**cells(hire), **place(hire)}
    return {column.field: by_title[column.title] for column in programme.sheet.columns}
