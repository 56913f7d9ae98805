"""What a move means for claims: the rules run again, a person's place is taken at submit and given back."""

from __future__ import annotations

from dataclasses import replace

from app.engine import rules
from app.engine.cases.claims import Claim
from app.engine.cases.states import LIVE, TITLES
from app.engine.casework import slots
from app.engine.casework.candidates import from_claims
from app.engine.workflow.transition import Guard, Moving, Subject, Transition
from app.kernel.messages import N_

LOCK_APPLICATIONS = """
    SELECT a.id FROM applications a WHERE a.id IN
        (SELECT c.application_id FROM claims c JOIN batch_rows b ON b.row_id = c.id WHERE b.batch_id = :batch_id)
    ORDER BY a.id FOR SHARE
"""
REFUSE_BY_RULES = """
    UPDATE batch_rows b
    SET moved = false, reason = jsonb_build_object('msgid', CAST(:sentence AS text), 'params', '{}'::jsonb),
        findings = o.findings
    FROM outcomes o WHERE o.row_id = b.row_id AND b.batch_id = :batch_id AND b.moved IS NULL AND o.stops
"""
STORE_CHECKS = """
    INSERT INTO checks (claim_id, phase, day, stops, warns, findings)
    SELECT row_id, :phase, :today, stops, warns, findings FROM outcomes
"""
FROZEN = """CASE WHEN c.state = 'submitted' THEN jsonb_build_object('policy', c.policy, 'account_id', c.account_id)
                 WHEN c.state = 'publicized' THEN jsonb_build_object('account_id', c.account_id)
                 ELSE '{}'::jsonb END"""
"""What a submission freezes, so that an auditor sees it even after another one; the account as lists take it."""
REPRICED = Guard(
    "(SELECT {amount} FROM candidates WHERE candidates.claim_id = c.id) <> c.amount",
    N_("政策调整后，此人的金额与您确认时不同，没有办理。请返回列表重新勾选，核对新的金额后再办理。"),
)
STOPPED = {
    "submit": N_(
        "系统风控校验未通过，见所列规则。请更正后重新提交，或移出此人；数据不全的，待更新后再提交。"
    ),
    "approve": N_("系统风控校验未通过，见所列规则。请核实后退回修改，或待数据更新后再办理。"),
    "pass_publicity": N_("系统风控校验未通过，见所列规则。请核实后办理公示不通过，或待数据更新后再办理。"),
    "list": N_("系统风控校验未通过，见所列规则。请核实后由审核人员撤销，或待数据更新后再编入清单。"),
}
"""By transition: what is possible in the state that the claim stays in."""


def subject_of(transition: Transition) -> Subject:
    """Return what a transition moves."""
    return transition.subject or CLAIMS


def _judge(firing: Moving) -> None:
    transition, move = firing.transition, firing.move
    if transition.risk_check is None:
        return
    frozen = not transition.freezes
    from_claims(move.session, move.programme, move.batch_id, frozen=frozen)
    if not frozen:
        firing.refuse(replace(REPRICED, refuses=REPRICED.refuses.replace("{amount}", move.programme.amount)))
    rules.judge(move.session, move.programme.code, move.programme.rules, move.today)
    firing.execute(STORE_CHECKS, phase=transition.name, today=move.today)
    if not transition.risk_check.marks:
        firing.execute(REFUSE_BY_RULES, sentence=STOPPED[transition.name])


def _take(firing: Moving) -> None:
    programme = firing.move.programme
    if programme.once and firing.transition.target in LIVE:
        slots.take_slots(firing.move.session, programme.code, firing.move.batch_id)
        firing.refuse(slots.LOST_RACE, programme=programme.code, title=programme.title)


def _leave(firing: Moving) -> None:
    if firing.transition.target not in LIVE:
        slots.free_slots(firing.move.session, firing.move.batch_id)


CLAIMS = Subject(
    model=Claim,
    titles=TITLES,
    headers=(N_("申请单号"), N_("姓名"), N_("公民身份号码")),
    amount="c.amount",
    audited={"programme": "c.programme", "application_id": "c.application_id", "claim_id": "c.id"},
    judge=_judge,
    take=_take,
    leave=_leave,
    audited_facts=FROZEN,
    locks=(LOCK_APPLICATIONS,),
    loads=(Claim.person, Claim.application),
    payment_list="c.payment_list_id",
)
