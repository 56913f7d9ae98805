"""The switches of a programme's way: a second review from a sum on, no publicity or one counted in days, no lists."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.engine.audit import AuditEntry
from app.engine.cases.claims import Check, Claim, Notice
from app.engine.cases.periods import Slot
from app.engine.casework import batch, claim_moves, extending
from app.engine.policy import Policy
from app.engine.scope import seeing
from app.engine.workflow import hooks, moves
from app.engine.workflow.effects import advise_publicity, suggest_publicity
from app.engine.workflow.flow import CALENDAR_DAYS, WORKING_DAYS, Flow
from app.kernel.errors import BadValue
from tests.desk import province
from tests.desk.province import act, states
from tests.desk.races import at_once, running
from tests.desk.subsidies import HIRING as PROGRAMME

TWICE_FROM = Decimal("3000.00")
SWIFT = Flow(second_review_from=TWICE_FROM, publicity=None)
PAID = {"paid_on": province.TODAY, "voucher_no": "PZ-1"}
FIRST = hooks.NOT_THE_FIRST_REVIEWER.sentence


def least_days(unit: str) -> Policy:
    """The hiring subsidy's parameters, with the least publicity in a unit."""
    known = PROGRAMME.policy.parameters.values()
    return Policy(replace(p, unit=unit) if p.code == "least_publicity_days" else p for p in known)


@pytest.fixture
def flowing(monkeypatch):
    """Lets the hiring subsidy flow otherwise, for everything that this test does."""

    def switch(flow: Flow):
        policy = least_days(flow.publicity or WORKING_DAYS)
        programme = replace(PROGRAMME, flow=flow, workflow=(), policy=policy)
        monkeypatch.setattr(province, "PROGRAMME", programme)
        return programme

    return switch


def hand_in(session, actors, employers, people) -> list[int]:
    """Submitted claims of one more application: 1,000.00 each."""
    application = province.take_in(session, actors["clerk"], employers[province.JINJIANG])
    claims = province.draft(session, application, people)
    session.commit()
    assert act(session, actors["clerk"], "submit", claims) == dict.fromkeys(claims)
    return claims


@pytest.fixture
def mixed(session, actors, employers, flowing):
    """(three claims of an application of 3,000.00, two of one of 2,000.00), submitted."""
    flowing(SWIFT)
    people = province.make_people(session, 5)
    return [hand_in(session, actors, employers, some) for some in (people[:3], people[3:])]


def test_without_switches_a_claim_moves_as_every_subsidy_does():
    assert Flow().transitions == moves.SUBSIDY == PROGRAMME.workflow


@pytest.mark.parametrize(
    ("flow", "gone"),
    [
        (Flow(publicity=None), {"publicize", "pass_publicity", "fail_publicity"}),
        (Flow(by_list=False), {"list", "dissolve"}),
    ],
)
def test_what_a_switch_leaves_out(flow, gone):
    usual = [move.name for move in moves.SUBSIDY]
    assert [move.name for move in flow.transitions] == [name for name in usual if name not in gone]
    for move in flow.transitions:
        assert not gone & {*move.sources, *move.targets}, move.name


@pytest.mark.parametrize("wrong", [{"second_review_from": Decimal(-1)}, {"publicity": "weeks"}])
def test_an_impossible_switch_is_refused(wrong):
    with pytest.raises(ValueError):
        Flow(**wrong)


def test_publicity_in_another_unit_than_its_least_length_is_refused():
    with pytest.raises(ValueError, match="counted in working_days, publicity in calendar_days"):
        replace(PROGRAMME, flow=Flow(publicity=CALENDAR_DAYS), workflow=())


def test_one_approval_of_a_mixed_set_sends_each_where_its_application_belongs(session, actors, mixed):
    large, small = mixed
    assert act(session, actors["reviewer"], "approve", large + small) == dict.fromkeys(large + small)
    assert states(session, large + small) == dict.fromkeys(large, "in_second_review") | dict.fromkeys(
        small, "approved"
    )
    held = set(session.scalars(select(Slot.claim_id)))
    assert held == set(large + small)


