"""Two people at once, each on a connection of their own: a claim moves once, and both are told the truth."""

from __future__ import annotations

from datetime import date

import pytest
from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.engine.audit import AuditEntry
from app.engine.cases.accounts import Account
from app.engine.cases.claims import Application, Check, Claim
from app.engine.cases.periods import Slot
from app.engine.casework import batch
from app.engine.intake import application_accounts, applications
from app.engine.intake.check import check_people
from app.engine.scope import seeing
from app.engine.sheets import SheetRow
from app.extensions import db
from app.kernel.errors import NotFound, Refused
from app.kernel.identifiers import citizen_id
from app.registers.models import Person
from tests.desk import province
from tests.desk.races import at_once, running
from tests.desk.subsidies import HIRING as PROGRAMME

MANY = 500


def split(session: Session, batch_id: str) -> tuple[set[int], dict[int, str]]:
    """(claims moved, claims refused with their reasons) by one batch."""
    found = province.reasons(session, batch_id)
    return {c for c, reason in found.items() if reason is None}, {c: r for c, r in found.items() if r}


@pytest.fixture
def crowd(session, actors, employers):
    """Ids of many submitted claims of 锦江区."""
    application = province.take_in(session, actors["clerk"], employers[province.JINJIANG])
    claims = province.draft(session, application, province.make_people(session, MANY))
    session.commit()
    province.act(session, actors["clerk"], "submit", claims)
    return claims


def test_two_reviewers_approve_the_same_rows(session, actors, crowd):
    pair = [actors["reviewer"], actors["prefecture"]]
    batches = [province.prepare(session, actor, "approve", crowd) for actor in pair]
    session.commit()
    answers = at_once(*(running(actor, b) for actor, b in zip(pair, batches, strict=True)))

    (moved_1, refused_1), (moved_2, refused_2) = (split(session, b) for b in batches)
    for (moved, refused, amount), mine, theirs in zip(
        answers, (moved_1, moved_2), (refused_1, refused_2), strict=True
    ):
        assert (moved, refused) == (len(mine), len(theirs))
        assert moved + refused == MANY
        assert amount == 1000 * moved
    assert not moved_1 & moved_2
    assert moved_1 | moved_2 == set(crowd)
    assert {*refused_1.values(), *refused_2.values()} == {
        "当前状态为“待公示”，不能办理“审核通过”，可能已由他人办理。请刷新列表。"
    }
    assert audited(session, "approve") == dict.fromkeys(crowd, 1)
    assert set(province.states(session, crowd).values()) == {"approved"}


def test_reviewers_of_overlapping_halves_neither_wait_for_ever_nor_move_twice(session, actors, crowd):
    pair = [actors["reviewer"], actors["prefecture"]]
    halves = [crowd[:300], list(reversed(crowd[200:]))]
    batches = [province.prepare(session, a, "approve", half) for a, half in zip(pair, halves, strict=True)]
    session.commit()
    at_once(*(running(actor, b) for actor, b in zip(pair, batches, strict=True)))
    (moved_1, refused_1), (moved_2, refused_2) = (split(session, b) for b in batches)
    assert not moved_1 & moved_2
    assert moved_1 | moved_2 == set(crowd)
    assert {*refused_1, *refused_2} == set(crowd[200:300])


def test_approve_against_return(session, actors, crowd):
    pair = [(actors["reviewer"], "approve"), (actors["prefecture"], "return")]
    batches = [province.prepare(session, actor, move, crowd) for actor, move in pair]
    session.commit()
    at_once(*(running(a, b, opinion="核实") for (a, _), b in zip(pair, batches, strict=True)))
    moved = [split(session, b)[0] for b in batches]
    assert not moved[0] & moved[1]
    assert moved[0] | moved[1] == set(crowd)
    found = province.states(session, crowd)
    assert {c for c, state in found.items() if state == "approved"} == moved[0]
    assert {c for c, state in found.items() if state == "returned"} == moved[1]


