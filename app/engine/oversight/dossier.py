"""What the product knew of one person at a moment: every claim as it stood then, by the audit log.

Rows tell how things are; the log tells what each field was before and after a change. A value at a moment is what the
last change until then left, else what the first change afterwards found, else what stands there still.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from app.engine.audit import NAMED, AuditEntry
from app.engine.cases.accounts import Account
from app.engine.cases.claims import Application, Check, Claim, Notice
from app.engine.cases.payments import PaymentList
from app.engine.cases.states import EDITABLE
from app.engine.casework.objections import Objection
from app.kernel.dates import SHANGHAI
from app.registers.models import Employer
from app.registers.organisation import Office


@dataclass(frozen=True)
class Paper:
    """A scanned paper that was attached then."""

    name: str
    sha256: str
    added_at: datetime


@dataclass(frozen=True)
class PastObjection:
    """An objection; `state` and `decision` as they were then."""

    raised_on: date
    content: str
    state: str
    decision: str | None


@dataclass(frozen=True)
class PastPlace:
    """A place in a class (`Programme.classes`); titles are messages, `results` fields of the programme."""

    number: str
    title: str
    employer: Employer
    office: Office
    first: str
    last: str
    state: str
    standing: str
    results: Mapping[str, Any]
    entries: Sequence[AuditEntry]


@dataclass(frozen=True)
class PastClaim:
    """One claim as it stood then; `claim` gives what never changes. `entries` end at the moment."""

    claim: Claim
    state: str
    amount: Decimal
    policy: Mapping[str, str | None] | None
    kept: Mapping[str, Any]
    account: Account | None
    checks: Sequence[Check]
    entries: Sequence[AuditEntry]
    papers: Sequence[Paper]
    notice: Notice | None
    payment_list: PaymentList | None
    objections: Sequence[PastObjection]
    paid_on: str | None
    voucher_no: str | None


def end_of(day: date) -> datetime:
    """Return the last instant of an office's day."""
    return datetime.combine(day, time.max, SHANGHAI)


def value_then(entries: Iterable[AuditEntry], field: str, until: datetime, now: Any) -> Any:
    """Return a field's value at a moment; `now` is today's. `entries` are in order."""
    history = list(entries)
    values_until = [
        after[field] for entry in history if entry.at <= until and field in (after := entry.after or {})
    ]
    if values_until:
        return values_until[-1]
    values_before = (
        before[field] for entry in history if entry.at > until and field in (before := entry.before or {})
    )
    return next(values_before, now)


def claims_then(
    session: Session, person_id: int, until: datetime, kept: Callable[[Claim], Mapping[str, Any]]
) -> list[PastClaim]:
    """Return the person's claims within scope that were known at the moment; `kept` gives what a claim keeps today.

    A fixed number of statements, whatever the number of claims.
    """
    related = (Claim.employer, Claim.office, Claim.region)
    loads = [*map(selectinload, related), selectinload(Claim.application).selectinload(Application.employer)]
    loads.append(selectinload(Claim.application).selectinload(Application.payee_person))
    claims = session.scalars(
        select(Claim).where(Claim.person_id == person_id).options(*loads).order_by(Claim.id)
    ).all()
    records = _Records.read(session, claims)
    known = (claim for claim in claims if (since := records.since(claim)) and since <= until)
    return [records.then(claim, until, kept(claim)) for claim in known]


