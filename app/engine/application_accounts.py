"""Into which account an application pays: typed on a draft, or taken from the payee's last one in the office."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from app.engine.accounts import Account, Details, add_account, number_of
from app.engine.actor import Actor
from app.engine.audit import record
from app.engine.claims import Application, Claim
from app.engine.people import lock_own
from app.engine.states import EDITABLE, OPEN_OR_LIVE
from app.engine.takings import states_of
from app.kernel import names
from app.kernel.crypto import Vault
from app.kernel.errors import BadValue, Refused
from app.kernel.messages import N_
from app.registers.models import Employer, Person

OTHER_HOLDER = N_(
    "户名“{holder}”与收款人“{payee}”不一致。请更正户名；确需付给监护人、继承人等的，请先在“附件”中上传“收款人证明”，再保存，由审核人员签字后生效。"
)


def takes_account(states: Collection[str]) -> bool:
    """Whether people in these states leave the account open: something can be edited, or nothing has been submitted."""
    return set(states) <= {"withdrawn"} or not set(EDITABLE).isdisjoint(states)


def last_account(session: Session, application: Application) -> Account | None:
    """The account of the payee's latest other application in this office."""
    other = (
        select(Account)
        .join(Application, Application.account_id == Account.id)
        .where(*same_payee(application), Application.id != application.id)
    )
    return session.scalars(other.order_by(Account.id.desc()).limit(1)).first()


def same_payee(application: Application) -> tuple:
    """Conditions on `Application`: those of the same office and payee."""
    return (
        Application.office_id == application.office_id,
        Application.payee_kind == application.payee_kind,
        Application.employer_id.is_not_distinct_from(application.employer_id),
        Application.payee_person_id.is_not_distinct_from(application.payee_person_id),
    )


def paying_accounts(session: Session, application: Application) -> list[tuple[Account, int]]:
    """The accounts that will be, or were, paid, with how many people each; an application without people has its own."""
    paying = paying_account_id()
    counted = (
        select(paying.label("account_id"), func.count().label("people"))
        .select_from(Claim)
        .join(Application, Application.id == Claim.application_id)
        .where(Claim.application_id == application.id, Claim.state.in_(OPEN_OR_LIVE))
        .group_by(paying)
    ).subquery()
    held = select(Account, counted.c.people).join(counted, counted.c.account_id == Account.id)
    found = [(account, people) for account, people in session.execute(held.order_by(Account.id))]
    if found or application.account is None:
        return found
    return [(application.account, 0)]


def paying_account_id() -> ColumnElement[int]:
    """`Claim.paying_account` in SQL, over claims joined with their applications."""
    frozen = func.coalesce(Claim.account_id, Application.account_id)
    return case((Claim.state.in_(EDITABLE), Application.account_id), else_=frozen)


def earlier_account(session: Session, application: Application, account: Account) -> Account | None:
    """The account that the payee had in this office before this one."""
    before = (
        select(Account)
        .join(Application, Application.account_id == Account.id)
        .where(*same_payee(application), Application.id != application.id, Account.id < account.id)
    )
    return session.scalars(before.order_by(Account.id.desc()).limit(1)).first()


def is_holder(payee: Employer | Person, holder: str) -> bool:
    """Whether an account's holder is the payee, compared as C-03 does."""
    return names.agree(holder, payee.name)


def save_account(
    session: Session,
    actor: Actor,
    application_id: int,
    vault: Vault,
    details: Details,
    kept: int | None = None,
) -> None:
    """The account to pay into; claims that were submitted keep the one they were submitted with.

    Without a number, that of the account `kept` stays, which the page has offered. Raises BadValue, Refused.
    """
    application = lock_own(session, actor, application_id)
    if not takes_account(states_of(session, application.id)):
        raise Refused(
            N_("申请已提交，收款账户已固定，不能再填写。需要改账户的，请退回修改，或办理收款账户更正。")
        )
    if not is_holder(application.payee, details.holder):
        raise BadValue(
            OTHER_HOLDER,
            holder=details.holder,
            payee=application.payee.name,
        )
    offered = application.account or last_account(session, application)
    details = with_number(vault, application.payee, details, offered, kept)
    account = add_account(session, vault, application.payee, details)
    before = {"account_id": application.account_id}
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


def with_number(
    vault: Vault, payee: Employer | Person, details: Details, offered: Account | None, kept: int | None
) -> Details:
    """The details with the offered account's number where none was typed. Raises BadValue, Refused."""
    if details.number:
        return details
    if offered is None or kept is None:
        raise BadValue(N_("请填写银行账号。"))
    if offered.id != kept:
        raise Refused(N_("页面打开后收款账户已有变化，没有保存。请刷新页面，核对后重新填写账号。"))
    return replace(details, number=number_of(vault, offered, payee))
