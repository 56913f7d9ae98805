"""The eligibility check: what becomes a draft, what is kept with its reasons, what replaces what."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import psycopg
import pytest
from sqlalchemy import event, select, text

from app.engine.access.roles import CASHIER, CLERK, REVIEWER
from app.engine.cases.claims import Check, Claim, FailedRow
from app.engine.cases.failed_rows import cells
from app.engine.intake.check import drop_failed
from app.engine.policy_values import PolicyValue
from app.kernel import names
from app.kernel.errors import NotFound, Refused
from app.registers.ciphers import text_of
from tests.bench.county import HOME, NEIGHBOUR, TODAY, County

PHONE = "13912345678"
SHORT = {"contract_end": "2026-12-31"}


@pytest.fixture
def county(app, session):
    return County.founded(session, app.extensions["vault"], 30)


@pytest.fixture
def clerk(county):
    return county.staff("clerk", CLERK)


@pytest.fixture
def opened(county, clerk):
    return county.open(clerk)


def names_of(county, application, model):
    found = county.session.scalars(select(model.name).where(model.application_id == application))
    return sorted(found)


def failed_rows(county, application):
    wanted = select(FailedRow).where(FailedRow.application_id == application).order_by(FailedRow.row_no)
    return county.session.scalars(wanted).all()


def reasons(row):
    return {f["rule"]: f["evidence"]["why"] for f in row.findings if f["verdict"] in ("fail", "unknown")}


def test_rows_become_drafts_or_failed_rows(county, clerk, opened):
    rows = [county.typed(0, phone=PHONE, remark="试用"), county.typed(1), county.typed(2, **SHORT)]
    report = county.check(clerk, opened, rows)
    assert (report.passed, report.failed) == (2, 1)
    first, second = county.session.scalars(select(Claim).order_by(Claim.id))
    assert (first.state, first.amount, first.policy, first.account_id) == (
        "draft",
        Decimal("1000.00"),
        None,
        None,
    )
    assert (first.category, first.contract_start, first.contract_end) == (
        "unemployed",
        date(2026, 3, 1),
        date(2027, 2, 28),
    )
    assert (first.name, first.remark, second.remark) == (county.people[0].name, "试用", None)
    assert (first.employer_id, first.insured_region, first.office_id) == (
        county.employer,
        HOME,
        clerk.office_id,
    )
    assert text_of(county.vault, first, Claim.phone_cipher) == PHONE
    check = county.session.scalars(select(Check).where(Check.claim_id == first.id)).one()
    assert (check.phase, check.day, check.stops, check.warns) == ("check", TODAY, False, False)
    assert [f["rule"] for f in check.findings] == sorted(f["rule"] for f in check.findings)
    (failed,) = failed_rows(county, opened)
    assert failed.row_no == 7
    assert reasons(failed) == {"HS-02": "short"}
    assert cells(failed, county.vault) == rows[2]


def test_a_corrected_row_replaces_the_failed_one(county, clerk, opened):
    county.check(clerk, opened, [county.typed(0), county.typed(2, **SHORT), county.typed(4, **SHORT)])
    report = county.check(clerk, opened, [county.typed(2)])
    assert (report.passed, report.failed) == (1, 0)
    assert names_of(county, opened, FailedRow) == [county.people[4].name]
    assert names_of(county, opened, Claim) == sorted(county.people[n].name for n in (0, 2))


@pytest.mark.parametrize(
    ("registered", "typed"),
    [
        ("王䶮", "王\ue863"),
        ("黄小玉", "⻩⼩⽟"),
        ("买买提·吐尔逊", "买买提 吐尔逊"),
        ("买买提·吐尔逊", "买买提。吐尔逊"),
        ("买买提·吐尔逊", "买买提˙吐尔逊"),
        ("买买提 吐尔逊", "买买提●吐尔逊"),
        ("欧阳 娜", "欧阳娜"),
    ],
)
def test_names_that_look_the_same_agree(county, clerk, opened, registered, typed):
    facts = {"name": registered, "folded": names.fold(registered), "old": county.people[0].name}
    renamed = "UPDATE persons SET name = :name, name_folded = :folded WHERE name = :old"
    county.session.execute(text(renamed), facts)
    assert county.check(clerk, opened, [county.typed(0, name=typed)]).passed == 1
    assert names_of(county, opened, Claim) == [names.fold(registered)]
    county.bank(clerk, opened)
    assert county.move(clerk, "submit", county.session.scalars(select(Claim.id)).all()).moved == 1


def test_a_name_without_the_dot_is_another(county, clerk, opened):
    facts = {"name": "买买提·吐尔逊", "old": county.people[0].name}
    renamed = "UPDATE persons SET name = :name, name_folded = :name WHERE name = :old"
    county.session.execute(text(renamed), facts)
    county.check(clerk, opened, [county.typed(0, name="买买提吐尔逊")])
    assert [reasons(row) for row in failed_rows(county, opened)] == [{"C-03": "differ"}]


def test_failing_again_leaves_one_failed_row(county, clerk, opened):
    county.check(clerk, opened, [county.typed(2, **SHORT)])
    county.check(clerk, opened, [county.typed(2, name="李不对")])
    (row,) = failed_rows(county, opened)
    assert reasons(row) == {"C-03": "differ"}


def slip(code: str) -> str:
    """One digit wrong, as a hurried hand would type it."""
    return code[:10] + str((int(code[10]) + 1) % 10) + code[11:]


@pytest.mark.parametrize("spoil", [slip, lambda code: code[:-1], lambda code: f"{code[:15]}000"])
def test_a_slip_in_an_id_is_found_again_by_its_name(county, clerk, opened, spoil):
    county.check(clerk, opened, [county.typed(0, citizen_id=spoil(county.people[0].citizen_id))])
    assert [set(reasons(row)) for row in failed_rows(county, opened)] == [{"C-01"}]
    report = county.check(clerk, opened, [county.typed(0)])
    assert (report.passed, failed_rows(county, opened)) == (1, [])


def test_a_namesake_takes_nobodys_place(county, clerk, opened):
    name, one = county.people[0].name, county.people[0].citizen_id
    other, third = county.people[20].citizen_id, county.people[25].citizen_id
    county.check(
        clerk, opened, [county.typed(0, citizen_id=slip(one)), county.typed(2, name=name, citizen_id="")]
    )
    county.check(clerk, opened, [county.typed(20, name=name, citizen_id=slip(other))])
    assert names_of(county, opened, FailedRow) == [name] * 3
    county.check(
        clerk, opened, [county.typed(0), county.typed(3), county.typed(25, name=name, citizen_id=third)]
    )
    assert names_of(county, opened, Claim) == sorted([name, county.people[3].name])
    assert names_of(county, opened, FailedRow) == [name] * 3


def test_sending_the_same_sheet_again_doubles_nothing(county, clerk, opened):
    rows = [county.typed(0, citizen_id=""), county.typed(1, citizen_id="无"), county.typed(2, citizen_id="")]
    for _ in range(2):
        county.check(clerk, opened, rows)
        assert len(failed_rows(county, opened)) == 3


def test_who_passed_and_now_fails_is_a_draft_no_more(county, clerk, opened):
    county.check(clerk, opened, [county.typed(0), county.typed(2)])
    report = county.check(clerk, opened, [county.typed(0, **SHORT)])
    assert (report.passed, report.failed) == (0, 1)
    assert names_of(county, opened, Claim) == [county.people[2].name]
    assert names_of(county, opened, FailedRow) == [county.people[0].name]
    assert county.session.scalar(text("SELECT count(*) FROM checks")) == 1


def test_passing_again_changes_the_draft(county, clerk, opened):
    county.check(clerk, opened, [county.typed(0)])
    county.check(clerk, opened, [county.typed(0, contract_end="", phone=PHONE)])
    claim = county.session.scalars(select(Claim)).one()
    assert (claim.contract_end, claim.version) == (None, 2)
    assert text_of(county.vault, claim, Claim.phone_cipher) == PHONE


def test_repeats_in_one_sheet(county, clerk, opened):
    """The first row counts, whether it passes or not; every later one fails."""
    rows = [
        county.typed(0),
        county.typed(0, **SHORT),
        county.typed(2, **SHORT),
        county.typed(2),
        county.typed(2),
    ]
    report = county.check(clerk, opened, rows)
    assert (report.passed, report.failed) == (1, 4)
    assert names_of(county, opened, Claim) == [county.people[0].name]
    assert [(row.row_no, reasons(row)) for row in failed_rows(county, opened)] == [
        (6, {"C-02": "repeated", "HS-02": "short"}),
        (7, {"HS-02": "short"}),
        (8, {"C-02": "repeated"}),
        (9, {"C-02": "repeated"}),
    ]


def test_who_was_submitted_in_this_application_is_a_repeat(county, clerk, opened):
    county.check(clerk, opened, [county.typed(0)])
    county.bank(clerk, opened)
    (claim,) = county.claims(opened).values()
    assert county.move(clerk, "submit", [claim.id]).moved == 1
    report = county.check(clerk, opened, [county.typed(0, **SHORT), county.typed(1)])
    assert (report.passed, report.failed) == (1, 1)
    (row,) = failed_rows(county, opened)
    assert reasons(row) == {"C-02": "repeated", "C-04": "taken", "HS-02": "short"}
    county.session.expire_all()
    assert (claim.state, claim.contract_end) == ("submitted", date(2027, 2, 28))


def test_amount_and_policy_of_the_contracts_start(county, clerk, opened):
    for parameter, value in (("amount", "1234.56"), ("least_contract_months", "6")):
        row = {"programme": "hiring_subsidy", "parameter": parameter, "value": value, "document": "测试"}
        county.session.add(PolicyValue(**row, starts_on=date(2026, 3, 2), ends_on=date(2026, 3, 31)))
    county.session.flush()
    ends = {"contract_end": "2026-09-30"}
    starts = ["2026-03-01", "2026-03-02", "2026-03-31", "2026-04-01"]
    rows = [county.typed(2 * n, contract_start=start, **ends) for n, start in enumerate(starts)]
    county.check(clerk, opened, rows)

    found = county.session.execute(select(Claim.contract_start, Claim.amount).order_by(Claim.id))
    assert [tuple(row) for row in found] == [
        (date(2026, 3, 2), Decimal("1234.56")),
        (date(2026, 3, 31), Decimal("1234.56")),
    ]
    assert [reasons(row) for row in failed_rows(county, opened)] == [{"HS-02": "short"}] * 2


def test_already_claimed(county, clerk):
    """C-04: every live state stops, in any office; a draft and what came to nothing stop nobody."""
    reviewer, cashier = county.staff("reviewer", REVIEWER), county.staff("cashier", CASHIER)
    application = county.open(clerk)
    county.check(clerk, application, [county.typed(n) for n in range(12)])
    county.bank(clerk, application)
    ids = [claim.id for claim in sorted(county.claims(application).values(), key=lambda c: c.id)]
    end = date(2026, 11, 27)
    over = date(2026, 11, 30)
    note = {"reason": "材料不符", "opinion": "材料不符"}
    steps = [
        (clerk, "submit", ids[1:], {}, TODAY),
        (clerk, "withdraw", ids[2:3], note, TODAY),
        (reviewer, "reject", ids[3:4], note, TODAY),
        (reviewer, "return", ids[4:5], note, TODAY),
        (reviewer, "approve", ids[5:], {}, TODAY),
        (reviewer, "revoke", ids[6:7], note, TODAY),
        (reviewer, "publicize", ids[7:], {"start": TODAY, "end": end}, TODAY),
        (reviewer, "fail_publicity", ids[8:9], note, TODAY),
        (reviewer, "pass_publicity", ids[9:], {}, over),
        (cashier, "disburse", ids[10:], {"paid_on": over, "voucher_no": "PZ-1"}, over),
    ]
    for actor, transition, claims, params, today in steps:
        assert county.move(actor, transition, claims, today, **params).refused == 0, transition
    other_programme = "UPDATE slots SET programme = 'service_subsidy' WHERE claim_id = :claim"
    county.session.execute(text(other_programme), {"claim": ids[11]})
    states = dict(county.session.execute(select(Claim.id, Claim.state)).all())
    neighbour = county.staff("clerk_b", CLERK, NEIGHBOUR)
    second = county.open(neighbour)
    county.check(neighbour, second, [county.typed(n) for n in range(12)])
    verdicts = {
        states[ids[row.row_no - 5]]: (reasons(row), [f for f in row.findings if f["rule"] == "C-04"][0])
        for row in failed_rows(county, second)
    }
    live = {"submitted", "returned", "approved", "publicizing", "publicized", "disbursed"}
    assert verdicts.keys() == live
    for reason, finding in verdicts.values():
        assert reason == {"C-04": "taken"}
        assert finding["evidence"] == {"why": "taken", "programme": "hiring_subsidy"}
    assert len(county.claims(second)) == 6


def test_only_the_office_that_took_it_in(county, clerk, opened):
    county.check(clerk, opened, [county.typed(0, **SHORT)])
    (row,) = failed_rows(county, opened)
    neighbour = county.staff("clerk_b", CLERK, NEIGHBOUR)
    with pytest.raises(Refused):
        county.check(neighbour, opened, [county.typed(1)])
    with pytest.raises(Refused):
        drop_failed(county.session, neighbour, opened, [row.id])
    with pytest.raises(NotFound):
        county.check(clerk, opened + 1, [county.typed(1)])
    assert (names_of(county, opened, Claim), len(failed_rows(county, opened))) == ([], 1)


def test_dropping_failed_rows_reaches_no_other_application(county, clerk, opened):
    other = county.open(clerk)
    for one in (opened, other):
        county.check(clerk, one, [county.typed(0, **SHORT)])
    ids = [row.id for one in (opened, other) for row in failed_rows(county, one)]
    assert drop_failed(county.session, clerk, opened, ids) == 1
    assert len(failed_rows(county, other)) == 1


def test_nothing_personal_is_kept_in_the_clear(county, clerk, opened):
    """Not even when somebody types an id or a phone into a column that is stored as it was read."""
    ids = [person.citizen_id for person in county.people]
    rows = [
        county.typed(0, phone=PHONE),
        county.typed(2, phone=PHONE, **SHORT),
        county.typed(4, citizen_id=ids[4][:-1] + "?"),
        county.typed(6, name=ids[6], citizen_id=county.people[6].name),
        county.typed(8, contract_start=ids[8], category=PHONE),
        county.typed(10, contract_end=ids[10].lower(), contract_start=f"{ids[10][:6]} {ids[10][6:]}"),
    ]
    report = county.check(clerk, opened, rows)
    assert (report.passed, report.failed) == (1, 5)
    county.session.flush()
    kept = ""
    for table in ("failed_rows", "checks", "audit_entries", "claims", "applications"):
        kept += "".join(county.session.scalars(text(f"SELECT row_to_json(t)::text FROM {table} t")))
    squeezed = kept.replace(" ", "")
    for secret in (PHONE, *(code[:17] for code in ids)):
        assert secret not in squeezed, secret
    assert [cells(row, county.vault) for row in failed_rows(county, opened)] == rows[1:]


@dataclass
class Tally:
    """What was sent to the server: statements, those of them sent once a row, and copies."""

    statements: int = 0
    copies: int = 0
    many: list[str] = field(default_factory=list)


@contextmanager
def counting(session, monkeypatch):
    """Counts statements and copies of the block."""
    tally, copy = Tally(), psycopg.Cursor.copy

    def note(_connection, _cursor, statement, parameters, _context, executemany):
        tally.statements += 1
        if executemany and len(parameters) > 1:
            tally.many.append(statement)

    def counted(cursor, *args, **kwargs):
        tally.copies += 1
        return copy(cursor, *args, **kwargs)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    monkeypatch.setattr(psycopg.Cursor, "copy", counted)
    try:
        yield tally
    finally:
        monkeypatch.undo()
        event.remove(engine, "before_cursor_execute", note)


def mixture(county, first, last):
    """Of three rows one passes, one fails, one has an id that belongs to nobody."""
    changes = (SHORT, {"citizen_id": "510104199001010011"}, {})
    return [county.typed(n, **changes[n % 3]) for n in range(first, last)]


def test_as_many_statements_for_5000_people_as_for_10(app, session, monkeypatch):
    county = County.founded(session, app.extensions["vault"], 5010)
    clerk = county.staff("clerk", CLERK)
    tallies = []
    for first, last in ((0, 10), (10, 5010)):
        application = county.open(clerk)
        rows = mixture(county, first, last)
        with counting(session, monkeypatch) as tally:
            report = county.check(clerk, application, rows)
        assert report.passed in ((last - first) // 3, (last - first) // 3 + 1)
        tallies.append(tally)
    assert tallies[0] == tallies[1]
    assert tallies[1].many == []


def test_as_many_statements_to_move_2000_claims_as_to_move_10(app, session, monkeypatch):
    county = County.founded(session, app.extensions["vault"], 2010)
    clerk, reviewer = county.staff("clerk", CLERK), county.staff("reviewer", REVIEWER)
    tallies = {"submit": [], "approve": []}
    for first, last in ((0, 10), (10, 2010)):
        application = county.open(clerk)
        county.check(clerk, application, [county.typed(n) for n in range(first, last)])
        county.bank(clerk, application)
        ids = session.scalars(select(Claim.id).where(Claim.application_id == application)).all()
        for actor, transition in ((clerk, "submit"), (reviewer, "approve")):
            session.flush()
            with counting(session, monkeypatch) as tally:
                moved = county.move(actor, transition, ids)
            assert (moved.moved, moved.refused) == (last - first, 0)
            tallies[transition].append(tally)
    for few, many in tallies.values():
        assert few == many
        assert many.many == []


@pytest.mark.parametrize(
    ("typed", "why"),
    [("#N/A", "error"), ("#公式未计算", "uncached"), ("#合并单元格", "merged"), ("51010\ufffd", "lost")],
)
def test_an_id_that_cannot_be_read_says_why_and_nothing_else(county, clerk, opened, typed, why):
    county.check(clerk, opened, [county.typed(0, citizen_id=typed)])
    (row,) = failed_rows(county, opened)
    assert reasons(row) == {"C-01": why}


@pytest.mark.parametrize("typed", ["#N/A", "#公式未计算", "#合并单元格"])
def test_an_end_that_cannot_be_read_is_not_open(county, clerk, opened, typed):
    report = county.check(clerk, opened, [county.typed(0, contract_end=typed)])
    assert (report.passed, report.failed) == (0, 1)
    (row,) = failed_rows(county, opened)
    assert [f["rule"] for f in row.findings if f["verdict"] == "fail"] == ["F-01"]
    assert "HS-02" not in {f["rule"] for f in row.findings}, "no blank was judged"


def test_endless_ids_are_not_compared_character_by_character(county, clerk, opened):
    """32,000 characters and one more, no character so frequent that a comparison would pass over it: a second a pair."""
    people, text_of_150 = range(4), "".join(chr(0x4E00 + n) for n in range(150)) * 214
    county.check(clerk, opened, [county.typed(0, citizen_id=text_of_150[:31_999] + str(n)) for n in people])
    began = time.process_time()
    county.check(clerk, opened, [county.typed(0, citizen_id=text_of_150[1:32_001] + str(n)) for n in people])
    assert time.process_time() - began < 2
    assert len(failed_rows(county, opened)) == 2 * len(people)
