"""Corrections of accounts (收款账户更正): a clerk proposes and may withdraw, another reviewer signs or refuses.

A signed one holds for every claim of the payee in the office that is neither paid nor on a list that was exported,
which may lie at the bank already; a claim on such a list takes the account when the list is dissolved.
"""

from __future__ import annotations

from sqlalchemy import ARRAY, BigInteger, any_, exists, func, literal, or_, select, update
from sqlalchemy.orm import Session

from app.engine.actor import Actor
from app.engine.audit import AuditEntry, record
from app.engine.cases.account_corrections import AccountCorrection
from app.engine.cases.accounts import Account, Details, add_account
from app.engine.cases.claims import Application, Attachment, Claim
from app.engine.cases.finding import find_claim
from app.engine.cases.states import EDITABLE, UNPAID
from app.engine.cases.takings import states_of
from app.engine.casework.paid_claims import Payment, applications, paid_to, touched
from app.engine.intake.application_accounts import (
    OTHER_HOLDER,
    PAYS_EACH,
    is_holder,
    last_account,
    people_and_accounts,
    takes_account,
    with_number,
)
from app.engine.intake.check import lock_own
from app.engine.scope import FRESH
from app.kernel.crypto import Vault
from app.kernel.errors import BadValue, NotFound, Refused
from app.kernel.messages import N_
from app.registers.models import Employer, Person

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
    claim_id: int | None = None,
) -> AccountCorrection:
    """Store the clerk's proposal, which changes nothing yet; of a claim, where each person is paid.

    Raises NotFound, Refused, BadValue.
    """
    application = lock_own(session, actor, application_id)
    paid: Application | Claim = find_claim(session, claim_id) if claim_id else application
    if (application.payee_kind == "each") != isinstance(paid, Claim):
        raise Refused(PAYS_EACH)
    _lock_siblings(session, paid)
    holder = is_holder(paid.payee, details.holder)
    paper = None if holder else _proof(session, application, paid.payee, details.holder)
    if open_correction(session, paid):
        raise Refused(
            N_(
                "这个收款人已有一件账户更正等待签字。请先由审核人员签字或驳回，或由提出人撤回，再提出新的更正。"
            )
        )
    _insist_on_use(session, paid, holder)
    details = with_number(vault, paid.payee, details, current_account(session, paid), kept)
    account = add_account(session, vault, paid.payee, details)
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


def _insist_on_use(session: Session, paid: Application | Claim, holder: bool) -> None:
    """Raise Refused where nothing is to be corrected, or where the account can be typed without anybody's signature."""
    if isinstance(paid, Claim):
        if holder and paid.state in EDITABLE:
            raise Refused(N_("此人还没有提交，不需要更正。请直接在“修改”中填写收款账户。"))
        useful = session.scalar(select(touched(paid).where(Claim.id == paid.id).exists()))
    else:
        open_one = takes_account(states_of(session, paid.id))
        useful = session.scalar(select(touched(paid).exists()))
        if not useful and holder and open_one:
            raise Refused(N_("申请还没有提交，不需要更正。请直接在“银行信息”中填写收款账户。"))
        useful = useful or open_one
    if not useful:
        raise Refused(N_("没有可更正的人员：都已发放、已结束，或在已导出的发放清单上。请核对人员状态。"))


def open_correction(session: Session, paid: Payment) -> AccountCorrection | None:
    """Return the payee's correction in this office that waits for a signature, of which there is one at most."""
    of_payee = (
        AccountCorrection.employer_id == paid.payee.id
        if isinstance(paid.payee, Employer)
        else AccountCorrection.person_id == paid.payee.id
    )
    wanted = select(AccountCorrection).where(
        AccountCorrection.office_id == paid.office_id, of_payee, AccountCorrection.state == "open"
    )
    return session.scalars(wanted).one_or_none()


def decide(
    session: Session, actor: Actor, correction_id: int, signs: bool, opinion: str
) -> AccountCorrection:
    """Sign or refuse as the second person, once. Raises NotFound, Refused."""
    correction = _lock_open(session, correction_id)
    if correction.proposed_by == actor.user_id:
        raise Refused(N_("这件账户更正由您提出，不能由您签字或驳回。请由其他审核人员办理。"))
    _lock_siblings(session, correction)
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


def current_account(session: Session, paid: Application | Claim) -> Account | None:
    """Return what a correction starts from: the account that is paid to now, else the payee's last one."""
    if isinstance(paid, Claim):
        return paid.account
    accounts = people_and_accounts(session, paid)[1]
    return accounts[0].account if accounts else last_account(session, paid)


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


def _lock_siblings(session: Session, paid: Payment) -> None:
    """Lock all applications of the payee in this office, in order: a submission under way ends first."""
    session.execute(
        select(Application.id).where(applications(paid)).order_by(Application.id).with_for_update()
    )


def _proof(session: Session, application: Application, payee: Employer | Person, holder: str) -> int:
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
            payee=payee.name or "",
        )
    return paper


def _handled_by(correction: AccountCorrection, actor: Actor):
    """Return whether somebody ever edited or submitted what the correction changes."""
    claims = touched(correction).with_only_columns(Claim.id, Claim.application_id).subquery()
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
    _lock_waiting(session, correction)
    claims = session.execute(
        touched(correction)
        .with_only_columns(Claim.id, Claim.application_id, Claim.programme, Claim.account_id)
        .order_by(Claim.id)
    ).all()
    paying = session.execute(_paying(correction)).all()
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


def _lock_waiting(session: Session, correction: AccountCorrection) -> None:
    """Lock what may pay, so that a payment, a new list or an export under way ends first."""
    claims = (
        select(Claim.id)
        .join(Application, Application.id == Claim.application_id)
        .where(
            Application.office_id == correction.office_id,
            paid_to(correction.payee),
            Claim.state.in_(UNPAID),
        )
    )
    session.execute(claims.order_by(Claim.id).with_for_update(of=Claim))


def _paying(correction: AccountCorrection):
    """Return applications of the payee that may still pay: the one it was proposed for, and those with an account and open claims.

    None of those that pay each person, whose claims have the accounts.
    """
    open_claim = exists().where(Claim.application_id == Application.id, Claim.state.in_(UNPAID))
    proposed_for = Application.id == correction.application_id
    return (
        select(Application.id, Application.programme, Application.account_id)
        .where(
            applications(correction),
            Application.payee_kind != "each",
            or_(proposed_for, Application.account_id.is_not(None) & open_claim),
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
