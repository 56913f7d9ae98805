"""Another account for what has been submitted: two people, every unpaid claim of the payee in the office, no other."""

from __future__ import annotations

import pytest
from flask import current_app
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from app.engine.audit import AuditEntry, record
from app.engine.cases.account_corrections import AccountCorrection
from app.engine.cases.accounts import Account
from app.engine.cases.claims import Application, Claim
from app.engine.cases.payments import PaymentList
from app.engine.intake import application_accounts, applications, correcting_accounts
from app.engine.scope import seeing
from app.kernel.errors import BadValue, Refused
from app.registers.models import Person
from tests.desk import province
from tests.desk.province import END, OVER, START, act
from tests.desk.races import at_once, running

PDF = b"%PDF-1.7 a paper"


def propose(
    session, actor, application: int, holder: str = "单位0", number: str = "6228480000000009999", vault=None
) -> int:
    """The new correction's id; `vault` is the application's unless a thread without one asks."""
    with seeing(session, actor.scope):
        details, vault = province.typed_account(holder, number), vault or current_app.extensions["vault"]
        made = correcting_accounts.propose(session, actor, application, vault, details, reason="原账户已销户")
        return made.id


def decide(session, actor, correction: int, signs: bool = True) -> None:
    with seeing(session, actor.scope):
        correcting_accounts.decide(session, actor, correction, signs, "" if signs else "账号不清")
    session.commit()


def withdraw(session, actor, correction: int) -> None:
    with seeing(session, actor.scope):
        correcting_accounts.withdraw(session, actor, correction)
    session.commit()


def accounts_of(session, claims) -> list[str]:
    """The last digits that each claim pays to, in order."""
    session.expire_all()
    wanted = select(Claim).where(Claim.id.in_(claims)).order_by(Claim.id)
    return [claim.paying_account.last4 for claim in session.scalars(wanted)]


@pytest.fixture
def three(session, actors, employers):
    """(application, claim) thrice: of one payee in one office, of another payee there, of the payee elsewhere."""
    made = []
    people = province.make_people(session, 4)
    for login, region, person in (
        ("clerk", province.JINJIANG, people[0]),
        ("clerk", province.QINGYANG, people[1]),
        ("clerk_b", province.JINJIANG, people[2]),
    ):
        application = province.take_in(session, actors[login], employers[region])
        application.insured_region = region
        session.flush()
        (claim,) = province.draft(session, application, [person])
        session.commit()
        assert act(session, actors[login], "submit", [claim]) == {claim: None}
        made.append((application.id, claim))
    return made


def test_it_holds_for_the_payee_in_this_office_and_for_nobody_else(session, actors, three):
    (application, _), *_ = three
    claims = [claim for _, claim in three]
    correction = propose(session, actors["clerk"], application)
    session.commit()
    assert accounts_of(session, claims) == ["5678"] * 3, "a proposal changes nothing"
    decide(session, actors["reviewer"], correction)
    assert accounts_of(session, claims) == ["9999", "5678", "5678"]
    assert session.get(Application, application).account.last4 == "9999"


def test_it_holds_in_every_unpaid_state_and_leaves_what_was_paid_or_is_over(session, actors, employers):
    clerk, reviewer, cashier = actors["clerk"], actors["reviewer"], actors["cashier"]
    application = province.take_in(session, clerk, employers[province.JINJIANG])
    claims = province.draft(session, application, province.make_people(session, 9))
    session.commit()
    draft, submitted, returned, rejected, approved, publicizing, publicized, paid, withdrawn = claims
    act(session, clerk, "submit", claims[1:])
    act(session, clerk, "withdraw", [withdrawn], reason="录错")
    act(session, reviewer, "return", [returned], opinion="补材料")
    act(session, reviewer, "reject", [rejected], opinion="不符")
    act(session, reviewer, "approve", [approved, publicizing, publicized, paid])
    act(session, reviewer, "publicize", [publicizing, publicized, paid], start=START, end=END)
    act(session, reviewer, "pass_publicity", [publicized, paid], OVER)
    assert act(session, cashier, "disburse", [paid], OVER, paid_on=OVER, voucher_no="1") == {paid: None}
    versions = {claim: session.get(Claim, claim).version for claim in claims}
    decide(session, reviewer, propose(session, clerk, application.id))
    now = dict(zip(claims, accounts_of(session, claims), strict=True))
    changed = {draft, submitted, returned, approved, publicizing, publicized}
    assert now == {claim: "9999" if claim in changed else "5678" for claim in claims}
    frozen = changed - {draft, returned}
    bumped = {claim for claim in claims if session.get(Claim, claim).version > versions[claim]}
    assert bumped == changed, "a dialog opened before is refused"
    assert act(session, clerk, "submit", [draft, returned], OVER) == {draft: None, returned: None}
    assert accounts_of(session, [draft, returned]) == ["9999", "9999"]
    entries = session.scalars(select(AuditEntry).where(AuditEntry.event == "correct_account")).all()
    assert {e.claim_id for e in entries} == frozen | {None}
    assert all(e.actor_id == reviewer.user_id and "9999" in e.subject for e in entries)
    assert "6228480000000009999" not in repr([(e.subject, e.before, e.after, e.note) for e in entries])


