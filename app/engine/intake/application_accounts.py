"""Into which account an application pays: typed on a draft, or taken from the payee's last one in the office."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy import BigInteger, ColumnElement, Select, cast, func, null, select
from sqlalchemy.orm import Session, aliased

from app.engine.actor import Actor
from app.engine.audit import record
from app.engine.cases.account_corrections import AccountCorrection
from app.engine.cases.accounts import Account, Details, add_account, number_of
from app.engine.cases.claim_accounts import paying_account_id
from app.engine.cases.claims import Application, Claim
from app.engine.cases.states import EDITABLE, OPEN_OR_LIVE
from app.engine.cases.takings import states_of
from app.engine.casework.paid_claims import touched
from app.engine.intake.check import lock_own
from app.kernel import names
from app.kernel.crypto import Vault
from app.kernel.errors import BadValue, Refused
from app.kernel.messages import N_
from app.registers.models import Employer, Person

OTHER_HOLDER = N_(
    "户名“{holder}”与收款人“{payee}”不一致。请更正户名；确需付给监护人、继承人等的，请先在“附件”中上传“收款人证明”，再保存，由审核人员签字后生效。"
)


PAYS_EACH = N_("本项目付给名单上各人本人的账户，没有统一的收款账户。请在人员名单或各人的“修改”中填写。")


@dataclass(frozen=True)
class PayingAccount:
    """An account that will be, or was, paid, with how many people, and the one that the payee had before it."""

    account: Account
    people: int
    earlier: Account | None


def takes_account(states: Collection[str]) -> bool:
    """Return whether people in these states leave the account open: something can be edited, or nothing has been submitted."""
    return set(states) <= {"withdrawn"} or not set(EDITABLE).isdisjoint(states)


def last_account(session: Session, application: Application) -> Account | None:
    """Return the account of the payee's latest other application in this office."""
    other = (
        select(Account)
        .join(Application, Application.account_id == Account.id)
        .where(*same_payee(application), Application.id != application.id)
    )
    return session.scalars(other.order_by(Account.id.desc()).limit(1)).first()


def same_payee(application: Application) -> tuple:
    """Return conditions on `Application`: those of the same office and payee."""
    return (
        Application.office_id == application.office_id,
        Application.payee_kind == application.payee_kind,
        Application.employer_id.is_not_distinct_from(application.employer_id),
        Application.payee_person_id.is_not_distinct_from(application.payee_person_id),
    )


def people_and_accounts(
    session: Session, application: Application
) -> tuple[dict[str, tuple[int, Decimal]], list[PayingAccount]]:
    """Return State → (people, CNY) of an application, and the accounts that its people are paid to.

    Both in one statement; an application without people has its own account, one that pays each of them none.
    """
    counted = _by_state_and_account(application).subquery()
    earlier = aliased(Account)
    wanted = (
        select(counted.c.state, counted.c.people, counted.c.amount, Account, earlier)
        .outerjoin_from(counted, Account, Account.id == counted.c.account_id)
        .outerjoin(earlier, earlier.id == _earlier_id(application, counted.c.account_id))
        .order_by(Account.id)
    )
    states: dict[str, tuple[int, Decimal]] = {}
    paid: dict[int, PayingAccount] = {}
    for state, people, amount, account, before in session.execute(wanted):
        count, total = states.get(state, (0, Decimal(0)))
        states[state] = (count + people, total + amount)
        if account and state in OPEN_OR_LIVE:
            others = paid[account.id].people if account.id in paid else 0
            paid[account.id] = PayingAccount(account, others + people, before)
    if not paid and application.account:
        own = application.account
        return states, [PayingAccount(own, 0, earlier_account(session, application, own))]
    return states, list(paid.values())


def _by_state_and_account(application: Application) -> Select:
    paid = null() if application.payee_kind == "each" else paying_account_id()
    account_id = cast(paid, BigInteger).label("account_id")
    return (
        select(Claim.state, account_id, func.count().label("people"), func.sum(Claim.amount).label("amount"))
        .select_from(Claim)
        .join(Application, Application.id == Claim.application_id)
        .where(Claim.application_id == application.id)
        .group_by(Claim.state, account_id)
    )


def earlier_account(session: Session, application: Application, account: Account) -> Account | None:
    """Return the account that the payee had in this office before this one."""
    return session.scalar(select(Account).where(Account.id == _earlier_id(application, account.id)))


def _earlier_id(application: Application, account_id: ColumnElement[int] | int) -> ColumnElement[int]:
    return (
        select(func.max(Application.account_id))
        .where(
            *same_payee(application),
            Application.id != application.id,
            Application.account_id < account_id,
        )
        .scalar_subquery()
    )


