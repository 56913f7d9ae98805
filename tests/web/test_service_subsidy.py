"""The service subsidy through the web: an institution and a person as payees, from the sheet to the money."""

import re
from decimal import Decimal

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select

from app.engine.cases.claims import Claim, FailedRow
from app.engine.sheets import read
from app.registers.models import Employer, Person
from tests.desk.clerks import Desk, ServiceDesk, uscc_of
from tests.desk.days import at_the_turn
from tests.desk.subsidies import HIRING_SHEET
from tests.desk.subsidies import SERVICE_SHEET as SHEET

BASE = "/service"


@pytest.fixture
def demo_files(demonstration):
    return demonstration.files


@pytest.fixture
def rows(demo_app, demo_files, demonstration):
    """The people of the good hiring sheet, as rows of the service sheet: each names the own enterprise."""
    with (demo_files / "1-good.xlsx").open("rb") as file:
        content = read(HIRING_SHEET, file, today=demonstration.day)
    uscc = uscc_of(demo_files, "1-good.xlsx")
    return [{**row.raw, "employer_uscc": uscc, "insured_region": "锦江区"} for row in content.rows]


@pytest.fixture
def sheet(tmp_path, rows):
    """Writes rows as a workbook of the service sheet."""

    def write(rows=rows):
        book = Workbook()
        page = book.active
        page.append([column.title for column in SHEET.columns])
        for row in rows:
            page.append([row.get(column.field, "") for column in SHEET.columns])
        path = tmp_path / "service.xlsx"
        book.save(path)
        return path

    return write


def institution(session) -> Employer:
    return session.scalars(
        select(Employer).where(Employer.kind == "hr_institution", Employer.region_code == "510104").limit(1)
    ).one()


def walk(clerk, reviewer, cashier, application, demonstration, app, monkeypatch) -> None:
    clerk.bank(application)
    clerk.apply(application)
    reviewer.act("review", "approve")
    reviewer.act("publicity", "publicize", start=str(demonstration.day), end=str(demonstration.end))
    monkeypatch.setitem(app.config, "TODAY", demonstration.over)
    reviewer.act("outcome", "pass_publicity")
    cashier.act("disbursement", "list")
    cashier.act("payment_lists", "disburse", paid_on=str(demonstration.over), voucher_no="PZ-FW-1")


@at_the_turn
def test_a_unit_is_paid_for_the_people_it_placed(demo_app, demonstration, sheet, everything, monkeypatch):
    clerk, reviewer, cashier = (ServiceDesk(demo_app, name) for name in ("clerk", "reviewer", "cashier"))
    payee = institution(everything)
    application = clerk.open_for_unit(payee.uscc)
    clerk.check(application, sheet())
    page = clerk.get(f"{BASE}/applications/show/{application}")
    assert payee.name in page
    walk(clerk, reviewer, cashier, application, demonstration, demo_app, monkeypatch)
    paid = select(func.count(), func.sum(Claim.amount)).where(
        Claim.programme == "service_subsidy", Claim.state == "disbursed"
    )
    assert everything.execute(paid).one() == (40, Decimal("12000.00"))
    query = clerk.get(f"{BASE}/query/list/?payee={payee.uscc}&mine=1")
    assert re.search(r"共\s*40\s*条", re.sub(r"<[^>]+>", "", query))


def test_a_person_is_paid_on_the_own_account(demo_app, demonstration, rows, sheet, everything, monkeypatch):
    clerk, reviewer, cashier = (ServiceDesk(demo_app, name) for name in ("clerk", "reviewer", "cashier"))
    applicant, others = rows[0], rows[1:4]
    application = clerk.open_for_person(applicant["citizen_id"], applicant["name"])
    clerk.check(application, sheet([applicant, *others]))
    failed = everything.scalars(select(FailedRow)).all()
    assert [f["rule"] for row in failed for f in row.findings if f["verdict"] == "fail"] == ["F-03"]
    wrong = clerk.account(application, holder="别人")
    assert "与收款人" in clerk.post(f"{BASE}/applications/account/{application}", wrong, expect=422)
    walk(clerk, reviewer, cashier, application, demonstration, demo_app, monkeypatch)
    paid = select(func.count(), func.sum(Claim.amount)).where(Claim.state == "disbursed")
    assert everything.execute(paid).one() == (3, Decimal("900.00"))