def test_the_dialog_and_the_result_say_how_many_go_to_the_second_review(session, actors, mixed):
    large, small = mixed
    detour = province.PROGRAMME.transitions["approve"].detour
    prepared = province.prepare(session, actors["reviewer"], "approve", large + small)
    with seeing(session, actors["reviewer"].scope):
        kept = batch.find(session, actors["reviewer"], prepared)
        assert batch.to_detour(session, kept, detour) == 3
    done = province.run(session, actors["reviewer"], prepared)
    session.commit()
    act(session, actors["prefecture"], "return", large[:1], opinion="补材料")
    assert batch.detoured(session, done, detour) == 3


def test_the_sum_counts_live_claims_alone(session, actors, mixed):
    large, _ = mixed
    act(session, actors["reviewer"], "reject", large[:1], opinion="不符合")
    act(session, actors["reviewer"], "approve", large[1:])
    assert set(states(session, large[1:]).values()) == {"approved"}


def test_the_second_reviewer_is_neither_the_first_nor_an_editor(session, actors, mixed):
    large, _ = mixed
    act(session, actors["reviewer"], "approve", large)
    for move in ("approve_second", "reject", "return"):
        assert act(session, actors["reviewer"], move, large, opinion="复核") == dict.fromkeys(large, FIRST)
    editor = province.make_actor(session, "clerk_too", province.JINJIANG, ("reviewer",))
    session.add(
        AuditEntry(
            event="edit", actor_id=editor.user_id, actor_name="x", address="10.0.0.9", claim_id=large[0]
        )
    )
    session.commit()
    refused = act(session, editor, "approve_second", large)
    assert refused == {large[0]: hooks.NOT_AN_EDITOR.sentence, large[1]: None, large[2]: None}
    assert act(session, actors["prefecture"], "approve_second", large[:1]) == {large[0]: None}
    assert set(states(session, large).values()) == {"approved"}


def test_who_reviewed_either_time_does_not_pay(session, actors, mixed):
    large, _ = mixed
    act(session, actors["approver_cashier"], "approve", large)
    act(session, actors["prefecture"], "approve_second", large)
    for who in ("approver_cashier", "prefecture"):
        refused = act(session, actors[who], "disburse", large, **PAID)
        assert refused == dict.fromkeys(large, hooks.NOT_AN_APPROVER.sentence)
    assert act(session, actors["cashier"], "disburse", large, **PAID) == dict.fromkeys(large)


def test_a_case_that_came_back_is_reviewed_twice_afresh(session, actors, mixed):
    large, _ = mixed
    act(session, actors["reviewer"], "approve", large)
    act(session, actors["prefecture"], "return", large, opinion="补材料")
    act(session, actors["clerk"], "submit", large)
    assert act(session, actors["prefecture"], "approve", large) == dict.fromkeys(large)
    assert set(states(session, large).values()) == {"in_second_review"}
    assert act(session, actors["reviewer"], "approve_second", large) == dict.fromkeys(large)


def test_the_rules_are_asked_at_both_steps(session, actors, mixed, unpaid):
    large, _ = mixed
    act(session, actors["reviewer"], "approve", large)
    unpaid(large[:1])
    answers = act(session, actors["prefecture"], "approve_second", large)
    assert answers[large[0]] == claim_moves.STOPPED["approve_second"]
    assert states(session, large)[large[0]] == "in_second_review"
    phases = select(Check.phase).where(Check.claim_id == large[0]).order_by(Check.id)
    assert list(session.scalars(phases)) == ["submit", "approve", "approve_second"]


def test_a_rejected_second_review_frees_the_place(session, actors, mixed):
    large, _ = mixed
    act(session, actors["reviewer"], "approve", large)
    act(session, actors["prefecture"], "reject", large, opinion="不符合")
    assert set(states(session, large).values()) == {"rejected"}
    assert not session.scalar(select(func.count()).select_from(Slot).where(Slot.claim_id.in_(large)))


def test_always_means_each_application(session, actors, employers, flowing):
    flowing(Flow(second_review_from=Decimal(0)))
    claims = hand_in(session, actors, employers, province.make_people(session, 1))
    act(session, actors["reviewer"], "approve", claims)
    assert states(session, claims) == {claims[0]: "in_second_review"}
    act(session, actors["prefecture"], "approve_second", claims)
    assert states(session, claims) == {claims[0]: "approved"}


