"""Applications that an office handles together, and the steps of their way; a schedule says on which day each is made."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, select

from app.demo.history import phrases
from app.demo.history.counter import Counter, Office
from app.demo.history.moments import at
from app.demo.identities import Firm, Resident
from app.demo.stories import Hire
from app.engine.cases.claims import Claim, FailedRow
from app.engine.casework import objections
from app.engine.intake import correcting_accounts
from app.engine.intake.applications import edit_claim
from app.engine.intake.check import drop_failed
from app.engine.workflow.effects import least_days
from app.programmes.installed import programme_of

Chosen = Collection[int] | None


class Step(NamedTuple):
    """A step, so many working days ago, and what it needs."""

    ago: int
    name: str
    needs: dict[str, Any]


def step(ago: int, name: str, **needs: Any) -> Step:
    return Step(ago, name, needs)


HOURS = {"clerk": 9, "reviewer": 14, "cashier": 15}
WHO = {
    **dict.fromkeys(("approve", "reject", "give_back", "publicize", "pass_on", "fail", "decide", "revoke", "sign"), "reviewer"),
    **dict.fromkeys(("make_list", "pay", "dissolve"), "cashier"),
}  # fmt: skip
"""Step → who makes it; a clerk the others."""


class Case:
    """One application to be: its payee and the people of its sheet."""

    def __init__(self, payee: Firm | Resident, hires: Sequence[Hire]):
        self.payee, self.hires, self.application = payee, hires, 0


SomeCase = TypeVar("SomeCase", bound=Case)


class Docket(Generic[SomeCase]):
    """The cases of one programme that go the same way in one office."""

    def __init__(self, counter: Counter, office: Office, code: str, cases: Sequence[SomeCase]):
        self.counter, self.office, self.code, self.cases = counter, office, code, cases
        self.raised: list[int] = []

    def live(self, steps: Sequence[Step]) -> Iterator[datetime]:
        """Make each step on its day, but those that today or later brings; yields the moment of a step before it is made."""
        for ago, name, needs in steps:
            if ago < 1:
                return
            hour = HOURS[WHO.get(name, "clerk")]
            minute = self.counter.random.randrange(5, 100)
            yield at(self.counter.days.ago(ago), hour) + timedelta(minutes=minute)
            getattr(self, name)(**needs)

    def chosen(self, of: Chosen) -> list[SomeCase]:
        """Return the cases at some places of the docket, all of them when none is named."""
        return [case for place, case in enumerate(self.cases) if of is None or place in of]

    def applications(self, of: Chosen = None) -> list[int]:
        return [case.application for case in self.chosen(of) if case.application]

    def claims(self, state: str, *conditions: ColumnElement[bool], of: Chosen = None) -> list[int]:
        return self.counter.claims(self.applications(of), state, *conditions)

    def fire(self, actor: str, move: str, ids: Sequence[int], **params: Any) -> None:
        self.counter.fire(getattr(self.office, actor), self.code, move, ids, **params)

    def take_in(self, of: Chosen = None) -> None:
        """Take in cases, each with its sheet."""
        for case in self.chosen(of):
            case.application = self.counter.take_in(
                self.office.clerk, self.code, case.payee, case.hires, self.office.region
            )

    def mend(self) -> None:
        """Correct the names and numbers that were mistyped; leave out who can't be helped."""
        counter, clerk = self.counter, self.office.clerk
        for case in self.cases:
            mistyped = [replace(hire, typed={}) for hire in case.hires if hire.typed]
            if mistyped:
                counter.check(clerk, counter.application(case.application), mistyped)
            rows = select(FailedRow.id).where(FailedRow.application_id == case.application)
            if ids := counter.session.scalars(rows).all():
                with counter.acting(clerk):
                    drop_failed(counter.session, clerk, case.application, ids)

    def bank(self) -> None:
        """Fill in the accounts."""
        for application in self.applications():
            self.counter.bank(self.office.clerk, application)

    def add_papers(self) -> None:
        for application in self.applications():
            self.counter.paper(self.office.clerk, application, "contract")

    def submit(self, of: Chosen = None) -> None:
        self.fire("clerk", "submit", [*self.claims("draft", of=of), *self.claims("returned", of=of)])

    def withdraw(self, count: int) -> None:
        self.fire("clerk", "withdraw", self.claims("submitted")[-count:], reason=self.say(phrases.WITHDRAWN))

    def approve(self, of: Chosen = None) -> None:
        self.fire("reviewer", "approve", self.claims("submitted", of=of), opinion=self.say(phrases.APPROVED))

    def reject(self, count: int) -> None:
        self.fire("reviewer", "reject", self.claims("submitted")[:count], opinion=self.say(phrases.REJECTED))

    def give_back(self, count: int) -> None:
        self.fire("reviewer", "return", self.claims("submitted")[-count:], opinion=self.say(phrases.RETURNED))

    def correct(self) -> None:
        """Do what the reviewer asked for."""
        counter, clerk = self.counter, self.office.clerk
        wanted = (
            select(Claim.id, Claim.version).where(Claim.id.in_(self.claims("returned"))).order_by(Claim.id)
        )
        for claim_id, version in counter.session.execute(wanted).all():
            with counter.acting(clerk):
                values = {"remark": self.say(phrases.CORRECTED)}
                edit_claim(
                    counter.session,
                    clerk,
                    programme_of(self.code),
                    claim_id,
                    version,
                    values,
                    counter.vault,
                    counter.today,
                )

    def publicize(self, count: int | None = None, ends_in: int | None = None, of: Chosen = None) -> None:
        """Publicize what is approved, for the least time or until so many days after the demonstration's today."""
        counter, start = self.counter, self.counter.today
        least = least_days(counter.session, programme_of(self.code), start)
        end = counter.days.calendar.reach(start, least)
        if ends_in is not None:
            end = max(end, counter.days.today + timedelta(days=ends_in))
        self.fire("reviewer", "publicize", self.claims("approved", of=of)[:count], start=start, end=end)

    def object(self, count: int = 1) -> None:
        """Take in objections to the first people of a publicity."""
        counter, clerk = self.counter, self.office.clerk
        for claim_id in self.claims("publicizing")[:count]:
            by, content = counter.random.choice(phrases.OBJECTIONS)
            with counter.acting(clerk):
                objection = objections.register(
                    counter.session, clerk, claim_id, counter.vault, counter.today, raised_on=counter.today,
                    raised_by=by, contact=f"199{counter.random.randrange(10**8):08}", content=content,
                )  # fmt: skip
                self.raised.append(objection.id)

    def decide(self, outcomes: Sequence[bool]) -> None:
        """Decide objections in their order: whether each is upheld."""
        counter, reviewer = self.counter, self.office.reviewer
        for upheld in outcomes:
            opinion = phrases.UPHELD if upheld else phrases.DISMISSED
            with counter.acting(reviewer):
                objections.decide(
                    counter.session, reviewer, self.raised.pop(0), upheld, opinion, counter.today
                )

    def fail(self, count: int = 1) -> None:
        self.fire("reviewer", "fail_publicity", self.claims("publicizing")[:count], reason=phrases.FAILED)

    def pass_on(self, of: Chosen = None) -> None:
        self.fire("reviewer", "pass_publicity", self.claims("publicizing", of=of))

    def revoke(self, state: str = "publicized") -> None:
        self.fire("reviewer", "revoke", self.claims(state)[-1:], reason=self.say(phrases.REVOKED))

    def make_list(self, count: int | None = None) -> None:
        """Put people on a payment list that are on none yet, or the first of them."""
        self.fire("cashier", "list", self.claims("publicized", Claim.payment_list_id.is_(None))[:count])

    def dissolve(self) -> None:
        ids = self.claims("publicized", Claim.payment_list_id.is_not(None))
        self.fire("cashier", "dissolve", ids, reason=phrases.DISSOLVED)

    def pay(self, count: int | None = None) -> None:
        """Pay the people on the list, or the first of them."""
        ids = self.claims("publicized", Claim.payment_list_id.is_not(None))[:count]
        today = self.counter.today
        voucher = f"记-{today:%Y%m}-{self.counter.random.randrange(1, 400):04}"
        self.fire("cashier", "disburse", ids, paid_on=today, voucher_no=voucher)

    def propose(self) -> None:
        """Propose another account of the payee, who has moved to another bank."""
        counter, clerk = self.counter, self.office.clerk
        application = counter.application(self.applications()[0])
        with counter.acting(clerk):
            correcting_accounts.propose(
                counter.session, clerk, application.id, counter.vault, counter.details(application),
                reason=phrases.OTHER_ACCOUNT,
            )  # fmt: skip

    def sign(self, signs: bool) -> None:
        """Sign or refuse the correction that was proposed."""
        counter, reviewer = self.counter, self.office.reviewer
        with counter.acting(reviewer):
            application = counter.application(self.applications()[0])
            opinion = phrases.SIGNED if signs else phrases.NOT_SIGNED
            correcting_accounts.decide(
                counter.session, reviewer, application.open_correction.id, signs, opinion
            )

    def say(self, sentences: Sequence[str]) -> str:
        return self.counter.random.choice(sentences)