def test_everybody_on_the_demonstrations_sheet_passes(demo_app, demo_files, everything):
    clerk = ServiceDesk(demo_app, "clerk")
    application = clerk.open_for_unit(uscc_of(demo_files, "7-service.xlsx"))
    clerk.check(application, demo_files / "7-service.xlsx")
    assert everything.scalars(select(FailedRow.findings)).all() == []
    assert everything.scalar(select(func.count()).select_from(Claim)) == 16
    assert everything.scalar(select(func.count(Claim.employer_id.distinct()))) == 2
    elsewhere = everything.scalars(select(Person).join(Claim).where(Person.region_code == "510105")).first()
    assert elsewhere.name in clerk.get(f"{BASE}/applications/show/{application}")
    assert elsewhere.masked_id in clerk.get(f"{BASE}/query/list/")


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"payee_kind": "unit", "employer": ""}, "请输入人力资源服务机构"),
        ({"payee_kind": "person", "citizen_id": "123", "name": "张三"}, "[C-01]"),
        ({"payee_kind": "person", "citizen_id": "510104199001010019", "name": "张三"}, "[C-03]"),
        ({"payee_kind": "nobody"}, "补贴享受对象"),
    ],
)
def test_a_payee_who_may_not_apply(demo_app, facts, says):
    clerk = ServiceDesk(demo_app, "clerk")
    assert says in clerk.post(f"{BASE}/applications/add", facts, expect=422)


def test_an_enterprise_is_no_institution(demo_app, demo_files):
    clerk = ServiceDesk(demo_app, "clerk")
    facts = {"payee_kind": "unit", "employer": uscc_of(demo_files, "1-good.xlsx")}
    assert "不是经营性人力资源服务机构" in clerk.post(f"{BASE}/applications/add", facts, expect=422)


def test_each_row_is_judged_at_its_own_enterprise(demo_app, rows, sheet, everything):
    clerk = ServiceDesk(demo_app, "clerk")
    application = clerk.open_for_unit(institution(everything).uscc)
    elsewhere = everything.scalars(
        select(Employer)
        .where(Employer.kind == "enterprise", Employer.uscc != rows[0]["employer_uscc"])
        .limit(1)
    ).one()
    changed = [
        rows[0],
        {**rows[1], "employer_uscc": elsewhere.uscc},
        {**rows[2], "employer_uscc": "91510104MA6CDEFG0Y"},
        {**rows[3], "insured_region": "成都市青羊区"},
        {**rows[4], "insured_region": "某地"},
    ]
    clerk.check(application, sheet(changed))
    stops = {
        row.row_no: [f["rule"] for f in row.findings if f["verdict"] in ("fail", "unknown")]
        for row in everything.scalars(select(FailedRow))
    }
    assert stops == {3: ["SS-01"], 4: ["F-02"], 5: ["SS-01"], 6: ["F-01"]}


def test_one_person_typed_on_the_screen(demo_app, rows, everything):
    clerk = ServiceDesk(demo_app, "clerk")
    application = clerk.open_for_unit(institution(everything).uscc)
    typed = {**rows[0], "insured_region": "成都市锦江区"}
    offered = clerk.client.post("/desk/person", data={"citizen_id": typed["citizen_id"]}).json
    assert offered["name"] == typed["name"]
    assert (
        offered["masked_id"]
        == everything.scalars(
            select(Person).where(Person.name == typed["name"], Person.last4 == typed["citizen_id"][-4:])
        )
        .one()
        .masked_id
    )
    clerk.post(f"{BASE}/applications/person/{application}", typed)
    assert everything.scalar(select(func.count()).select_from(Claim)) == 1
    bad = clerk.post(
        f"{BASE}/applications/person/{application}", {**typed, "contract_start": "昨天"}, expect=422
    )
    assert "无法识别" in bad


def test_only_clerks_may_ask_for_a_person(demo_app, rows):
    for name in ("reviewer", "county_admin", "admin"):
        Desk(demo_app, name).post("/desk/person", {"citizen_id": rows[0]["citizen_id"]}, expect=403)
