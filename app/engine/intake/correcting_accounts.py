"""Corrections of accounts (收款账户更正): a clerk proposes and may withdraw, another reviewer signs or refuses.

A signed one holds for every claim of the payee in the office that is neither paid nor on a list that was exported,
which may lie at the bank already; a claim on such a list takes the account when the list is dissolved.
"""

from __future__ import annotations

from sqlalchemy import ARRAY, BigInteger, and_, any_, exists, func, literal, or_, select, update
from sqlalchemy.orm import Session

from app.engine.actor import Actor
from app.engine.audit import AuditEntry, record
from app.engine.cases.account_corrections import AccountCorrection
from app.engine.cases.accounts import Account, Details, add_account
from app.engine.cases.claims import Application, Attachment, Claim
from app.engine.cases.payments import PaymentList
from app.engine.cases.states import UNPAID, WAITING
from app.engine.cases.takings import states_of
from app.engine.intake.application_accounts import (
    OTHER_HOLDER,
    is_holder,
    last_account,
    people_and_accounts,
    same_payee,
    takes_account,
    with_number,
)
from app.engine.intake.check import lock_own
from app.engine.scope import FRESH
from app.kernel.crypto import Vault
from app.kernel.errors import BadValue, NotFound, Refused
from app.kernel.messages import N_

PROOF = "holder_proof"
HANDLING = ("apply", "edit", "import", "attach", "detach", "remove", "restore", "submit", "propose_account")
"""Events that make somebody a handler of a case, who doesn't sign for it."""


def propose(
    session: Session,
    actor: Actor,
    application_id: int,
    vault: Vault,
    details: Details,
    *,
    reason: str,
    kept: int | None = None,
) -> AccountCorrection:
    """Store the clerk's proposal, which changes nothing yet. Raises NotFound, Refused, BadValue."""
    application = lock_own(session, actor, application_id)
    _lock_siblings(session, application)
    holder = is_holder(application.payee, details.holder)
    paper = None if holder else _proof(session, application, details.holder)
    if session.scalar(
        select(exists().where(Application.id == application.id, Application.open_correction.has()))
    ):
        raise Refused(
            N_(
                "这个收款人已有一件账户更正等待签字。请先由审核人员签字或驳回，或由提出人撤回，再提出新的更正。"
            )
        )
    if not session.scalar(select(touched(application).exists())):
        if holder and takes_account(states_of(session, application.id)):
            raise Refused(N_("申请还没有提交，不需要更正。请直接在“银行信息”中填写收款账户。"))
        if not takes_account(states_of(session, application.id)):
            raise Refused(N_("没有可更正的人员：都已发放、已结束，或在已导出的发放清单上。请核对人员状态。"))
    details = with_number(vault, application.payee, details, current_account(session, application), kept)
    account = add_account(session, vault, application.payee, details)
    correction = AccountCorrection(
        office_id=application.office_id,
        application_id=application.id,
        employer_id=account.employer_id,
        person_id=account.person_id,
        account_id=account.id,
        paper_id=paper,
        reason=reason,
        proposed_by=actor.user_id,
    )
    session.add(correction)
    session.flush()
    _note(session, actor, "propose_account", correction, reason)
    return correction


def decide(
    session: Session, actor: Actor, correction_id: int, signs: bool, opinion: str
) -> AccountCorrection:
    """Sign or refuse as the second person, once. Raises NotFound, Refused."""
    correction = _lock_open(session, correction_id)
    if correction.proposed_by == actor.user_id:
        raise Refused(N_("这件账户更正由您提出，不能由您签字或驳回。请由其他审核人员办理。"))
    _lock_siblings(session, correction.application)
    if signs and session.scalar(_handled_by(correction, actor)):
        raise Refused(N_("您录入、修改或提交过所涉及的申请，不能由您签字。请由其他审核人员办理。"))
    correction.state = "signed" if signs else "refused"
    correction.decided_by, correction.decided_at = actor.user_id, func.clock_timestamp()
    correction.opinion = opinion or None
    if signs:
        _apply(session, actor, correction)
    else:
        _note(session, actor, "refuse_account", correction, opinion)
    session.flush()
    return correction


def withdraw(session: Session, actor: Actor, correction_id: int) -> AccountCorrection:
    """Take an open correction back, as its proposer; it changes nothing. Raises NotFound, Refused."""
    correction = _lock_open(session, correction_id)
    if correction.proposed_by != actor.user_id:
        raise Refused(N_("这件账户更正由他人提出，不能由您撤回。请由提出人撤回，或由审核人员驳回。"))
    correction.state, correction.decided_at = "withdrawn", func.clock_timestamp()
    _note(session, actor, "withdraw_account", correction, "")
    session.flush()
    return correction


def touched(application: Application):
    """Return claims that a correction changes: submitted, not paid, on no list that was exported."""
    return (
        select(Claim)
        .join(Application, Application.id == Claim.application_id)
        .outerjoin(PaymentList, PaymentList.id == Claim.payment_list_id)
        .where(*same_payee(application), Claim.state.in_(WAITING), ~exported())
    )


def left_on_lists(application: Application):
    """Return claims that keep their account because their list has been exported, with the list."""
    return (
        select(Claim, PaymentList)
        .join(Application, Application.id == Claim.application_id)
        .join(PaymentList, PaymentList.id == Claim.payment_list_id)
        .where(*same_payee(application), Claim.state.in_(WAITING), exported())
    )


