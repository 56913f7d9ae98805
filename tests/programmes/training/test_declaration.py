"""The subsidy declaration: amounts, who is declared when, and the whole way to the money for those who passed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select, update

from app.engine.audit import AuditEntry
from app.engine.cases.claims import Claim
from app.engine.cases.periods import Slot
from app.engine.scope import seeing
from app.kernel.errors import Refused
from app.programmes.training import PROGRAMME, declaration
from app.programmes.training.declaration import amount_of
from app.programmes.training.model import Enrolment, TrainingClaim
from app.registers.models import Contribution
from tests.desk import province, school
from tests.desk.completion import give_results
from tests.desk.school import act, advance, declare, open_class

END = date(2026, 11, 27)
AFTER = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("hours", "per_hour", "cap", "amount"),
    [
        (33, "30.00", "1000.00", "990.00"),
        (34, "30.00", "1000.00", "1000.00"),
        (1, "0.125", "1000.00", "0.13"),
        (1, "0.124", "1000.00", "0.12"),
        (3, "0.335", "1000.00", "1.01"),
        (40, "12.50", "500.00", "500.00"),
        (40, "12.49", "500.00", "499.60"),
    ],
)
def test_hours_by_the_amount_per_hour_half_up_and_capped_alike_in_both_places(
    session, actors, firm, vault, hours, per_hour, cap, amount
):
    policy = {"amount_per_hour": Decimal(per_hour), "amount_cap": Decimal(cap)}
    assert amount_of(hours, policy) == Decimal(amount)
    school.set_policy(session, "amount_per_hour", per_hour, school.OCTOBER)
    school.set_policy(session, "amount_cap", cap, school.OCTOBER)
    held = open_class(
        session, actors["clerk"], firm, school.make_students(session, vault, 1, [firm]), hours=hours
    )
    session.commit()
    advance(session, actors, held, "submit_class", "approve_class")
    _, (claim,) = declare(session, actors["clerk"], held)
    stored = select(Claim.amount, Claim.policy).where(Claim.id == claim)
    assert session.execute(stored).one() == (Decimal(amount), None)
    assert act(session, actors["clerk"], "submit", [claim]) == {claim: None}
    assert session.scalar(select(Claim.amount).where(Claim.id == claim)) == Decimal(amount)


def test_what_was_frozen_at_submit_stays_when_the_policy_changes(session, actors, approved):
    held, _ = approved
    _, claims = declare(session, actors["clerk"], held)
    school.set_policy(session, "amount_per_hour", "10.00", school.OCTOBER)
    act(session, actors["clerk"], "submit", claims[:1])
    school.set_policy(session, "amount_cap", "300.00", school.OCTOBER)
    act(session, actors["reviewer"], "approve", claims[:1])
    act(session, actors["clerk"], "submit", claims[1:])
    rows = session.execute(
        select(Claim.amount, Claim.policy["amount_cap"].astext).where(Claim.id.in_(claims)).order_by(Claim.id)
    )
    assert [tuple(row) for row in rows] == [
        (Decimal("400.00"), "1000.00"),
        (Decimal("300.00"), "300.00"),
        (Decimal("300.00"), "300.00"),
    ]


def test_a_declaration_takes_every_student_in_class_as_a_draft(session, actors, firm, vault):
    good = school.make_students(session, vault, 2, [firm])
    bad = school.make_students(session, vault, 1, [firm], [date(2026, 1, 1)])
    held = open_class(session, actors["clerk"], firm, [*good, *bad])
    session.commit()
    clerk = actors["clerk"]
    with seeing(session, clerk.scope), pytest.raises(Refused, match="当前状态不能"):
        declaration.declare(session, clerk, PROGRAMME, held, school.TODAY)
    session.rollback()
    advance(session, actors, held, "submit_class", "approve_class")
    assert declaration.undeclared(session, held) == 2
    application, claims = declare(session, clerk, held)
    made = session.scalars(select(TrainingClaim).where(TrainingClaim.id.in_(claims))).all()
    assert {claim.person_id for claim in made} == set(good)
    assert {(c.state, c.amount, c.hours, c.opens_on, c.closes_on) for c in made} == {
        ("draft", Decimal("1000.00"), 40, school.OPENS, school.CLOSES)
    }
    entry = session.scalars(select(AuditEntry).where(AuditEntry.application_id == application)).one()
    assert (entry.event, entry.class_id, entry.after) == ("apply", held, {"rows": 2, "amount": "2000.00"})
    with seeing(session, clerk.scope), pytest.raises(Refused, match="没有未申报的学员"):
        declaration.declare(session, clerk, PROGRAMME, held, school.TODAY)


@pytest.mark.parametrize("name", ["completion_submitted", "completion_returned", "completed"])
def test_a_class_may_declare_from_its_approval_on(session, actors, approved, name):
    held, people = approved
    give_results(session, actors["clerk"], held)
    advance(session, actors, held, "graduate")
    if name != "completion_submitted":
        last = {"completed": "approve_completion", "completion_returned": "return_completion"}[name]
        advance(session, actors, held, last)
    assert len(declare(session, actors["clerk"], held)[1]) == len(people)


def test_a_supplementary_declaration_takes_only_those_who_are_not_declared(session, actors, approved):
    held, people = approved
    clerk, reviewer = actors["clerk"], actors["reviewer"]
    _, claims = declare(session, clerk, held)
    act(session, clerk, "withdraw", claims[:1], reason="资料不全")
    act(session, clerk, "submit", claims[1:])
    act(session, reviewer, "reject", claims[1:2], opinion="不符合")
    assert declaration.undeclared(session, held) == 2
    _, later = declare(session, clerk, held)
    persons = session.scalars(select(Claim.person_id).where(Claim.id.in_(later)).order_by(Claim.id))
    assert list(persons) == people[:2]
    assert act(session, clerk, "submit", later) == dict.fromkeys(later)
    live = select(func.count()).where(Claim.state == "submitted")
    assert session.scalar(live) == 3


def test_who_did_not_pass_is_not_declared(session, actors, approved):
    held, people = approved
    give_results(session, actors["clerk"], held, failed=people[:1], only=people[:2])
    _, claims = declare(session, actors["clerk"], held)
    declared = session.scalars(select(Claim.person_id).where(Claim.id.in_(claims)).order_by(Claim.id))
    assert list(declared) == people[1:]
    assert declaration.undeclared(session, held) == 0


def test_without_bank_details_nothing_is_submitted(session, actors, approved):
    held, _ = approved
    _, claims = declare(session, actors["clerk"], held, bank=False)
    said = act(session, actors["clerk"], "submit", claims)
    assert set(said.values()) == {"申请单的银行信息未填写完整。请先填写开户银行、户名和账号。"}


def test_a_person_holds_a_claim_for_each_training(session, actors, firm, vault):
    people = school.make_students(session, vault, 2, [firm], [date(2026, 9, 1), school.OCTOBER])
    september = {"opens_on": date(2026, 9, 1), "closes_on": date(2026, 9, 20)}
    claims = []
    for dates in (september, {}):
        held = open_class(session, actors["clerk"], firm, people, **(school.YEAR | dates))
        session.commit()
        advance(session, actors, held, "submit_class", "approve_class")
        claims += declare(session, actors["clerk"], held)[1]
    assert act(session, actors["clerk"], "submit", claims) == dict.fromkeys(claims)
    assert act(session, actors["reviewer"], "approve", claims) == dict.fromkeys(claims)
    assert session.scalar(select(func.count()).select_from(Slot)) == 0


def test_who_declared_never_approves_and_who_opened_the_class_may(session, actors, firm, vault):
    people = school.make_students(session, vault, 1, [firm])
    both, clerk = actors["both"], actors["clerk"]
    opened = open_class(session, both, firm, people)
    session.commit()
    advance(session, actors, opened, "submit_class", "approve_class")
    _, claims = declare(session, clerk, opened)
    act(session, clerk, "submit", claims)
    assert act(session, both, "approve", claims) == dict.fromkeys(claims)
    second = open_class(session, clerk, firm, school.make_students(session, vault, 1, [firm]))
    session.commit()
    advance(session, actors, second, "submit_class", "approve_class")
    _, claims = declare(session, both, second)
    act(session, clerk, "submit", claims)
    said = act(session, both, "approve", claims)
    assert said[claims[0]].startswith("您录入、修改或提交过本件，不能由您审核。")


@pytest.fixture
def publicized(session, actors, approved):
    """(class, its three claims, their people), publicized and waiting for the money."""
    held, people = approved
    _, claims = declare(session, actors["clerk"], held)
    reviewer = actors["reviewer"]
    for move, who, today, params in (
        ("submit", actors["clerk"], school.TODAY, {}),
        ("approve", reviewer, school.TODAY, {}),
        ("publicize", reviewer, school.TODAY, {"start": school.TODAY, "end": END}),
        ("pass_publicity", reviewer, AFTER, {}),
    ):
        assert act(session, who, move, claims, today, **params) == dict.fromkeys(claims), move
    return held, claims, people


@pytest.mark.parametrize("move", ["list", "disburse"])
def test_money_goes_only_to_those_who_completed_with_a_pass(session, actors, publicized, move):
    held, claims, people = publicized
    cashier = actors["cashier"]
    params = {"paid_on": AFTER, "voucher_no": "PZ-1"} if move == "disburse" else {}
    number = "510104-20261012-001"
    waiting = dict.fromkeys(claims, f"班级{number}尚未结业，不能发放培训补贴。请先办理结业。")
    assert act(session, cashier, move, claims, AFTER, **params) == waiting
    give_results(session, actors["clerk"], held, failed={people[1]})
    advance(session, actors, held, "graduate")
    assert act(session, cashier, move, claims, AFTER, **params) == waiting
    advance(session, actors, held, "approve_completion")
    said = act(session, cashier, move, claims, AFTER, **params)
    assert said == {
        claims[0]: None,
        claims[1]: "此人结业不合格，不能发放培训补贴。请由审核人员撤销。",
        claims[2]: None,
    }
    found = province.states(session, claims)
    done = "disbursed" if move == "disburse" else "publicized"
    assert found == {claims[0]: done, claims[1]: "publicized", claims[2]: done}
    assert act(session, actors["reviewer"], "revoke", [claims[1]], AFTER, reason="不合格") == {
        claims[1]: None
    }


def test_a_list_is_disbursed_and_the_sum_is_what_was_declared(session, actors, publicized):
    held, claims, _ = publicized
    give_results(session, actors["clerk"], held)
    advance(session, actors, held, "graduate", "approve_completion")
    cashier = actors["cashier"]
    assert act(session, cashier, "list", claims, AFTER) == dict.fromkeys(claims)
    paying = school.prepare(session, cashier, "disburse", claims)
    done = school.run(session, cashier, paying, AFTER, paid_on=AFTER, voucher_no="PZ-1")
    assert (done.moved, done.moved_amount) == (3, Decimal("3000.00"))
    assert not session.scalar(select(func.bool_or(Claim.post_check)).where(Claim.id.in_(claims)))


def test_the_rules_run_again_before_the_money(session, actors, publicized):
    held, claims, _ = publicized
    give_results(session, actors["clerk"], held)
    advance(session, actors, held, "graduate", "approve_completion")
    spoil(session, claims[0])
    said = act(session, actors["cashier"], "list", claims, AFTER)
    assert [said[claim] is None for claim in claims] == [False, True, True]


def test_only_one_open_claim_of_a_student_stands_in_the_table(session, actors, approved):
    held, _ = approved
    _, claims = declare(session, actors["clerk"], held)
    students = select(func.count(func.distinct(TrainingClaim.enrolment_id))).where(
        TrainingClaim.id.in_(claims)
    )
    assert session.scalar(students) == session.scalar(
        select(func.count()).select_from(Enrolment).where(Enrolment.class_id == held)
    )


def spoil(session, claim: int) -> None:
    """The contributions of a claim's person turn out unpaid."""
    person = select(Claim.person_id).where(Claim.id == claim).scalar_subquery()
    session.execute(update(Contribution).where(Contribution.person_id == person).values(paid=False))
    session.commit()
