"""One hiring subsidy from the sheet to the money, through the web, by three people."""

from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.engine.audit import AuditEntry
from app.engine.cases.claims import Check, Claim
from app.engine.cases.periods import Slot
from app.engine.scope import Scope
from app.extensions import db
from tests.desk.clerks import HiringDesk, uscc_of
from tests.desk.days import at_the_turn


@pytest.fixture
def demo_files(demonstration):
    return demonstration.files


@at_the_turn
def test_from_sheet_to_money(demo_app, demo_files, demonstration, monkeypatch):
    clerk, reviewer, cashier = (HiringDesk(demo_app, name) for name in ("clerk", "reviewer", "cashier"))
    application = clerk.open_application(uscc_of(demo_files, "1-good.xlsx"))
    clerk.check(application, demo_files / "1-good.xlsx")
    assert "40" in clerk.get(f"/hiring/applications/show/{application}")
    clerk.bank(application)
    assert "40" in clerk.apply(application)

    reviewer.act("review", "approve")
    reviewer.act("publicity", "publicize", start=str(demonstration.day), end=str(demonstration.end))
    monkeypatch.setitem(demo_app.config, "TODAY", demonstration.end)
    assert f"{demonstration.over}起" in reviewer.act("publicity", "pass_publicity", query="state=publicizing")
    monkeypatch.setitem(demo_app.config, "TODAY", demonstration.over)
    reviewer.act("publicity", "pass_publicity", query="state=publicizing")
    cashier.act("disbursement", "disburse", paid_on=str(demonstration.over), voucher_no="PZ-2026-1")

    with demo_app.app_context():
        db.session.info["scope"] = Scope.everything()
        paid = db.session.execute(
            select(func.count(), func.sum(Claim.amount)).where(
                Claim.state == "disbursed",
                Claim.paid_on == demonstration.over,
                Claim.voucher_no == "PZ-2026-1",
            )
        ).one()
        assert paid == (40, Decimal("40000.00"))
        moves = dict(
            db.session.execute(
                select(AuditEntry.event, func.count())
                .where(AuditEntry.claim_id.is_not(None))
                .group_by(AuditEntry.event)
            ).all()
        )
        assert moves == dict.fromkeys(("submit", "approve", "publicize", "pass_publicity", "disburse"), 40)
        assert db.session.scalar(select(func.count()).select_from(Slot)) == 40
        phases = dict(db.session.execute(select(Check.phase, func.count()).group_by(Check.phase)).all())
        assert phases == dict.fromkeys(("check", "submit", "approve", "pass_publicity", "disburse"), 40)


def test_the_dialog_shows_its_numbers_as_numbers(demo_app, demo_files):
    clerk = HiringDesk(demo_app, "clerk")
    application = clerk.open_application(uscc_of(demo_files, "1-good.xlsx"))
    clerk.check(application, demo_files / "1-good.xlsx")
    clerk.bank(application)
    dialog = clerk.post(f"/hiring/applications/apply/{application}")
    assert '<b id="batch-count">40</b>' in clerk.get(dialog)
    assert '<b id="moved">40</b>' in clerk.confirm(dialog)
