"""A stale edit: every form shows what it was opened with, what has become of the row and what was typed; nothing is lost."""

import pytest
from lxml import html
from sqlalchemy import select

from app.demo.users import JINJIANG, PASSWORD
from app.engine.access.accounts import make_user
from app.engine.actor import Actor
from app.engine.cases.claims import Claim
from app.engine.scope import Scope
from app.extensions import db
from app.programmes.training.model import Project, TrainingClass
from app.registers.models import Employer
from app.registers.organisation import Office
from tests.desk.classes import TrainingDesk
from tests.desk.clerks import Desk, HiringDesk, opened, uscc_of
from tests.desk.days import after

UNTIL, LATER = after(38), after(1134)
REFUSAL = "此记录已被他人修改，您的修改没有保存"


@pytest.fixture
def colleague(demo_app) -> HiringDesk:
    """Another clerk of the same office."""
    with demo_app.app_context():
        db.session.info["scope"] = Scope.everything()
        office = db.session.scalars(select(Office).where(Office.code == JINJIANG)).one()
        make_user(db.session, Actor.command(), "clerk_2", "何同事", office, ["clerk"], PASSWORD)
        db.session.commit()
    return HiringDesk(demo_app, "clerk_2")


def versions(page: str) -> dict[str, list[str]]:
    """Field → as opened, as it is now, as typed; as the page says it."""
    rows = html.fromstring(page).xpath("//section[@class='conflict']//tbody/tr")
    return {row[0].text.strip(): [cell.text_content() for cell in row[1:]] for row in rows}


def both(page: str) -> list[str]:
    rows = html.fromstring(page).xpath("//section[@class='conflict']//tbody/tr")
    return [row[0].text.strip() for row in rows if row[0].xpath("span")]


def test_a_generated_form(demo_app, everything):
    policy = Desk(demo_app, "policy")
    firm = everything.scalars(select(Employer).order_by(Employer.id)).first()
    was, address = firm.name, f"/registers/employers/edit/{firm.id}"
    form = opened(policy.get(address))
    policy.post(address, form | {"name": "甲公司", "kind": "hr_institution"})
    stale = policy.post(address, form | {"name": "乙公司", "unit_no": "77"}, expect=422)
    assert REFUSAL in stale
    found = versions(stale)
    assert found["单位名称"] == [was, "甲公司", "乙公司"]
    assert found["单位编号"] == [form["unit_no"], form["unit_no"], "77"]
    assert found["类别"][1:] == ["经营性人力资源服务机构", found["类别"][0]]
    assert set(found) == {"单位名称", "单位编号", "类别"} and both(stale) == ["单位名称"]
    again = opened(stale)
    assert (again["name"], again["unit_no"], again["kind"]) == ("乙公司", "77", "hr_institution")
    policy.post(address, again)
    everything.expire_all()
    assert (firm.name, firm.unit_no, firm.kind) == ("乙公司", "77", "hr_institution")


@pytest.mark.parametrize("token", ["", "x", "WzEsIi8iLHt9XQ.AAAA", None])
def test_a_token_that_is_none_loses_its_column_only(demo_app, everything, token):
    policy = Desk(demo_app, "policy")
    firm = everything.scalars(select(Employer).order_by(Employer.id)).first()
    was, address = firm.name, f"/registers/employers/edit/{firm.id}"
    form = opened(policy.get(address)) | {"name": "乙公司", "seen": token}
    stale = policy.post(address, {k: v for k, v in form.items() if v is not None}, expect=422)
    assert versions(stale) == {"单位名称": ["—", was, "乙公司"]}
    everything.expire_all()
    assert firm.name == was


def test_a_token_counts_for_its_row_only(demo_app, everything):
    policy = Desk(demo_app, "policy")
    first, second = everything.scalars(select(Employer).order_by(Employer.id).limit(2))
    token = opened(policy.get(f"/registers/employers/edit/{first.id}"))["seen"]
    address = f"/registers/employers/edit/{second.id}"
    stale = policy.post(address, opened(policy.get(address)) | {"seen": token, "name": "乙"}, expect=422)
    assert versions(stale) == {"单位名称": ["—", second.name, "乙"]}


def test_a_case(demo_app, demo_files, everything, colleague):
    clerk = HiringDesk(demo_app, "clerk")
    application = clerk.open_application(uscc_of(demo_files, "2-mixed.xlsx"))
    clerk.check(application, demo_files / "2-mixed.xlsx")
    claim = everything.scalars(select(Claim).order_by(Claim.id).limit(1)).one()
    address = f"/hiring/query/edit/{claim.id}"
    form = opened(clerk.get(address))
    colleague.post(address, opened(colleague.get(address)) | {"remark": "同事的备注"})
    mine = form | {"contract_end": str(LATER), "phone": "13912345678"}
    stale = clerk.post(address, mine, expect=422)
    assert REFUSAL in stale and "何同事（clerk_2）于" in stale
    assert versions(stale) == {
        "劳动合同终止日期": [form["contract_end"] or "—", form["contract_end"] or "—", str(LATER)],
        "备注": ["—", "同事的备注", "—"],
    }
    again = opened(stale)
    assert (again["remark"], again["contract_end"], again["phone"]) == (
        "同事的备注",
        str(LATER),
        "13912345678",
    )
    clerk.post(address, again)
    everything.expire_all()
    assert (claim.remark, claim.contract_end) == ("同事的备注", LATER)


def test_a_class(demo_app, everything, colleague):
    clerk = TrainingDesk(demo_app, "clerk")
    firm = everything.scalars(
        select(Employer)
        .where(Employer.kind == "enterprise", Employer.scale == "small", Employer.region_code == "510104")
        .limit(1)
    ).one()
    number = clerk.open_class(firm.uscc, everything.scalars(select(Project.id)).first())
    address = f"/training/classes/edit/{number}"
    form = opened(clerk.get(address))
    colleague.post(address, opened(colleague.get(address)) | {"teacher": "赵老师"})
    stale = clerk.post(address, form | {"teacher": "钱老师", "hours": "44"}, expect=422)
    assert REFUSAL in stale and "何同事（clerk_2）于" in stale
    assert versions(stale) == {"课时": ["40", "40", "44"], "授课教师": ["李老师", "赵老师", "钱老师"]}
    clerk.post(address, opened(stale))
    held = everything.get(TrainingClass, int(number))
    assert (held.teacher, held.hours) == ("钱老师", 44)


def test_a_login(demo_app, facts):
    admin = Desk(demo_app, "county_admin")
    address = f"/settings/users/change/{facts.id('clerk')}"
    form = opened(admin.get(address))
    admin.post(address, form | {"roles": ["clerk", "cashier"], "until-cashier": str(UNTIL)})
    stale = admin.post(address, form | {"name": "陈新名"}, expect=422)
    assert REFUSAL in stale and "罗丽华（county_admin）于" in stale
    found = versions(stale)
    assert found.pop("姓名") == ["陈小敏", "陈小敏", "陈新名"]
    assert found.pop("角色") == ["经办", "经办、发放", "经办"]
    assert found == {"发放的截止日期": ["—", str(UNTIL), "—"]}
    admin.post(address, opened(stale))
    assert facts.roles("clerk") == {"clerk", "cashier"}
    assert facts.user("clerk")[0] == "陈新名"
    assert ("value", str(UNTIL)) in html.fromstring(admin.get(address)).get_element_by_id(
        "until-cashier"
    ).items()
