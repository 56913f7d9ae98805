"""The account of a person who is paid itself, on the screens of the claim: in its form, corrected, proposed anew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import g

from app.engine.cases.accounts import KINDS, Account, Details
from app.engine.cases.claim_accounts import (
    BANK,
    BRANCH,
    HOLDER,
    KIND,
    NUMBER,
    OWN_CARD,
    judge_accounts,
)
from app.engine.cases.claims import Claim
from app.engine.cases.desks import office_of_claim
from app.engine.cases.finding import find_claim
from app.engine.cases.states import UNPAID
from app.engine.intake import correcting_accounts
from app.engine.intake.application_accounts import change_own_account
from app.extensions import db
from app.kernel.messages import N_
from app.web.cases.account_forms import CorrectionForm
from app.web.longwork.sheet_forms import RowForm
from app.web.wording.translations import gettext

SHOWN = (BANK, BRANCH, KIND, HOLDER)
"""Fields of an account that its form shows; a number never is."""
PROPOSED = N_("账户更正已提出，审核人员签字后生效。")


def cells(claim: Claim) -> dict[str, str]:
    """Return the cells of the claim's account, its number left out."""
    account = claim.account
    if account is None:
        return dict.fromkeys((*SHOWN, NUMBER), "")
    kind = KINDS["person"].get(account.kind or "", "")
    values = {BANK: account.bank_name, BRANCH: account.branch_no or "", KIND: kind, HOLDER: account.holder}
    return {**values, NUMBER: ""}


def adapt(form: RowForm, claim: Claim) -> None:
    """Let the form of a claim's row keep the account that it has: its number by a blank, another holder that was signed for."""
    form.judge = judge_accounts
    if (account := claim.account) is None:
        return
    form[NUMBER].description = gettext("尾号{last4}；不改则留空").format(last4=account.last4)
    if not form[NUMBER].data:
        kept = (NUMBER, *((HOLDER,) if form[HOLDER].data == account.holder else ()))
        form.fixed = (*form.fixed, *kept)


def save(claim: Claim, typed: Mapping[str, Any]) -> Account | None:
    """Pay a draft or returned claim into what was typed; return the account if it is another one. Raises BadValue."""
    if not typed[NUMBER] and claim.account is None:
        return None
    details = Details(
        typed[BANK],
        typed[BRANCH],
        typed[KIND] or OWN_CARD,
        typed[HOLDER] or claim.person.name or "",
        typed[NUMBER] or "",
    )
    locked = find_claim(db.session, claim.id, lock=True)
    return change_own_account(db.session, g.actor, g.vault, locked, details)


def correctable(claim: Claim) -> bool:
    """Return whether this login may propose another account for the claim's person."""
    return claim.paid_itself and office_of_claim(claim) == g.actor.office_id and claim.state in UNPAID


def propose(claim: Claim, form: CorrectionForm) -> str:
    """Store the proposal, and return what to tell. Raises Refused, BadValue."""
    correcting_accounts.propose(
        db.session,
        g.actor,
        claim.application_id,
        g.vault,
        form.details,
        reason=form.reason.data,
        kept=form.kept_id,
        claim_id=claim.id,
    )
    return gettext(PROPOSED)