def exported():
    """Return whether a payment list was handed out as a file; of those of 0.5.0 only the audit log knows."""
    handed_out = exists().where(
        AuditEntry.event == "export",
        AuditEntry.subject == PaymentList.number,
        AuditEntry.office_id == PaymentList.office_id,
    )
    return and_(PaymentList.id.is_not(None), or_(PaymentList.exported_at.is_not(None), handed_out))


def current_account(session: Session, application: Application) -> Account | None:
    """Return what a correction starts from: the account that is paid to now, else the payee's last one."""
    paid = people_and_accounts(session, application)[1]
    return paid[0].account if paid else last_account(session, application)


def _lock_open(session: Session, correction_id: int) -> AccountCorrection:
    correction = session.scalars(
        select(AccountCorrection)
        .where(AccountCorrection.id == correction_id)
        .with_for_update(of=AccountCorrection),
        execution_options=FRESH,
    ).one_or_none()
    if correction is None:
        raise NotFound(N_("没有找到这件账户更正。请刷新列表。"))
    if correction.state != "open":
        raise Refused(N_("这件账户更正已由他人处理或撤回。请刷新页面查看结果。"))
    return correction


def _lock_siblings(session: Session, application: Application) -> None:
    """Lock all applications of the payee in this office, in order: a submission under way ends first."""
    session.execute(
        select(Application.id).where(*same_payee(application)).order_by(Application.id).with_for_update()
    )


def _proof(session: Session, application: Application, holder: str) -> int:
    newest = (
        select(Attachment.id)
        .where(Attachment.application_id == application.id, Attachment.kind == PROOF)
        .order_by(Attachment.id.desc())
    )
    paper = session.scalar(newest.limit(1))
    if paper is None:
        raise BadValue(
            OTHER_HOLDER,
            holder=holder,
            payee=application.payee.name or "",
        )
    return paper


def _handled_by(correction: AccountCorrection, actor: Actor):
    """Return whether somebody ever edited or submitted what the correction changes."""
    claims = touched(correction.application).with_only_columns(Claim.id, Claim.application_id).subquery()
    handled = AuditEntry.claim_id.in_(select(claims.c.id)) | (
        AuditEntry.claim_id.is_(None)
        & or_(
            AuditEntry.application_id.in_(select(claims.c.application_id)),
            AuditEntry.application_id == correction.application_id,
        )
    )
    return select(
        exists().where(AuditEntry.actor_id == actor.user_id, AuditEntry.event.in_(HANDLING), handled)
    )


def _apply(session: Session, actor: Actor, correction: AccountCorrection) -> None:
    """Let every claim that it holds for, and every application that still pays, name the account from now on."""
    application = correction.application
    _lock_waiting(session, application)
    claims = session.execute(
        touched(application)
        .with_only_columns(Claim.id, Claim.application_id, Claim.programme, Claim.account_id)
        .order_by(Claim.id)
    ).all()
    paying = session.execute(_paying(application)).all()
    for model, rows in ((Claim, claims), (Application, paying)):
        ids = literal([row.id for row in rows], ARRAY(BigInteger))
        pointing = update(model).where(model.id == any_(ids))
        session.execute(
            pointing.values(account_id=correction.account_id, version=model.version + 1),
            execution_options={"synchronize_session": False},
        )
    for row in claims:
        _note_change(session, actor, correction, row, claim_id=row.id, application_id=row.application_id)
    for row in paying:
        _note_change(session, actor, correction, row, application_id=row.id)
    session.flush()
    session.expire_all()


def _lock_waiting(session: Session, application: Application) -> None:
    """Lock what may pay, so that a payment, a new list or an export under way ends first."""
    claims = (
        select(Claim.id)
        .join(Application, Application.id == Claim.application_id)
        .where(*same_payee(application), Claim.state.in_(WAITING))
    )
    session.execute(claims.order_by(Claim.id).with_for_update(of=Claim))


def _paying(application: Application):
    """Return applications of the payee that may still pay: the one it was proposed for, and those with an account and open claims."""
    open_claim = exists().where(Claim.application_id == Application.id, Claim.state.in_(UNPAID))
    return (
        select(Application.id, Application.programme, Application.account_id)
        .where(
            *same_payee(application),
            or_(Application.id == application.id, Application.account_id.is_not(None) & open_claim),
        )
        .order_by(Application.id)
    )


def _note(session: Session, actor: Actor, event: str, correction: AccountCorrection, note: str) -> None:
    record(
        session,
        actor,
        event,
        application_id=correction.application_id,
        programme=correction.application.programme,
        office_id=correction.office_id,
        subject=str(correction.account)[:200],
        note=note or None,
        after={"correction_id": correction.id, "last4": correction.account.last4},
    )


def _note_change(session: Session, actor: Actor, correction: AccountCorrection, row, **of_what: int) -> None:
    record(
        session,
        actor,
        "correct_account",
        programme=row.programme,
        office_id=correction.office_id,
        subject=str(correction.account)[:200],
        note=correction.opinion,
        before={"account_id": row.account_id},
        after={
            "account_id": correction.account_id,
            "last4": correction.account.last4,
            "correction_id": correction.id,
        },
        **of_what,
    )