def is_holder(payee: Employer | Person, holder: str) -> bool:
    """Return whether an account's holder is the payee, compared as C-03 does."""
    return names.agree(holder, payee.name)


def save_account(
    session: Session,
    actor: Actor,
    application_id: int,
    vault: Vault,
    details: Details,
    kept: int | None = None,
) -> Account:
    """Store the account to pay into, and return it; claims that were submitted keep the one they were submitted with.

    Without a number, that of the account `kept` stays, which the page has offered. Raises BadValue, Refused.
    """
    application = lock_own(session, actor, application_id)
    if application.payee_kind == "each":
        raise Refused(PAYS_EACH)
    if not takes_account(states_of(session, application.id)):
        raise Refused(
            N_("申请已提交，收款账户已固定，不能再填写。需要改账户的，请退回修改，或办理收款账户更正。")
        )
    if not is_holder(application.payee, details.holder):
        raise BadValue(
            OTHER_HOLDER,
            holder=details.holder,
            payee=application.payee.name or "",
        )
    offered = application.account or last_account(session, application)
    details = with_number(vault, application.payee, details, offered, kept)
    account = add_account(session, vault, application.payee, details)
    former = application.account
    before = {"account_id": application.account_id, "last4": former and former.last4}
    application.account_id = account.id
    application.version += 1
    record(
        session,
        actor,
        "edit",
        application_id=application.id,
        programme=application.programme,
        before=before,
        after={"account_id": account.id, "last4": account.last4},
    )
    return account


def is_whole(account: Account) -> bool:
    """Return whether an account has all that is asked for today; those of 0.5.0 lack the branch's number."""
    return bool(account.branch_no and account.kind)


def keep_last_account(session: Session, actor: Actor, application_id: int, vault: Vault, kept: int) -> None:
    """Pay into the account that the payee had last, which the page has shown as `kept`. Raises Refused for another one."""
    application = lock_own(session, actor, application_id)
    last = last_account(session, application)
    if last is None or last.id != kept or not is_whole(last):
        raise Refused(N_("页面打开后收款账户已有变化，没有提交。请刷新页面，核对账户后再提交。"))
    details = Details(last.bank_name, last.branch_no or "", last.kind or "", last.holder, "")
    save_account(session, actor, application_id, vault, details, kept)


def with_number(
    vault: Vault, payee: Employer | Person, details: Details, offered: Account | None, kept: int | None
) -> Details:
    """Return the details with the offered account's number where none was typed. Raises BadValue, Refused."""
    if details.number:
        return details
    if offered is None or kept is None:
        raise BadValue(N_("请填写银行账号。"))
    if offered.id != kept:
        raise Refused(N_("页面打开后收款账户已有变化，没有保存。请刷新页面，核对后重新填写账号。"))
    return replace(details, number=number_of(vault, offered, payee))


def change_own_account(
    session: Session, actor: Actor, vault: Vault, claim: Claim, details: Details
) -> Account | None:
    """Pay the person of a locked draft or returned claim into another account; return it, or None where it is the same.

    Without a number, that of the present account stays. Raises BadValue for another holder.
    """
    former = claim.account
    if former and not details.number:
        same = (former.bank_name, former.branch_no, former.kind, former.holder)
        if same == (details.bank_name, details.branch_no, details.kind, details.holder):
            return None
    if not is_holder(claim.person, details.holder):
        raise BadValue(OTHER_HOLDER, holder=details.holder, payee=claim.person.name or "")
    details = with_number(vault, claim.person, details, former, former and former.id)
    account = add_account(session, vault, claim.person, details)
    claim.account_id = account.id
    record(
        session,
        actor,
        "edit",
        claim_id=claim.id,
        application_id=claim.application_id,
        programme=claim.programme,
        before={"account_id": former and former.id, "last4": former and former.last4},
        after={"account_id": account.id, "last4": account.last4},
    )
    session.flush()
    return account


def without_account(session: Session, application_id: int) -> int:
    """Return how many people that would be submitted have no account of their own yet."""
    lacking = select(func.count()).where(
        Claim.application_id == application_id, Claim.state.in_(EDITABLE), Claim.account_id.is_(None)
    )
    return session.scalars(lacking).one()


def present_accounts(session: Session, correction: AccountCorrection) -> list[Account]:
    """Return the accounts that what a correction is about is paid to now."""
    if correction.application.payee_kind != "each":
        return [one.account for one in people_and_accounts(session, correction.application)[1]]
    own = touched(correction).with_only_columns(Claim.account_id)
    return list(session.scalars(select(Account).where(Account.id.in_(own)).order_by(Account.id)))
