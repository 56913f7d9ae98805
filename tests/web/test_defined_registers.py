"""The screens of defined registers: a list each, by region, ids masked, in both languages."""

import re

import pytest
from sqlalchemy import func, select

from app.registers.ciphers import text_of
from app.registers.definitions import library
from app.registers.definitions.models import RegisterFact
from app.registers.models import Person
from app.web.settings.defined_registers import FACT_VIEWS
from tests.desk.clerks import Desk

KINDS = [definition.code for definition in library.shipped()]


def rows_of(page):
    return int(re.search(r"共([\d,]+)条", page)[1].replace(",", ""))


@pytest.fixture
def counted(everything):
    def count(kind, *more):
        wanted = select(func.count()).where(RegisterFact.register == kind, *more)
        return everything.scalar(wanted.select_from(RegisterFact))

    return count


@pytest.mark.parametrize("kind", KINDS)
def test_rows_are_seen_by_region(demo_app, counted, kind):
    assert counted(kind) > counted(kind, RegisterFact.region_code == "510104") > 0
    for username, code in (("clerk", "510104"), ("auditor", "510104"), ("clerk_b", "510105")):
        page = Desk(demo_app, username).get(f"/registers/{kind}/list/")
        assert rows_of(page) == counted(kind, RegisterFact.region_code == code)
    assert rows_of(Desk(demo_app, "policy").get(f"/registers/{kind}/list/")) == counted(kind)
    Desk(demo_app, "admin").get(f"/registers/{kind}/list/", expect=403)


def test_a_row_of_another_county_does_not_exist(demo_app, everything):
    rows = select(RegisterFact).where(
        RegisterFact.register == "hardship", RegisterFact.region_code == "510104"
    )
    row = everything.scalars(rows).first()
    Desk(demo_app, "clerk").get(f"/registers/hardship/show/{row.id}")
    Desk(demo_app, "clerk").get(f"/registers/deaths/show/{row.id}", expect=404)
    Desk(demo_app, "clerk_b").get(f"/registers/hardship/show/{row.id}", expect=404)


def test_ids_are_masked_and_cells_are_read_by_their_types(demo_app, everything):
    desk = Desk(demo_app, "clerk")
    page = desk.get("/registers/amounts/list/")
    assert not re.search(r"\d{17}[\dX]", page) and re.search(r"\d{4}\*{10}\d{3}[\dX]", page)
    assert "680.00" in page and "基本养老保险" in page and "参保地" in page and "锦江区" in page
    row = everything.scalars(select(RegisterFact).where(RegisterFact.register == "hardship")).first()
    shown = Desk(demo_app, "policy").get(f"/registers/hardship/show/{row.id}")
    assert row.facts["recognised_on"] in shown and "demo-hardship.csv" in shown
    assert text_of(demo_app.extensions["vault"], row.person, Person.id_cipher) not in shown


def test_rows_are_searched_by_person_choice_and_day(demo_app, everything, counted):
    desk = Desk(demo_app, "policy")
    disabled = counted("hardship", RegisterFact.facts["category"].astext == "disabled")
    page = desk.get("/registers/hardship/list/?facts.category=disabled")
    assert rows_of(page) == disabled > 0 and "残疾人员" in page
    assert rows_of(desk.get("/registers/hardship/list/?facts.category=nonsense")) == 0
    ended = everything.scalars(
        select(RegisterFact).where(
            RegisterFact.register == "hardship", RegisterFact.facts["ended_on"].is_not(None)
        )
    ).first()
    code = text_of(demo_app.extensions["vault"], ended.person, Person.id_cipher)
    typed = {"view": "HardshipFactView", "person": code}
    for day, count in ((ended.facts["ended_on"], 1), ("1999-01-01", 0)):
        address = desk.post("/desk/search", {**typed, "valid_on": day}, expect=303)
        assert code not in address and rows_of(desk.get(address)) == count


def test_the_menu_names_them_in_both_languages(demo_app):
    desk = Desk(demo_app, "clerk")
    page = desk.get("/registers/persons/list/")
    titles = [view.menu_title for view in FACT_VIEWS]
    assert len(titles) == 8 and all(title in page for title in titles)
    desk.post("/desk/language", {"language": "en"})
    page = desk.get("/registers/market/list/")
    assert "Market entities" in page and "Legal representative" in page and "法定代表人" not in page