def test_two_counties_submit_the_same_people(session, actors, employers):
    everybody = province.make_people(session, MANY)
    clerks = [actors["clerk"], actors["clerk_b"]]
    claims, batches = [], []
    for clerk, persons in zip(clerks, (everybody, everybody[::-1]), strict=True):
        application = province.take_in(session, clerk, employers[clerk.office_code])
        claims.append(province.draft(session, application, persons))
        batches.append(province.prepare(session, clerk, "submit", claims[-1]))
    session.commit()
    answers = at_once(*(running(clerk, b) for clerk, b in zip(clerks, batches, strict=True)))

    assert sum(moved for moved, _, _ in answers) == MANY
    assert all(moved + refused == MANY for moved, refused, _ in answers)
    held = session.scalars(
        select(Claim.person_id).where(Claim.id.in_(claims[0] + claims[1]), Claim.state == "submitted")
    ).all()
    assert sorted(held) == sorted(everybody)
    assert session.scalar(select(func.count()).select_from(Slot)) == MANY
    shown = str([split(session, b)[1] for b in batches]) + str(findings(session, batches))
    assert "C-04" in shown
    for clerk, other in (clerks, clerks[::-1]):
        mine = split(session, batches[clerks.index(clerk)])[1]
        assert not any(text in str(mine) for text in (other.office_name, "锦江", "青羊", "单位0", "单位1"))
    assert "锦江" not in shown
    assert "青羊" not in shown


def findings(session, batches) -> list:
    rows = select(batch.BatchRow.findings).where(batch.BatchRow.batch_id.in_(batches))
    return [f for found in session.scalars(rows) for f in found or [] if f["rule"] == "C-04"]


def test_one_batch_sent_twice_at_once_and_again(session, actors, crowd):
    reviewer = actors["reviewer"]
    chosen = province.prepare(session, reviewer, "approve", crowd)
    session.commit()
    deed = running(reviewer, chosen)
    answers = at_once(deed, deed)
    assert answers == [(MANY, 0, 1000 * MANY)] * 2
    assert at_once(deed) == answers[:1]
    assert audited(session, "approve") == dict.fromkeys(crowd, 1)
    checks = session.scalar(select(func.count()).select_from(Check).where(Check.phase == "approve"))
    assert checks == MANY


def test_a_batch_run_again_keeps_its_answer_whatever_happened_since(session, actors, submitted):
    _, claims = submitted
    reviewer, other = actors["reviewer"], actors["prefecture"]
    chosen = province.prepare(session, reviewer, "return", claims)
    session.commit()
    first = running(reviewer, chosen, opinion="补材料")(session)
    session.commit()
    province.act(session, actors["clerk"], "submit", claims)
    again = running(reviewer, chosen, opinion="别的意见")(session)
    session.commit()
    assert again == first == (3, 0, 3000)
    assert session.get(batch.Batch, chosen).params == {"opinion": "补材料"}
    assert set(province.states(session, claims).values()) == {"submitted"}
    with pytest.raises(NotFound):
        province.run(session, other, chosen)


def audited(session: Session, event: str) -> dict[int, int]:
    rows = session.execute(
        select(AuditEntry.claim_id, func.count())
        .where(AuditEntry.event == event, AuditEntry.claim_id.is_not(None))
        .group_by(AuditEntry.claim_id)
    )
    return dict(rows.all())


@pytest.fixture
def drafts(session, actors, employers):
    """(application's id, ids of its 50 drafts, their people) of 锦江区."""
    application = province.take_in(session, actors["clerk"], employers[province.JINJIANG])
    persons = province.make_people(session, 50)
    claims = province.draft(session, application, persons)
    session.commit()
    return application.id, claims, persons


@pytest.mark.parametrize("turn", range(2))
def test_submit_against_a_correction(session, actors, drafts, turn):
    clerk, (_, claims, _) = actors["clerk"], drafts
    chosen = province.prepare(session, clerk, "submit", claims)
    session.commit()
    day, vault = date(2026, 4, 15), current_app.extensions["vault"]

    def correct(other: Session):
        with seeing(other, clerk.scope):
            claim = other.get(Claim, claims[25])
            version = claim.version
            values = {"contract_start": day}
            applications.edit_claim(other, clerk, PROGRAMME, claim.id, version, values, vault, province.TODAY)
        return "corrected"

    (moved, _, _), answer = at_once(running(clerk, chosen), correct)
    claim = session.get(PROGRAMME.claim, claims[25], populate_existing=True)
    edits = audited(session, "edit").get(claim.id, 0)
    if answer == "corrected":
        assert (claim.contract_start, edits, claim.state) == (day, 1, "draft")
        assert moved == len(claims) - 1
        assert split(session, chosen)[1][claim.id].startswith("您打开办理窗口后，此件有变动")
    else:
        assert answer == "只有草稿或已退回的记录可以修改。请刷新列表查看当前状态。"
        assert (claim.contract_start, edits, moved) == (province.CONTRACT_START, 0, len(claims))


