"""Policy values on the screen: entered by one officer, in force when another has signed, corrected by the same way."""

from __future__ import annotations

import re
from datetime import date

from sqlalchemy import select

from app.engine.policy_values import PolicyValue
from tests.desk.clerks import Desk

LIST = "/settings/policy/list/"
FACTS = {
    "parameter": "service_subsidy.amount",
    "value": "350",
    "starts_on": "2033-01-01",
    "document": "川人社发〔2033〕1号",
    "split": "y",
}


def waiting(desk: Desk, what: str) -> list[str]:
    return re.findall(rf'action="(/settings/policy/{what}/\d+)"', desk.get(LIST))


def values(everything) -> list[tuple[str, bool]]:
    everything.expire_all()
    rows = everything.scalars(select(PolicyValue).where(PolicyValue.starts_on == date(2033, 1, 1)))
    return sorted((row.value, row.in_force) for row in rows)


def test_one_officer_enters_and_another_signs(demo_app, everything):
    author, signer, clerk = (Desk(demo_app, name) for name in ("policy", "policy_2", "clerk"))
    author.post("/settings/policy/add", FACTS)
    assert values(everything) == [("350.00", False)]
    assert "由另一名政策管理人员签发后才执行" in author.get(LIST)
    assert waiting(author, "sign") == waiting(clerk, "sign") == waiting(clerk, "discard") == []
    (address,) = waiting(signer, "sign")
    author.post(address, expect=409)
    signer.post(address)
    assert values(everything) == [("350.00", True)]
    page = author.get(f"{LIST}?programme=service_subsidy&parameter=amount")
    assert "2033-01-01起" in page and "签发" in page
    assert waiting(signer, "sign") == []


def test_a_signed_value_is_corrected_by_another_signature(demo_app, everything):
    author, signer = Desk(demo_app, "policy"), Desk(demo_app, "policy_2")
    author.post("/settings/policy/add", FACTS)
    signer.post(*waiting(signer, "sign"))
    row = everything.scalars(select(PolicyValue).where(PolicyValue.starts_on == date(2033, 1, 1))).one()
    address = f"/settings/policy/edit/{row.id}"
    assert "350.00" in signer.get(address)
    signer.post(address, FACTS | {"value": "380"})
    assert values(everything) == [("350.00", True), ("380.00", False)]
    author.post(*waiting(author, "sign"))
    assert values(everything) == [("380.00", True)]


def test_a_value_that_nobody_signed_is_changed_or_deleted(demo_app, everything):
    author, signer = Desk(demo_app, "policy"), Desk(demo_app, "policy_2")
    author.post("/settings/policy/add", FACTS)
    (address,) = re.findall(r'href="(/settings/policy/edit/\d+)"[^>]*>[^<]*</a>\s*<form', author.get(LIST))
    page = author.get(address)
    seen = re.search(r'name="seen" value="([^"]+)"', page)[1]
    author.post(address, FACTS | {"seen": seen, "value": "360"})
    assert values(everything) == [("360.00", False)]
    signer.post(*waiting(signer, "discard"))
    assert values(everything) == []


def test_a_region_takes_no_value_of_a_parameter_that_is_not_open(demo_app):
    page = Desk(demo_app, "policy").post(
        "/settings/policy/add", FACTS | {"region_code": "510104"}, expect=422
    )
    assert "没有开放给各地" in page
