"""The office's figures are the sums of what it did, and of nobody else's cases."""

import re
from decimal import Decimal

import pytest
from flask import render_template_string
from sqlalchemy import delete, func, select

from app.engine.cases.claims import Check, Claim, FailedRow
from app.engine.oversight import figures
from app.engine.scope import Scope
from app.extensions import db
from tests.desk.clerks import HiringDesk
from tests.desk.days import TODAY, after, month


@pytest.fixture
def clerk(demo_app, demo_files):
    """One application of passed and failed rows, sent."""
    clerk = HiringDesk(demo_app, "clerk")
    clerk.hand_in(demo_files, "2-mixed.xlsx")
    return clerk


@pytest.fixture
def taken_in(clerk, demo_app):
    """The same, with a session that sees all of it."""
    with demo_app.app_context():
        db.session.info["scope"] = Scope.everything()
        yield


def test_states_and_months_are_those_of_the_claims(taken_in):
    states = figures.by_state(db.session)
    claims, amount = db.session.execute(select(func.count(), func.sum(Claim.amount)).select_from(Claim)).one()
    assert sum(row.count for row in states) == claims > 0
    assert sum(row.amount for row in states) == amount
    months = figures.by_month(db.session, TODAY)
    assert [months[0].month, months[-1].month, len(months)] == [f"{month(11):%Y-%m}", f"{month(0):%Y-%m}", 12]
    sent = db.session.scalar(select(func.count()).where(Claim.submitted_on.is_not(None)))
    assert months[-1].submitted == sent > 0
    assert months[-1].amount == 0


def test_money_is_counted_in_the_month_in_which_it_was_paid(taken_in):
    claim = db.session.scalars(select(Claim).where(Claim.state == "submitted").limit(1)).one()
    claim.state, claim.paid_on = "disbursed", after(-1, month(8))
    db.session.flush()
    months = {row.month: row for row in figures.by_month(db.session, TODAY)}
    assert (months[f"{month(9):%Y-%m}"].paid, months[f"{month(9):%Y-%m}"].amount) == (1, claim.amount)


def test_every_refused_row_is_counted_once_for_each_rule(taken_in):
    wanted: dict[str, set] = {}
    for row in db.session.scalars(select(FailedRow)):
        for finding in row.findings:
            if finding["verdict"] in ("fail", "unknown"):
                wanted.setdefault(finding["rule"], set()).add(row.id)
    found = {row.rule: row.count for row in figures.refusals(db.session, TODAY)}
    assert found == {rule: len(rows) for rule, rows in wanted.items()}
    assert found


def test_a_claim_stopped_twice_by_a_rule_counts_once_and_only_within_the_year(taken_in):
    db.session.execute(delete(FailedRow))
    claim = db.session.scalars(select(Claim).limit(1)).one()
    stopped = [{"rule": "HS-01", "verdict": "fail", "evidence": {}}, {"rule": "C-01", "verdict": "pass"}]
    for day in (TODAY, TODAY, after(-1, month(11))):
        db.session.add(
            Check(claim_id=claim.id, phase="approve", day=day, stops=True, warns=False, findings=stopped)
        )
    db.session.flush()
    assert figures.refusals(db.session, TODAY) == [figures.Refusals("hiring_subsidy", "HS-01", 1)]


def test_the_page_shows_the_own_county_only(clerk, demo_app):
    page = clerk.get("/desk/figures/")
    assert re.search(r'state--submitted.*?</th><td class="number">10<', page)
    assert 'role="img" aria-labelledby="chart-submitted"' in page
    assert "state--submitted" not in HiringDesk(demo_app, "clerk_b").get("/desk/figures/")


@pytest.mark.parametrize(("amount", "shown"), [("999999.00", "999,999"), ("12345678.00", "1,234.6")])
def test_amounts_stand_side_by_side_above_their_columns(application, amount, shown):
    """Seven figures and more would run into the neighbour's."""
    months = [(f"2026-{month:02}", Decimal(amount)) for month in range(1, 13)]
    charts = '{% from "parts/charts.html" import of_months %}{{ of_months(months, months) }}'
    with application.test_request_context():
        paid = render_template_string(charts, months=months).partition('id="chart-paid"')[2]
    assert paid.count(f">{shown}</text>") == 12
    assert ("万元" in paid) == (amount == "12345678.00")