def test_without_publicity_lists_and_money_come_from_approved_claims(session, actors, mixed):
    _, small = mixed
    act(session, actors["reviewer"], "approve", small)
    assert act(session, actors["cashier"], "list", small) == dict.fromkeys(small)
    assert act(session, actors["reviewer"], "revoke", small, reason="有误").keys() == set(small)
    assert set(states(session, small).values()) == {"approved"}  # a listed one isn't revoked
    assert act(session, actors["cashier"], "dissolve", small[:1], reason="重编") == {small[0]: None}
    assert act(session, actors["reviewer"], "revoke", small[:1], reason="有误") == {small[0]: None}
    assert act(session, actors["cashier"], "disburse", small[1:], **PAID) == {small[1]: None}
    assert states(session, small) == {small[0]: "revoked", small[1]: "disbursed"}
    accounts = select(AuditEntry.after["account_id"].astext).where(
        AuditEntry.claim_id == small[0], AuditEntry.event.in_(("list", "dissolve"))
    )
    assert list(session.scalars(accounts)) == [str(session.get(Claim, small[0]).account_id)] * 2


def test_a_refusal_names_the_state_as_the_programme_does(session, actors, mixed):
    _, small = mixed
    act(session, actors["reviewer"], "approve", small)
    again = act(session, actors["prefecture"], "approve", small)
    assert set(again.values()) == {"当前状态为“待发放”，不能办理“审核通过”，可能已由他人办理。请刷新列表。"}


def test_publicity_in_calendar_days_counts_every_day(session, actors, employers, flowing):
    programme = flowing(Flow(publicity=CALENDAR_DAYS))
    friday, tuesday = date(2026, 11, 27), date(2026, 12, 1)
    claims = hand_in(session, actors, employers, province.make_people(session, 2))
    act(session, actors["reviewer"], "approve", claims)
    with pytest.raises(BadValue, match="公示期不足5天（首尾两日都算）"):
        act(session, actors["reviewer"], "publicize", claims, friday, start=friday, end=date(2026, 11, 30))
    session.rollback()
    assert suggest_publicity(session, programme, friday) == {"start": friday, "end": tuesday}
    assert advise_publicity(session, programme, date(2026, 12, 30)) is None
    act(session, actors["reviewer"], "publicize", claims, friday, start=friday, end=tuesday)
    assert set(states(session, claims).values()) == {"publicizing"}
    notice = session.scalars(select(Notice)).one()
    assert extending.mark_short(session, {programme.code: programme}, friday) == 0
    assert notice.least_end is None
    with seeing(session, actors["reviewer"].scope):
        extending.extend(session, actors["reviewer"], programme, notice.id, date(2026, 12, 2), friday)
    assert notice.ends_on == date(2026, 12, 2)


MANY = 200


def test_two_second_reviewers_at_once_move_each_claim_once(session, actors, employers, flowing):
    flowing(SWIFT)
    crowd = hand_in(session, actors, employers, province.make_people(session, MANY))
    act(session, actors["reviewer"], "approve", crowd)
    pair = [(actors["approver_cashier"], "approve_second"), (actors["prefecture"], "return")]
    prepared = [province.prepare(session, who, move, crowd) for who, move in pair]
    session.commit()
    at_once(*(running(who, b, opinion="复核") for (who, _), b in zip(pair, prepared, strict=True)))
    moved = [{c for c, why in province.reasons(session, b).items() if why is None} for b in prepared]
    assert not moved[0] & moved[1] and moved[0] | moved[1] == set(crowd)
    assert {c for c, state in states(session, crowd).items() if state == "approved"} == moved[0]


def test_a_first_reviewer_who_confirms_twice_at_once_gives_one_review(session, actors, employers, flowing):
    flowing(SWIFT)
    crowd = hand_in(session, actors, employers, province.make_people(session, MANY))
    first = province.prepare(session, actors["reviewer"], "approve", crowd)
    second = province.prepare(session, actors["reviewer"], "approve_second", crowd)
    session.commit()
    at_once(running(actors["reviewer"], first), running(actors["reviewer"], second))
    assert set(states(session, crowd).values()) == {"in_second_review"}


def test_claims_in_second_review_keep_their_person_from_another_application(
    session, actors, employers, flowing
):
    flowing(SWIFT)
    people = province.make_people(session, 3)
    act(session, actors["reviewer"], "approve", hand_in(session, actors, employers, people))
    application = province.take_in(session, actors["clerk_b"], employers[province.QINGYANG])
    later = province.draft(session, application, people[:1])
    session.commit()
    assert act(session, actors["clerk_b"], "submit", later)[later[0]] is not None
