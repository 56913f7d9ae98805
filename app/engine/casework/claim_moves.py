"""What a move means for claims: the rules run again, a person's place is taken at submit and given back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.engine import rules
from app.engine.cases.claims import Claim
from app.engine.cases.periods import LimitTurn
from app.engine.cases.states import LIVE, TITLES
from app.engine.edition import Edition, amount_of, periods_of, rules_of
from app.engine.policy_values import stored_by_region
from app.engine.programme import Programme
from app.engine.workflow.transition import Guard, Move, Moving, Subject, Transition
from app.kernel.messages import N_

FROM_CLAIMS = """
    INSERT INTO candidates (row_id, claim_id, person_id, slot_no, period, name, employer_id, insured_region, payee_person_id,
                            own, submission_day, version, policy{columns}, amount)
    SELECT candidates.*, {amount} FROM (
        SELECT c.id AS row_id, c.id AS claim_id, c.person_id, c.slot_no, {period} AS period, c.name, c.employer_id, c.insured_region, a.payee_person_id,
               {own} AS own, {submitted} AS submission_day, {version} AS version, {policy} AS policy{fields}
        FROM claims c JOIN applications a ON a.id = c.application_id
        LEFT JOIN policy_periods p ON {day} BETWEEN p.first_day AND p.last_day AND p.region_code = {place}
        WHERE c.id IN ({chosen})
    ) candidates
"""
PLACE = """coalesce((SELECT max(n.region_code) FROM offices o JOIN regions r ON r.code = o.region_code
                           JOIN policy_periods n ON n.region_code IN (r.code, r.parent_code)
                           WHERE o.id = c.office_id), '')"""
"""The nearest region of the competent office that has periods of its own: a county's code lies behind its prefecture's."""
KEPT = "(SELECT k.amount FROM claims k WHERE k.id = candidates.claim_id)"
OF_BATCH = "SELECT b.row_id FROM batch_rows b WHERE b.batch_id = :batch_id AND b.moved IS NULL"
WHOSE = """
    SELECT DISTINCT c.person_id FROM batch_rows b JOIN claims c ON c.id = b.row_id
    WHERE b.batch_id = :batch_id AND b.moved IS NULL ORDER BY c.person_id
"""
LEAVE_OUT = """
    DELETE FROM candidates d USING batch_rows b
    WHERE b.batch_id = :batch_id AND b.row_id = d.row_id AND b.moved IS NOT NULL
"""
"""Who doesn't move takes nobody's place."""
REPRICE = """
    WITH stale AS (
        SELECT c.id, d.amount FROM claims c JOIN candidates d ON d.claim_id = c.id
        WHERE c.state IN ('draft', 'returned') AND c.amount <> d.amount ORDER BY c.id FOR UPDATE OF c
    )
    UPDATE claims c SET amount = stale.amount FROM stale WHERE c.id = stale.id
"""
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
TAKE = """
    INSERT INTO slots (programme, person_id, slot_no, claim_id)
    SELECT :programme, c.person_id, c.slot_no, c.id
    FROM batch_rows b JOIN claims c ON c.id = b.row_id
    WHERE b.batch_id = :batch_id AND b.moved IS NULL
    ORDER BY c.person_id, c.slot_no, c.id
    ON CONFLICT DO NOTHING
"""
"""In the order of the key, so that two sets that share people cannot wait for each other in a ring; the second gets none."""
GIVE_BACK = """
    DELETE FROM slots USING batch_rows b
    WHERE b.batch_id = :batch_id AND b.moved AND slots.claim_id = b.row_id
"""
FROZEN = """CASE WHEN c.state = 'submitted' THEN jsonb_build_object('policy', c.policy, 'account_id', c.account_id)
                 WHEN c.state = 'publicized' OR c.state = 'approved' AND b.from_state = 'approved' THEN jsonb_build_object('account_id', c.account_id)
                 ELSE '{}'::jsonb END"""
"""What a submission freezes, so that an auditor sees it even after another one; the account as lists take it,
which are made from approved claims where there is no publicity."""
REPRICED = Guard(
    "(SELECT d.amount FROM candidates d WHERE d.claim_id = c.id) <> c.amount",
    N_("政策调整后，此人的金额与您确认时不同，没有办理。请返回列表重新勾选，核对新的金额后再办理。"),
)
LOST_RACE = Guard(
    "NOT EXISTS (SELECT 1 FROM slots s WHERE s.claim_id = c.id AND s.programme = :programme)",
    N_("[C-04] 此人已申请或享受“{programme}”，不能重复申请。请移除此人；确有疑问的，请向上级经办机构查询。"),
    "jsonb_build_object('programme', CAST(:title AS text))",
)
LOST_PART = Guard(
    LOST_RACE.refuses,
    N_(
        "[C-04] 此人已申请或享受“{programme}”（{period}），不能重复申请。请移除这一条；确有疑问的，请向上级经办机构查询。"
    ),
    "jsonb_build_object('programme', CAST(:title AS text), 'period', {period})",
)
STOPPED = {
    "submit": N_(
        "系统风控校验未通过，见所列规则。请更正后重新提交，或移出此人；数据不全的，待更新后再提交。"
    ),
    "approve": N_("系统风控校验未通过，见所列规则。请核实后退回修改，或待数据更新后再办理。"),
    "approve_second": N_("系统风控校验未通过，见所列规则。请核实后退回修改，或待数据更新后再办理。"),
    "pass_publicity": N_("系统风控校验未通过，见所列规则。请核实后办理公示不通过，或待数据更新后再办理。"),
    "list": N_("系统风控校验未通过，见所列规则。请核实后由审核人员撤销，或待数据更新后再编入清单。"),
}
"""By transition: what is possible in the state that the claim stays in."""


def subject_of(transition: Transition) -> Subject:
    """Return what a transition moves."""
    return transition.subject or CLAIMS


def reprice(session: Session, programme: Programme, chosen: str, today: date, **values: object) -> None:
    """Give those of the `chosen` claims (SQL of their ids) that are not submitted the amount of today's policy."""
    _fill(session, programme, programme.editions(session), chosen, {"today": today, **values}, frozen=False)
    session.execute(text(REPRICE))


