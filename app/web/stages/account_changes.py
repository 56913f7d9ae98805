"""What stands out about the account that a case pays to: another one than last time, another holder than the payee."""

from __future__ import annotations

from flask import Flask, g
from sqlalchemy import select

from app.engine.cases.account_corrections import AccountCorrection
from app.engine.cases.accounts import KINDS, Account, number_of
from app.engine.cases.claim_accounts import earlier_of
from app.engine.cases.claims import Claim
from app.engine.intake.application_accounts import earlier_account, is_holder
from app.extensions import db
from app.kernel.errors import DomainError
from app.kernel.messages import N_
from app.registers.models import Employer, Person
from app.web.wording.translations import gettext

TITLES = {"bank_name": N_("开户银行"), "branch_no": N_("行号"), "kind": N_("账户类型"), "holder": N_("户名")}


def init_app(app: Flask) -> None:
    """Make the titles of the kinds known to every template."""
    app.jinja_env.globals.update(account_kinds=KINDS["unit"] | KINDS["person"])


def notes_of_claim(claim: Claim) -> list[str]:
    """Return as `account_notes`, of the account that a claim pays to."""
    account = claim.paying_account
    if account is None:
        return []
    if claim.paid_itself:
        earlier = db.session.scalar(select(Account).where(Account.id == earlier_of(claim, account.id)))
    else:
        earlier = earlier_account(db.session, claim.application, account)
    return account_notes(claim.payee, account, earlier)


def account_notes(payee: Employer | Person, account: Account, earlier: Account | None) -> list[str]:
    """Return sentences for the page of a case, none for an account like the `earlier` one of the payee in this office."""
    notes = []
    if earlier and (changes := differences(payee, earlier, account)):
        sentence = gettext("与该收款人在本机构上次使用的账户不同：{changes}。请与证明材料核对。")
        notes.append(sentence.format(changes=gettext("；").join(changes)))
    if not is_holder(payee, account.holder):
        signed = select(AccountCorrection.id).where(
            AccountCorrection.account_id == account.id, AccountCorrection.state == "signed"
        )
        if db.session.scalar(signed):
            sentence = gettext("户名“{holder}”与收款人“{payee}”不同，已凭收款人证明签字。")
        else:
            sentence = gettext("户名“{holder}”与收款人“{payee}”不一致，请核对；有误的请办理收款账户更正。")
        notes.append(sentence.format(holder=account.holder, payee=payee.name))
    return notes


def differences(payee: Employer | Person, old: Account, new: Account) -> list[str]:
    """Return what changed, field by field; of the numbers their last digits."""
    kinds = KINDS["unit"] | KINDS["person"]
    rows = []
    for field, title in TITLES.items():
        before, after = getattr(old, field), getattr(new, field)
        if before and before != after:
            if field == "kind":
                before, after = (gettext(kinds[kind]) if kind else "—" for kind in (before, after))
            rows.append(f"{gettext(title)} {before} → {after or '—'}")
    if old.last4 != new.last4:
        rows.append(gettext("账号 尾号{old} → 尾号{new}").format(old=old.last4, new=new.last4))
        return rows
    try:
        if number_of(g.vault, old, payee) != number_of(g.vault, new, payee):
            rows.append(gettext("账号 尾号同为{new}，前面的数字不同").format(new=new.last4))
    except DomainError as error:
        rows.append(error.message.text(gettext))
    return rows
