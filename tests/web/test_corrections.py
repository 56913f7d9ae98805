"""Corrections of drafts: by the own office, without showing what need not be seen, and priced as they will be frozen."""

from datetime import date

import pytest
from sqlalchemy import select

from app.demo.users import PASSWORD
from app.engine.access.accounts import make_user
from app.engine.actor import Actor
from app.engine.audit import AuditEntry
from app.engine.cases.claims import Claim, FailedRow
from app.engine.policy_values import PolicyValue
from app.engine.scope import Scope
from app.extensions import db
from app.registers.ciphers import text_of
from app.registers.organisation import Office
from tests.desk.clerks import HiringDesk, uscc_of
from tests.desk.days import after, month

PHONE = "13912345678"


@pytest.fixture
def everything(demo_app):
    with demo_app.app_context():
        db.session.info["scope"] = Scope.everything()
        yield db.session


@pytest.fixture
def clerk(demo_app, demo_files):
    desk = HiringDesk(demo_app, "clerk")
    application = desk.open_application(uscc_of(demo_files, "2-mixed.xlsx"))
    desk.check(application, demo_files / "2-mixed.xlsx")
    desk.bank(application)
    return desk


@pytest.fixture
def draft(clerk, everything) -> Claim:
    return everything.scalars(select(Claim).order_by(Claim.id).limit(1)).one()


def form(draft: Claim, **changes: str) -> dict[str, str]:
    facts = {
        "category": "登记失业半年以上人员",
        "contract_start": str(draft.contract_start),
        "contract_end": "",
        "phone": "",
        "remark": "",
        "version": str(draft.version),
    }
    return facts | changes


def phone_of(app, session, claim_id: int) -> str:
    claim = session.get(Claim, claim_id, populate_existing=True)
    session.refresh(claim, ["phone_cipher", "row_key"])
    return text_of(app.extensions["vault"], claim, Claim.phone_cipher)


def test_a_phone_is_not_shown_and_kept_when_left_empty(demo_app, clerk, draft, everything):
    address = f"/hiring/query/edit/{draft.id}"
    clerk.post(address, form(draft, phone=PHONE))
    everything.expire_all()
    assert PHONE not in clerk.get(address)
    clerk.post(address, form(draft, remark="已补正"))
    everything.expire_all()
    assert draft.remark == "已补正"
    assert phone_of(demo_app, everything, draft.id) == PHONE


def test_a_correction_opens_for_the_office_that_took_the_case_in(demo_app, draft, everything):
    chengdu = everything.scalars(select(Office).where(Office.code == "510100")).one()
    make_user(everything, Actor.command(), "clerk_city", "钱市级", chengdu, ["clerk"], PASSWORD)
    everything.commit()
    city = HiringDesk(demo_app, "clerk_city")
    assert city.get(f"/hiring/query/show/{draft.id}")
    assert "只有受理本件的经办机构可以修改" in city.get(f"/hiring/query/edit/{draft.id}", expect=409)


@pytest.mark.parametrize("version", ["²", "", "x", "-1", "9" * 30])
def test_a_version_that_is_none_is_a_stale_one(clerk, draft, version):
    page = clerk.post(f"/hiring/query/edit/{draft.id}", form(draft, version=version), expect=422)
    assert "此记录已被他人修改" in page


def test_opening_a_failed_row_leaves_a_trace(clerk, everything):
    failed = everything.scalars(select(FailedRow).order_by(FailedRow.id).limit(1)).one()
    clerk.get(f"/hiring/applications/correct/{failed.application_id}/{failed.id}")
    seen = everything.scalars(select(AuditEntry).where(AuditEntry.event == "reveal")).one()
    assert (seen.application_id, seen.after) == (failed.application_id, {"row_no": failed.row_no})


def raise_amount(session, starts_on: date) -> None:
    facts = {"programme": "hiring_subsidy", "parameter": "amount", "document": "〔2026〕9号"}
    session.add(PolicyValue(**facts, value="1500.00", starts_on=starts_on))
    session.commit()


def test_the_dialog_asks_for_what_submitting_would_freeze(clerk, draft, everything):
    raise_amount(everything, month(24))
    dialog = clerk.post(
        "/hiring/query/action_post", {"action": "submit", "rowid": [str(draft.id)], "all": "0"}
    )
    assert "1,500.00" in clerk.get(dialog)
    clerk.confirm(dialog)
    everything.expire_all()
    assert (draft.state, str(draft.amount)) == ("submitted", "1500.00")


def test_a_corrected_contract_takes_its_own_days_amount(clerk, draft, everything):
    raise_amount(everything, month(1))
    assert str(draft.amount) == "1000.00"
    clerk.post(f"/hiring/query/edit/{draft.id}", form(draft, contract_start=str(after(14, month(1)))))
    everything.expire_all()
    assert str(draft.amount) == "1500.00"