def _judge(firing: Moving) -> None:
    """Judge the claims still in play; what was submitted is judged by the policy of its submission."""
    transition, move = firing.transition, firing.move
    if transition.risk_check is None:
        return
    frozen = not transition.freezes
    editions = move.programme.editions(move.session)
    counts = not frozen and any(rule.counts for _, of_version in rules_of(editions) for rule in of_version)
    if counts:
        _wait_for_turns(move)
    facts = {"batch_id": move.batch_id, "today": move.today}
    _fill(move.session, move.programme, editions, OF_BATCH, facts, frozen=frozen)
    if not frozen:
        firing.refuse(REPRICED)
    if counts:
        firing.execute(LEAVE_OUT)
    rules.judge(move.session, move.programme.code, rules_of(editions), move.today)
    firing.execute(STORE_CHECKS, phase=transition.name, today=move.today)
    if not transition.risk_check.marks:
        firing.execute(REFUSE_BY_RULES, sentence=STOPPED[transition.name])


def _wait_for_turns(move: Move) -> None:
    """Wait for each person's turn to be counted, in the order of people, so that nobody waits in a ring.

    What others have submitted meanwhile is seen by the statements that follow.
    """
    whose = text(WHOSE).bindparams(batch_id=move.batch_id).columns(LimitTurn.person_id)
    taking = insert(LimitTurn).from_select(["person_id"], whose)
    same = {"person_id": taking.excluded.person_id}
    taking = taking.on_conflict_do_update(index_elements=[LimitTurn.person_id], set_=same)
    move.session.execute(taking)


def _fill(
    session: Session,
    programme: Programme,
    editions: Sequence[Edition],
    chosen: str,
    values: Mapping[str, object],
    *,
    frozen: bool,
) -> None:
    """Fill the rules' `candidates` from claims, with each one's own policy and version, or with those of its day.

    `values` are what `chosen` binds, and today.
    """
    rows = {} if frozen else stored_by_region(session, programme.code)
    regional = {region: periods_of(editions, own) for region, own in rows.items()}
    rules.make_tables(session, regional.pop("", ()), regional)
    judged, amount = programme.judged, amount_of(editions)
    columns = ", ".join(f"'{name}', c.{name}" for name in programme.own if programme.is_column(name))
    statement = FROM_CLAIMS.format(
        columns="".join(f", {column}" for column in judged),
        fields="".join(f", c.{name} AS {column}" for column, name in judged.items()),
        own=f"a.own || c.own || jsonb_build_object({columns})",
        period=programme.period.title_sql("c.slot_no"),
        policy="c.policy" if frozen else "p.values",
        version="c.definition_version" if frozen else "p.version",
        day=programme.day_sql,
        place=PLACE if regional else "''",
        submitted="c.submitted_on" if frozen else "CAST(:today AS date)",
        amount=KEPT if frozen else amount.sql,
        chosen=chosen,
    )
    session.execute(text(statement), {**values, **amount.values, **programme.period.titles})


def _take(firing: Moving) -> None:
    programme = firing.move.programme
    period = programme.period
    if period.is_held and not set(LIVE).isdisjoint(firing.transition.targets):
        firing.execute(TAKE, programme=programme.code)
        lost = replace(LOST_PART, facts=LOST_PART.facts.format(period=period.title_sql("c.slot_no")))
        facts = {"programme": programme.code, "title": programme.title, **period.titles}
        firing.refuse(lost if period.field else LOST_RACE, **facts)


def _leave(firing: Moving) -> None:
    if set(LIVE).isdisjoint(firing.transition.targets):
        firing.execute(GIVE_BACK)


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
