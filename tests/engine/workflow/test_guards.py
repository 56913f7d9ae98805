"""What refuses a move, sentence by sentence, and what a move writes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from flask import current_app
from sqlalchemy import select, text

from app.engine.cases.claims import Check, Claim
from app.engine.cases.periods import Slot
from app.engine.casework.batch import BatchRow
from app.engine.casework.claim_moves import STOPPED
from app.engine.intake import application_accounts, applications
from app.engine.policy_values import PolicyValue
from app.engine.scope import seeing
from app.engine.workflow import hooks
from tests.desk import province
from tests.desk.province import END, OVER, START, act, states
from tests.desk.subsidies import HIRING as PROGRAMME

NOT_OWN, NO_BANK = hooks.OWN_OFFICE.sentence, hooks.BANK_DETAILS.sentence
NOT_EDITOR, NOT_APPROVER = hooks.NOT_AN_EDITOR.sentence, hooks.NOT_AN_APPROVER.sentence
UNSEEN = "没有找到这条记录。请刷新列表后重新勾选。"


def bring_on(session, actors, claims, *, to: str) -> None:
    """Moves submitted claims on to a later state."""
    act(session, actors["reviewer"], "approve", claims)
    if to == "approved":
        return
    act(session, actors["reviewer"], "publicize", claims, start=START, end=END)
    if to == "publicized":
        act(session, actors["reviewer"], "pass_publicity", claims, OVER)
    assert set(states(session, claims).values()) == {to}


def set_policy(session, parameter: str, value: str, starts_on: date) -> None:
    facts_of_it = {"programme": PROGRAMME.code, "parameter": parameter, "document": "〔2026〕1号"}
    session.add(PolicyValue(**facts_of_it, value=value, starts_on=starts_on))
    session.commit()


def correct(session, actor, claim: int, **values) -> None:
    found, vault = session.get(Claim, claim, populate_existing=True), current_app.extensions["vault"]
    with seeing(session, actor.scope):
        applications.edit_claim(
            session, actor, PROGRAMME, claim, found.version, values, vault, province.TODAY
        )
    session.commit()


def stored(session, claim: int):
    return session.get(PROGRAMME.claim, claim, populate_existing=True)


@pytest.mark.parametrize("move", ["submit", "withdraw"])
def test_only_the_office_that_took_the_case_in_submits_and_withdraws(session, actors, employers, move):
    application = province.take_in(session, actors["clerk"], employers[province.JINJIANG])
    claims = province.draft(session, application, province.make_people(session, 2))
    session.commit()
    assert act(session, actors["prefecture"], move, claims, reason="重复") == dict.fromkeys(claims, NOT_OWN)
    assert act(session, actors["clerk_b"], move, claims, reason="重复") == {}
    forged = province.prepare(session, actors["prefecture"], move, claims)
    session.execute(
        text("UPDATE batches SET actor_id = :other WHERE id = :id"),
        {"other": actors["clerk_b"].user_id, "id": forged},
    )
    province.run(session, actors["clerk_b"], forged, reason="重复")
    assert province.reasons(session, forged) == dict.fromkeys(claims, UNSEEN)
    assert set(states(session, claims).values()) == {"draft"}


def test_nothing_is_submitted_without_bank_details(session, actors, employers):
    clerk = actors["clerk"]
    people = province.make_people(session, 2)
    without = province.take_in(session, clerk, employers[province.JINJIANG], bank=False)
    whole = province.take_in(session, clerk, employers[province.JINJIANG])
    bare, ready = province.draft(session, without, people[:1]), province.draft(session, whole, people[1:])
    session.commit()
    assert act(session, clerk, "submit", bare + ready) == {bare[0]: NO_BANK, ready[0]: None}


@pytest.mark.parametrize("move", ["approve", "reject", "return"])
def test_who_submitted_does_not_review(session, actors, employers, move):
    both = actors["both"]
    application = province.take_in(session, actors["clerk"], employers[province.JINJIANG])
    claims = province.draft(session, application, province.make_people(session, 2))
    session.commit()
    act(session, both, "submit", claims[:1])
    act(session, actors["clerk"], "submit", claims[1:])
    assert act(session, both, move, claims, opinion="核实") == {claims[0]: NOT_EDITOR, claims[1]: None}
    assert act(session, actors["reviewer"], move, claims[:1], opinion="核实") == {claims[0]: None}


def test_who_took_in_or_changed_the_application_or_the_claim_does_not_review(session, actors, employers):
    both, clerk, region = actors["both"], actors["clerk"], employers[province.JINJIANG]
    people = province.make_people(session, 4)
    by_them = province.take_in(session, both, region)
    claims = province.draft(session, by_them, people[:1])
    banked, corrected, untouched = (province.take_in(session, clerk, region) for _ in range(3))
    for application, person in zip((banked, corrected, untouched), people[1:], strict=True):
        claims += province.draft(session, application, [person])
    session.commit()
    vault = current_app.extensions["vault"]
    with seeing(session, both.scope):
        application_accounts.save_account(session, both, banked.id, vault, province.typed_account())
    correct(session, both, claims[2], contract_start=date(2026, 4, 1))
    act(session, clerk, "submit", claims)
    answers = act(session, both, "approve", claims)
    assert answers == {**dict.fromkeys(claims[:3], NOT_EDITOR), claims[3]: None}
    assert act(session, actors["prefecture"], "approve", claims[:3]) == dict.fromkeys(claims[:3])


def test_who_approved_does_not_disburse(session, actors, submitted):
    _, claims = submitted
    act(session, actors["approver_cashier"], "approve", claims[:1])
    act(session, actors["reviewer"], "approve", claims[1:])
    act(session, actors["approver_cashier"], "publicize", claims, start=START, end=END)
    act(session, actors["approver_cashier"], "pass_publicity", claims, OVER)
    paid = {"paid_on": OVER, "voucher_no": "PZ-1"}
    answers = act(session, actors["approver_cashier"], "disburse", claims, OVER, **paid)
    assert answers == {claims[0]: NOT_APPROVER, **dict.fromkeys(claims[1:])}
    assert act(session, actors["cashier"], "disburse", claims[:1], OVER, **paid) == {claims[0]: None}


def test_publicity_is_passed_from_the_day_after_its_end(session, actors, submitted):
    _, claims = submitted
    bring_on(session, actors, claims, to="publicizing")
    early = act(session, actors["reviewer"], "pass_publicity", claims, END)
    assert set(early.values()) == {"公示到2026-11-27才期满，2026-11-28起才能办理公示通过。"}
    assert act(session, actors["reviewer"], "pass_publicity", claims, OVER) == dict.fromkeys(claims)


def test_publicity_may_fail_at_any_time_and_gives_the_place_back(session, actors, submitted):
    _, claims = submitted
    bring_on(session, actors, claims, to="publicizing")
    assert act(session, actors["reviewer"], "fail_publicity", claims, reason="查实") == dict.fromkeys(claims)
    assert session.scalars(select(Slot)).all() == []


def test_a_wrong_state_is_named_with_the_move(session, actors, submitted):
    _, claims = submitted
    answers = act(session, actors["reviewer"], "publicize", claims, start=START, end=END)
    assert set(answers.values()) == {"当前状态为“待审核”，不能办理“公示”，可能已由他人办理。请刷新列表。"}


def test_a_claim_that_vanished_since_the_dialog_is_told(session, actors, employers):
    application = province.take_in(session, actors["clerk"], employers[province.JINJIANG])
    claims = province.draft(session, application, province.make_people(session, 2))
    chosen = province.prepare(session, actors["clerk"], "submit", claims)
    session.execute(text("DELETE FROM claims WHERE id = :id"), {"id": claims[0]})
    done = province.run(session, actors["clerk"], chosen)
    assert (done.moved, done.refused, done.moved_amount) == (1, 1, 1000)
    assert province.reasons(session, chosen) == {claims[0]: UNSEEN, claims[1]: None}


@pytest.mark.parametrize("move", ["approve", "pass_publicity"])
def test_facts_of_the_day_stop_a_move_with_their_findings(session, actors, submitted, unpaid, move):
    _, claims = submitted
    if move == "pass_publicity":
        bring_on(session, actors, claims, to="publicizing")
    unpaid(claims[:1])
    chosen = province.prepare(session, actors["reviewer"], move, claims)
    province.run(session, actors["reviewer"], chosen, OVER)
    assert province.reasons(session, chosen) == {claims[0]: STOPPED[move], **dict.fromkeys(claims[1:])}
    row = session.get(BatchRow, (chosen, claims[0]))
    assert [f["rule"] for f in row.findings if f["verdict"] == "fail"] == ["HS-01"]
    check = session.scalars(select(Check).where(Check.claim_id == claims[0], Check.phase == move)).one()
    assert (check.stops, check.day) == (True, OVER)


def test_disbursing_marks_a_failing_claim_and_pays_it_all_the_same(session, actors, submitted, unpaid):
    _, claims = submitted
    bring_on(session, actors, claims, to="publicized")
    unpaid(claims[:1])
    paid = {"paid_on": OVER, "voucher_no": "PZ-7"}
    assert act(session, actors["cashier"], "disburse", claims, OVER, **paid) == dict.fromkeys(claims)
    assert [stored(session, c).post_check for c in claims] == [True, False, False]
    assert {(stored(session, c).paid_on, stored(session, c).voucher_no) for c in claims} == {(OVER, "PZ-7")}
    check = session.scalars(select(Check).where(Check.claim_id == claims[0], Check.phase == "disburse")).one()
    assert check.stops


def test_later_steps_judge_by_the_policy_of_the_submission(session, actors, employers):
    clerk, people = actors["clerk"], province.make_people(session, 2)
    application = province.take_in(session, clerk, employers[province.JINJIANG])
    claims = province.draft(session, application, people)
    session.execute(text("UPDATE claims SET contract_end = '2027-02-28'"))
    session.commit()
    act(session, clerk, "submit", claims[:1])
    set_policy(session, "least_contract_months", "24", date(2020, 1, 1))
    set_policy(session, "amount", "1500", date(2020, 1, 1))

    assert act(session, clerk, "submit", claims[1:]) == {claims[1]: STOPPED["submit"]}
    bring_on(session, actors, claims[:1], to="publicized")
    held = stored(session, claims[0])
    assert (held.policy["least_contract_months"], held.amount) == ("12", Decimal(1000))


def test_a_returned_case_is_corrected_and_frozen_anew_while_siblings_keep_theirs(session, actors, submitted):
    application, (first, *siblings) = submitted
    clerk, reviewer = actors["clerk"], actors["reviewer"]
    before = {c: (stored(session, c).amount, stored(session, c).account_id) for c in siblings}
    act(session, reviewer, "return", [first], opinion="合同日期有误")
    act(session, reviewer, "approve", siblings)
    set_policy(session, "amount", "1500", date(2026, 6, 1))
    correct(session, clerk, first, contract_start=date(2026, 7, 1))
    with seeing(session, clerk.scope):
        vault = current_app.extensions["vault"]
        application_accounts.save_account(session, clerk, application.id, vault, province.typed_account())
    session.commit()
    old_account = stored(session, first).account_id

    later = date(2026, 11, 25)
    done = province.run(session, clerk, province.prepare(session, clerk, "submit", [first]), later)
    assert (done.moved, done.moved_amount) == (1, 1500)
    held = stored(session, first)
    assert (held.amount, held.policy["amount"], held.submitted_on) == (Decimal(1500), "1500.00", later)
    assert held.account_id == application.account_id != old_account
    assert {c: (stored(session, c).amount, stored(session, c).account_id) for c in siblings} == before


def test_a_warning_that_a_correction_brings_is_seen_by_the_reviewer(session, actors, submitted):
    _, (first, *_) = submitted
    act(session, actors["reviewer"], "return", [first], opinion="合同日期有误")
    session.execute(
        text(
            """INSERT INTO contributions (person_id, employer_id, insured_region, month, paid)
               SELECT c.person_id, c.employer_id, c.insured_region, m::date, true
               FROM claims c, generate_series(DATE '2026-04-01', DATE '2027-11-01', interval '1 month') m
               WHERE c.id = :id"""
        ),
        {"id": first},
    )
    correct(session, actors["clerk"], first, contract_start=date(2026, 5, 1))
    assert act(session, actors["clerk"], "submit", [first]) == {first: None}
    assert stored(session, first).warned
    act(session, actors["reviewer"], "return", [first], opinion="再核实")
    correct(session, actors["clerk"], first, contract_start=date(2026, 3, 1))
    act(session, actors["clerk"], "submit", [first])
    assert not stored(session, first).warned


@pytest.mark.parametrize("end", ["withdraw", "reject"])
def test_a_person_whose_claim_ended_can_be_claimed_again(session, actors, employers, submitted, end):
    application, claims = submitted
    actor = actors["clerk" if end == "withdraw" else "reviewer"]
    act(session, actor, end, claims, reason="录错", opinion="不符")
    people = [stored(session, c).person_id for c in claims]
    again = province.draft(session, application, people[:1])
    elsewhere = province.take_in(session, actors["clerk_b"], employers[province.QINGYANG])
    there = province.draft(session, elsewhere, people[1:])
    session.commit()
    assert act(session, actors["clerk"], "submit", again) == {again[0]: None}
    assert act(session, actors["clerk_b"], "submit", there) == dict.fromkeys(there)


def test_a_draft_holds_nobody_back_and_the_second_to_submit_is_told(session, actors, employers):
    people = province.make_people(session, 1)
    drafts = {}
    for name in ("clerk", "clerk_b"):
        application = province.take_in(session, actors[name], employers[actors[name].office_code])
        drafts[name] = province.draft(session, application, people)
    session.commit()
    assert act(session, actors["clerk_b"], "submit", drafts["clerk_b"]) == {drafts["clerk_b"][0]: None}
    chosen = province.prepare(session, actors["clerk"], "submit", drafts["clerk"])
    province.run(session, actors["clerk"], chosen)
    row = session.get(BatchRow, (chosen, drafts["clerk"][0]))
    told = [f for f in row.findings if f["verdict"] == "fail"]
    assert [f["rule"] for f in told] == ["C-04"]
    assert told[0]["evidence"] == {"why": "taken", "programme": "hiring_subsidy"}


def test_one_person_in_two_applications_of_one_submission(session, actors, employers):
    """The earlier claim wins, not whichever the database happens to read first."""
    people = province.make_people(session, 3)
    claims = []
    for order in (people, people[::-1]):
        application = province.take_in(session, actors["clerk"], employers[province.JINJIANG])
        claims.append(province.draft(session, application, order))
    session.commit()
    answers = act(session, actors["clerk"], "submit", claims[1] + claims[0])
    assert {c for c, reason in answers.items() if reason is None} == set(claims[0])
    assert all("C-04" in answers[c] and "一次性吸纳就业补贴" in answers[c] for c in claims[1])


def test_a_listed_claim_is_not_revoked(session, actors, submitted):
    _, claims = submitted
    bring_on(session, actors, claims, to="publicized")
    act(session, actors["cashier"], "list", claims[:1], OVER)
    answers = act(session, actors["reviewer"], "revoke", claims, OVER, reason="查实")
    assert answers[claims[0]].startswith("已编入发放清单XN-FF-510104-2026-001。")
    assert [answers[c] for c in claims[1:]] == [None, None]