@dataclass(frozen=True)
class _Records:
    """What is written down of some claims, by claim or application."""

    log: Mapping[int, list[AuditEntry]]
    of_application: Mapping[int, list[AuditEntry]]
    checks: Mapping[int, list[Check]]
    objections: Mapping[int, list[Objection]]
    notices: Mapping[tuple[str, int], Notice]
    lists: Mapping[tuple[str, int], PaymentList]
    accounts: Mapping[int | None, Account]

    @classmethod
    def read(cls, session: Session, claims: Sequence[Claim]) -> _Records:
        ids, applications = [c.id for c in claims], {c.application_id for c in claims}
        whole = AuditEntry.claim_id.is_(None) & AuditEntry.application_id.in_(applications)
        entries = session.scalars(
            select(AuditEntry)
            .where(or_(AuditEntry.claim_id.in_(ids), whole))
            .options(NAMED)
            .order_by(AuditEntry.id)
        ).all()
        batches = {entry.batch_id for entry in entries if entry.batch_id}
        changes = (facts or {} for e in entries for facts in (e.before, e.after))
        accounts = {facts["account_id"] for facts in changes if facts.get("account_id")}
        accounts |= {claim.account_id for claim in claims if claim.account_id}

        def of_claims(model: type[Any]) -> Sequence:
            return session.scalars(select(model).where(model.claim_id.in_(ids)).order_by(model.id)).all()

        def of_batches(model: type[Any]) -> dict:
            rows = session.scalars(select(model).where(model.batch_id.in_(batches)))
            return {(row.batch_id, row.office_id): row for row in rows}

        return cls(
            _grouped((e for e in entries if e.claim_id), "claim_id"),
            _grouped((e for e in entries if not e.claim_id), "application_id"),
            _grouped(of_claims(Check), "claim_id"),
            _grouped(of_claims(Objection), "claim_id"),
            of_batches(Notice),
            of_batches(PaymentList),
            {a.id: a for a in session.scalars(select(Account).where(Account.id.in_(accounts)))},
        )

    def since(self, claim: Claim) -> datetime | None:
        """Return when the claim came to be: its first check; a declaration makes claims that are checked only later."""
        first = [row.ran_at for row in self.checks[claim.id][:1] if row.phase == "check"]
        opened = [e.at for e in self.of_application[claim.application_id] if e.event == "apply"]
        moved = [entry.at for entry in self.log[claim.id]]
        return next(iter((*first, *opened, *moved)), None)

    def then(self, claim: Claim, until: datetime, kept: Mapping[str, Any]) -> PastClaim:
        log = self.log[claim.id]
        of_application = [e for e in self.of_application[claim.application_id] if e.at <= until]
        past = [entry for entry in log if entry.at <= until]
        submitted = [entry for entry in past if entry.event == "submit"]
        paid = next((entry.after or {} for entry in past if entry.event == "disburse"), {})
        state = value_then(log, "state", until, claim.state)
        frozen = submitted and state not in EDITABLE
        own = claim.account_id if claim.paid_itself else None
        account = value_then(log if frozen or claim.paid_itself else of_application, "account_id", until, own)
        return PastClaim(
            claim=claim,
            state=state,
            amount=Decimal(value_then(log, "amount", until, claim.amount)),
            policy=value_then(log, "policy", until, claim.policy) if submitted else None,
            kept={name: value_then(log, name, until, now) for name, now in kept.items()},
            account=self.accounts.get(account or (claim.account_id if submitted else None)),
            checks=[check for check in self.checks[claim.id] if check.ran_at <= until],
            entries=sorted([*past, *of_application], key=lambda entry: entry.id),
            papers=_papers(of_application),
            notice=self._made(self.notices, claim, past, "publicize"),
            payment_list=self._made(self.lists, claim, past, "list", "dissolve"),
            objections=[_objection(row, past) for row in self.objections[claim.id] if _raised(row, past)],
            paid_on=paid.get("paid_on"),
            voucher_no=paid.get("voucher_no"),
        )

    @staticmethod
    def _made(
        made: Mapping, claim: Claim, past: Sequence[AuditEntry], event: str, undone: str = ""
    ) -> Notice | PaymentList | None:
        """Return the notice or list of the last event of its kind, unless that was undone."""
        last = next((entry for entry in reversed(past) if entry.event in (event, undone)), None)
        return made.get((last.batch_id, claim.office_id)) if last and last.event == event else None


def _grouped(rows: Iterable, key: str) -> Mapping[int, list]:
    groups = defaultdict(list)
    for row in rows:
        groups[getattr(row, key)].append(row)
    return groups


def _papers(entries: Sequence[AuditEntry]) -> list[Paper]:
    gone = {(e.before or {})["attachment_id"] for e in entries if e.event == "detach"}
    added = [(e, e.after or {}) for e in entries if e.event == "attach"]
    return [
        Paper(e.subject or "", after["sha256"], e.at)
        for e, after in added
        if after["attachment_id"] not in gone
    ]


def _raised(row: Objection, past: Sequence[AuditEntry]) -> bool:
    return any(e.event == "objection" and (e.after or {}).get("objection_id") == row.id for e in past)


def _objection(row: Objection, past: Sequence[AuditEntry]) -> PastObjection:
    decided = any(
        e.event == "objection_decided" and (e.after or {}).get("objection_id") == row.id for e in past
    )
    return PastObjection(
        row.raised_on, row.content, row.state if decided else "open", row.decision if decided else None
    )