def test_who_proposed_may_withdraw_and_nobody_else(session, actors, three):
    (application, claim), *_ = three
    correction = propose(session, actors["clerk"], application)
    session.commit()
    with pytest.raises(Refused, match="由他人提出"):
        withdraw(session, actors["both"], correction)
    session.rollback()
    withdraw(session, actors["clerk"], correction)
    kept = session.get(AccountCorrection, correction)
    assert (kept.state, kept.decided_by) == ("withdrawn", None) and kept.decided_at is not None
    assert accounts_of(session, [claim]) == ["5678"]
    entries = session.scalars(select(AuditEntry).where(AuditEntry.event == "withdraw_account")).all()
    assert [(e.actor_id, e.application_id) for e in entries] == [(actors["clerk"].user_id, application)]
    for late in (
        lambda: decide(session, actors["reviewer"], correction),
        lambda: withdraw(session, actors["clerk"], correction),
    ):
        with pytest.raises(Refused, match="处理或撤回"):
            late()
        session.rollback()
    decide(session, actors["reviewer"], propose(session, actors["clerk"], application))
    assert accounts_of(session, [claim]) == ["9999"], "the next one is proposed and signed as ever"


@pytest.mark.parametrize("change", ["decided_by = proposed_by + 1", "decided_at = NULL"])
def test_the_database_keeps_that_nobody_decided_what_was_withdrawn(session, actors, three, change):
    correction = propose(session, actors["clerk"], three[0][0])
    session.commit()
    withdraw(session, actors["clerk"], correction)
    with pytest.raises(IntegrityError, match="correction_decided"):
        session.execute(text(f"UPDATE account_corrections SET {change}"))
    session.rollback()


def test_who_proposed_or_handled_the_case_does_not_sign(session, actors, three):
    (application, claim), *_ = three
    correction = propose(session, actors["both"], application)
    session.commit()
    with pytest.raises(Refused, match="由您提出"):
        decide(session, actors["both"], correction)
    session.rollback()
    decide(session, actors["reviewer"], correction, signs=False)
    act(session, actors["reviewer"], "return", [claim], opinion="补材料")
    act(session, actors["both"], "submit", [claim])
    correction = propose(session, actors["clerk"], application)
    session.commit()
    with pytest.raises(Refused, match="录入、修改或提交过"):
        decide(session, actors["both"], correction)
    session.rollback()
    assert accounts_of(session, [claim]) == ["5678"]
    decide(session, actors["prefecture"], correction)
    assert accounts_of(session, [claim]) == ["9999"]


def test_the_proposer_never_approves_and_the_signer_never_pays(session, actors, three):
    (application, claim), *_ = three
    decide(session, actors["approver_cashier"], propose(session, actors["both"], application))
    assert "不能由您审核" in act(session, actors["both"], "approve", [claim])[claim]
    act(session, actors["reviewer"], "approve", [claim])
    act(session, actors["reviewer"], "publicize", [claim], start=START, end=END)
    act(session, actors["reviewer"], "pass_publicity", [claim], OVER)
    paid = {"paid_on": OVER, "voucher_no": "1"}
    assert (
        "不能由您发放" in act(session, actors["approver_cashier"], "disburse", [claim], OVER, **paid)[claim]
    )
    assert act(session, actors["cashier"], "disburse", [claim], OVER, **paid) == {claim: None}


def test_the_database_refuses_one_person_twice_and_a_second_open_one(session, actors, three):
    (application, _), *_ = three
    correction = propose(session, actors["clerk"], application)
    session.commit()
    with pytest.raises(Refused, match="等待签字"):
        propose(session, actors["clerk"], application)
    session.rollback()
    own = "UPDATE account_corrections SET state = 'signed', decided_by = proposed_by, decided_at = now() WHERE id = :id"
    with pytest.raises(IntegrityError, match="correction_two_people"):
        session.execute(text(own), {"id": correction})
    session.rollback()
    again = """INSERT INTO account_corrections (office_id, application_id, employer_id, account_id, reason, proposed_by)
               SELECT office_id, application_id, employer_id, account_id, reason, proposed_by
               FROM account_corrections WHERE id = :id"""
    with pytest.raises(IntegrityError, match="correction_open_of_unit"):
        session.execute(text(again), {"id": correction})


def test_another_holder_needs_a_paper_and_a_signature(session, actors, employers):
    clerk, vault = actors["clerk"], current_app.extensions["vault"]
    application = province.take_in(session, clerk, employers[province.JINJIANG], bank=False)
    (claim,) = province.draft(session, application, province.make_people(session, 1))
    session.commit()
    with pytest.raises(BadValue, match="上传“收款人证明”"), seeing(session, clerk.scope):
        application_accounts.save_account(
            session, clerk, application.id, vault, province.typed_account("继承人")
        )
    with pytest.raises(BadValue, match="上传“收款人证明”"):
        propose(session, clerk, application.id, "继承人")
    session.rollback()
    with seeing(session, clerk.scope):
        paper = applications.attach(
            session, clerk, application.id, vault, kind="holder_proof", name="公证书.pdf", content=PDF
        )
    correction = propose(session, clerk, application.id, "继承人")
    session.commit()
    with pytest.raises(Refused, match="不能删除"), seeing(session, clerk.scope):
        applications.detach(session, clerk, paper.id)
    session.rollback()
    assert "银行信息未填写" in act(session, clerk, "submit", [claim])[claim]
    decide(session, actors["reviewer"], correction)
    assert act(session, clerk, "submit", [claim]) == {claim: None}
    assert session.get(Claim, claim).paying_account.holder == "继承人"