def test_a_correction_shown_before_the_submit_finds_the_claim_gone_on(session, actors, drafts):
    clerk, (_, claims, _) = actors["clerk"], drafts
    with Session(db.engine, autoflush=False) as slow, seeing(slow, clerk.scope):
        shown = slow.get(Claim, claims[0])
        version = shown.version
        province.act(session, clerk, "submit", claims)
        with pytest.raises(Refused, match="只有草稿或已退回"):
            values, vault = {"contract_start": date(2026, 5, 1)}, current_app.extensions["vault"]
            applications.edit_claim(slow, clerk, PROGRAMME, shown.id, version, values, vault, province.TODAY)


@pytest.mark.parametrize("turn", range(2))
def test_submit_against_new_bank_details(session, actors, drafts, turn):
    clerk, (application, claims, _) = actors["clerk"], drafts
    chosen = province.prepare(session, clerk, "submit", claims)
    session.commit()
    vault = current_app.extensions["vault"]

    def bank(other: Session):
        with seeing(other, clerk.scope):
            application_accounts.save_account(other, clerk, application, vault, province.typed_account())

    (moved, refused, _), said = at_once(running(clerk, chosen), bank)
    assert (moved, refused) in [(len(claims), 0), (0, len(claims))]
    frozen = set(session.scalars(select(Claim.account_id).where(Claim.id.in_(claims))))
    held = set(session.scalars(select(Account.id)))
    assert len(held) == 2 if said is None else "收款账户已固定" in said and len(held) == 1
    assert bool(moved) == (said is not None), (
        "who comes second is refused, so that page and claims name one account"
    )
    assert frozen == ({max(held)} if moved else {None})
    assert session.get(Application, application, populate_existing=True).account_id == max(held)


@pytest.mark.parametrize("turn", range(2))
def test_submit_against_a_new_check_of_the_same_sheet(session, actors, drafts, turn):
    """Who is first: no claim is both replaced and submitted, none is lost, none stands twice."""
    clerk, (application, claims, persons) = actors["clerk"], drafts
    vault = current_app.extensions["vault"]
    rows = list(sheet_of(session, vault, persons))
    chosen = province.prepare(session, clerk, "submit", claims)
    session.commit()

    def check(other: Session):
        with seeing(other, clerk.scope):
            report = check_people(other, clerk, PROGRAMME, application, rows, vault, province.TODAY)
        return report.passed, report.failed

    (moved, refused, _), (passed, failed) = at_once(running(clerk, chosen), check)
    assert passed + failed == len(rows)
    assert moved + refused == len(claims)
    submitted = {c for c, s in province.states(session, claims).items() if s == "submitted"}
    assert submitted == split(session, chosen)[0]
    standing = session.scalars(select(Claim.person_id).where(Claim.application_id == application)).all()
    assert sorted(standing) == sorted(persons)
    ends = set(session.scalars(select(PROGRAMME.claim.contract_end).where(Claim.id.in_(submitted))))
    assert ends == ({None} if moved else set())
    assert (moved, passed) in [(len(claims), 0), (0, len(rows))]


def sheet_of(session: Session, vault, persons: list[int]):
    """The drafts' sheet again, with an end of contract; the people get ids that can be typed."""
    for number, person in enumerate(session.scalars(select(Person).where(Person.id.in_(persons)))):
        typed = valid_id(number)
        person.id_hash = vault.hash(typed)
        values = {
            "name": person.name,
            "citizen_id": typed,
            "category": "unemployed",
            "contract_start": province.CONTRACT_START,
            "contract_end": date(2027, 2, 28),
        }
        yield SheetRow(number + 1, values, {k: str(v) for k, v in values.items()}, {})


def valid_id(number: int) -> str:
    first17 = f"51010419900101{number:03}"
    return first17 + citizen_id.check_digit(first17)


def test_disburse_against_revoke(session, actors, crowd):
    reviewer, cashier = actors["reviewer"], actors["cashier"]
    province.act(session, reviewer, "approve", crowd)
    province.act(session, reviewer, "publicize", crowd, start=date(2026, 11, 23), end=date(2026, 11, 27))
    later = date(2026, 11, 28)
    province.act(session, reviewer, "pass_publicity", crowd, later)
    paying = province.prepare(session, cashier, "disburse", crowd)
    revoking = province.prepare(session, reviewer, "revoke", crowd)
    session.commit()
    at_once(
        running(cashier, paying, today=later, paid_on=later, voucher_no="PZ-1"),
        running(reviewer, revoking, today=later, reason="查实"),
    )
    paid, revoked = split(session, paying)[0], split(session, revoking)[0]
    assert not paid & revoked
    assert paid | revoked == set(crowd)
    found = province.states(session, crowd)
    assert {c for c, s in found.items() if s == "disbursed"} == paid
    kept = set(session.scalars(select(Slot.claim_id)))
    assert kept == paid
