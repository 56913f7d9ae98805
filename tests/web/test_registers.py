"""The registers' screens: everybody in scope reads, only who holds the permission corrects, and it is written down."""

import re
from datetime import date

import pytest
from sqlalchemy import select

from app.engine.audit import AuditEntry
from app.engine.policy_values import PolicyValue
from app.kernel.names import fold
from app.registers.ciphers import text_of
from app.registers.models import Contribution, Employer, Person
from tests.desk.clerks import Desk


def seen(page: str) -> str:
    return re.search(r'name="seen" value="([^"]+)"', page)[1]


def test_a_wrong_row_is_corrected_and_written_down(demo_app, everything):
    policy = Desk(demo_app, "policy")
    person = everything.scalars(select(Person).order_by(Person.id)).first()
    address = f"/registers/persons/edit/{person.id}"
    policy.post(address, {"seen": seen(policy.get(address)), "name": "阿依·古丽"})
    everything.expire_all()
    assert (person.name, person.name_folded) == ("阿依·古丽", fold("阿依·古丽"))
    entry = everything.scalars(select(AuditEntry).where(AuditEntry.event == "register_edit")).one()
    assert entry.after == {"name": "阿依·古丽"}


def test_a_month_is_marked_unpaid(demo_app, everything):
    policy = Desk(demo_app, "policy")
    month = everything.scalars(select(Contribution).where(Contribution.paid)).first()
    address = f"/registers/contributions/edit/{month.id}"
    policy.post(address, {"seen": seen(policy.get(address)), "paid": "0"})
    everything.expire_all()
    assert month.paid is False
    entry = everything.scalars(select(AuditEntry).where(AuditEntry.event == "register_edit")).one()
    assert entry.subject == f"{month.person!r} {month.employer.uscc} {month.month:%Y-%m}"


def test_nobody_else_may_correct(demo_app, everything):
    employer = everything.scalars(select(Employer).where(Employer.region_code == "510104")).first()
    for name in ("clerk", "reviewer", "cashier", "auditor", "county_admin", "admin"):
        Desk(demo_app, name).get(f"/registers/employers/edit/{employer.id}", expect=403)
    assert "修改</a>" not in Desk(demo_app, "clerk").get("/registers/employers/list/")


def test_a_whole_id_or_uscc_names_its_bearer_anywhere(demo_app, everything):
    person = everything.scalars(select(Person).where(Person.region_code == "510104")).first()
    employer = everything.scalars(select(Employer).where(Employer.region_code == "510104")).first()
    code = text_of(demo_app.extensions["vault"], person, Person.id_cipher)
    away, home = Desk(demo_app, "clerk_b"), Desk(demo_app, "clerk")
    searches = (
        ({"view": "PersonView", "citizen_id": code}, person.name, person.masked_id),
        ({"view": "EmployerView", "uscc": employer.uscc}, employer.name, employer.uscc),
    )
    for typed, *shown in searches:
        found = away.get(away.post("/desk/search", typed, expect=303))
        assert "登记在本机构范围以外" in found
        assert all(word in found for word in shown)
        assert "/show/" not in found
        at_home = home.get(home.post("/desk/search", typed, expect=303))
        assert "登记在本机构范围以外" not in at_home
        assert "/show/" in at_home
    part = away.get(
        away.post("/desk/search", {"view": "EmployerView", "uscc": employer.uscc[:12]}, expect=303)
    )
    assert employer.name not in part


def test_the_audit_log_says_which_policy_value_was_added(demo_app, everything):
    policy = Desk(demo_app, "policy")
    facts = {
        "parameter": "service_subsidy.amount",
        "value": "350",
        "starts_on": "2030-01-01",
        "document": "川人社",
    }
    policy.post("/settings/policy/add", facts)
    changes = select(AuditEntry).where(AuditEntry.event == "policy_change").order_by(AuditEntry.id.desc())
    assert everything.scalars(changes).first().subject == "service_subsidy.amount 2030-01-01"


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("amount", "NaN"),
        ("amount", "sNaN"),
        ("amount", "Infinity"),
        ("amount", "1e20"),
        ("least_contract_months", "999999999999"),
        ("least_publicity_days", "99999999"),
    ],
)
def test_a_value_that_no_check_could_use_is_refused(demo_app, parameter, value):
    facts = {
        "parameter": f"hiring_subsidy.{parameter}",
        "value": value,
        "starts_on": "2030-01-01",
        "document": "川人社",
    }
    assert "无法识别" in Desk(demo_app, "policy").post("/settings/policy/add", facts, expect=422)


def test_a_row_that_would_cut_another_in_two_says_so_before_it_is_saved(demo_app, everything):
    """The demonstration's amount holds since 2020; two months at another one are a cut, from then on is none."""
    policy = Desk(demo_app, "policy")
    facts = {
        "parameter": "hiring_subsidy.amount",
        "value": "１２００",
        "document": "川人社",
        "starts_on": "2030-01-01",
    }
    page = policy.post("/settings/policy/add", facts | {"ends_on": "2030-02-28"}, expect=422)
    assert "截成两段" in page and 'name="split"' in page
    wanted = select(PolicyValue).where(PolicyValue.starts_on == date(2030, 1, 1))
    assert everything.scalars(wanted).all() == []
    policy.post("/settings/policy/add", facts | {"ends_on": "2030-02-28", "split": "y"})
    policy.post("/settings/policy/add", facts | {"starts_on": "2031-01-01"})
    second = Desk(demo_app, "policy_2")
    for address in re.findall(r'action="(/settings/policy/sign/\d+)"', second.get("/settings/policy/list/")):
        second.post(address)
    assert everything.scalars(wanted).one().value == "1200.00"
    page = policy.get("/settings/policy/list/")
    assert "2030-01-01至2030-02-28" in page and "2030-03-01至2030-12-31" in page and "2031-01-01起" in page