def test_the_own_account_of_a_draft_needs_no_correction(session, actors, employers):
    clerk = actors["clerk"]
    application = province.take_in(session, clerk, employers[province.JINJIANG])
    province.draft(session, application, province.make_people(session, 1))
    session.commit()
    with pytest.raises(Refused, match="直接在“银行信息”中填写"):
        propose(session, clerk, application.id)


def listed(session, actors, application: int, claim: int) -> PaymentList:
    act(session, actors["reviewer"], "approve", [claim])
    act(session, actors["reviewer"], "publicize", [claim], start=START, end=END)
    act(session, actors["reviewer"], "pass_publicity", [claim], OVER)
    assert act(session, actors["cashier"], "list", [claim], OVER) == {claim: None}
    return session.scalars(select(PaymentList).order_by(PaymentList.id.desc())).first()


def test_a_list_that_was_exported_keeps_its_accounts_until_it_is_dissolved(session, actors, three):
    (application, claim), *_ = three
    made = listed(session, actors, application, claim)
    record(session, actors["cashier"], "export", office_id=made.office_id, subject=made.number)
    waiting = province.take_in(session, actors["clerk"], session.get(Application, application).employer_id)
    (other,) = province.draft(session, waiting, [session.scalar(select(func.max(Person.id)))])
    session.commit()
    act(session, actors["clerk"], "submit", [other])
    decide(session, actors["reviewer"], propose(session, actors["clerk"], application))
    assert accounts_of(session, [claim, other]) == ["5678", "9999"]
    assert act(session, actors["cashier"], "dissolve", [claim], OVER) == {claim: None}
    assert accounts_of(session, [claim, other]) == ["9999", "9999"]


def test_a_list_that_nobody_exported_takes_the_account_at_once(session, actors, three):
    (application, claim), *_ = three
    listed(session, actors, application, claim)
    decide(session, actors["reviewer"], propose(session, actors["clerk"], application))
    assert accounts_of(session, [claim]) == ["9999"]


def signing(actor, correction: int):
    def deed(other):
        with seeing(other, actor.scope):
            correcting_accounts.decide(other, actor, correction, True, "")

    return deed


@pytest.mark.parametrize("turn", range(2))
def test_two_reviewers_at_once_decide_once(session, actors, three, turn):
    (application, claim), *_ = three
    correction = propose(session, actors["clerk"], application)
    session.commit()
    answers = at_once(signing(actors["reviewer"], correction), signing(actors["prefecture"], correction))
    assert sorted(answer is None for answer in answers) == [False, True]
    assert "已由他人处理" in next(filter(None, answers))
    changed = select(AuditEntry.id).where(AuditEntry.event == "correct_account", AuditEntry.claim_id == claim)
    assert len(session.scalars(changed).all()) == 1


@pytest.mark.parametrize("turn", range(2))
def test_two_clerks_at_once_propose_once(session, actors, three, turn):
    (application, _), *_ = three
    vault = current_app.extensions["vault"]

    def proposing(login: str):
        return lambda other: propose(other, actors[login], application, vault=vault)

    answers = at_once(proposing("clerk"), proposing("both"))
    assert sum("等待签字" in str(answer) for answer in answers) == 1
    assert len(session.scalars(select(AccountCorrection)).all()) == 1
    assert len(session.scalars(select(Account).where(Account.last4 == "9999")).all()) == 1


@pytest.mark.parametrize("turn", range(2))
def test_a_signature_against_a_payment(session, actors, three, turn):
    """Either the money went to the old account and it stays, or it goes to the new one: never one shown, another paid."""
    (application, claim), *_ = three
    listed(session, actors, application, claim)
    correction = propose(session, actors["clerk"], application)
    chosen = province.prepare(session, actors["cashier"], "disburse", [claim])
    session.commit()
    at_once(
        running(actors["cashier"], chosen, today=OVER, paid_on=OVER, voucher_no="1"),
        signing(actors["reviewer"], correction),
    )
    session.expire_all()
    paid_by = select(AuditEntry.id).where(AuditEntry.event == "disburse", AuditEntry.claim_id == claim)
    signed_by = select(AuditEntry.id).where(
        AuditEntry.event == "correct_account", AuditEntry.claim_id == claim
    )
    paid, signed = session.scalar(paid_by), session.scalar(signed_by)
    held = session.get(Claim, claim)
    assert held.state == "disbursed" or signed, (
        "a payment is refused only for a dialog older than the signature"
    )
    assert held.paying_account.last4 == ("9999" if signed else "5678")
    assert paid is None or signed is None or signed < paid
