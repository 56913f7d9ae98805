"""Accounts of people who are paid themselves, and units that their rows name: what a check makes of the cells."""

from __future__ import annotations

from random import Random

import pytest
from sqlalchemy import func, select

from app.demo.identities import Resident, make_id
from app.engine.cases.accounts import Account, number_of
from app.engine.cases.claims import Claim, FailedRow
from app.engine.intake.application_accounts import without_account
from app.engine.intake.applications import edit_claim, open_application
from app.engine.intake.check import check_people
from app.engine.scope import seeing
from app.engine.sheets import parse_row
from app.kernel.errors import BadValue
from app.registers.models import Employer
from app.studio.building import build
from app.studio.schema import read
from tests.bench import registers
from tests.desk import province
from tests.desk.definitions import changed

BANK = {"bank_name": "中国建设银行成都锦江支行", "branch_no": "105651000006"}
NUMBER, OTHER = "6217003810012345678", "6217003810012341111"
FIELDS = [{"code": "maker", "type": "employer", "title": "培训机构"}]
ACCOUNT = [
    {"code": code, "required": False}
    for code in ("bank_name", "branch_no", "account_holder", "account_number")
]


class Sheet:
    """One application of a programme that pays each of its people; rows are the persons' cells, checked as often as one likes."""

    def __init__(self, session, clerk, firm, vault):
        data = changed(lambda data: data["fields"].extend([*FIELDS, *ACCOUNT]))
        self.programme = build(read({**data, "account": "each"}))
        self.session, self.clerk, self.vault, random = session, clerk, vault, Random(7)
        self.people = [
            Resident(make_id(random, province.TODAY), f"人员{n}", "", province.JINJIANG) for n in range(3)
        ]
        registers.add_persons(session, vault, self.people)
        with seeing(session, clerk.scope):
            opened = open_application(session, clerk, self.programme, firm, province.JINJIANG, province.TODAY)
            self.application, self.kind = opened.id, opened.payee_kind

    def check(self, *cells: dict) -> None:
        usual = {"contract_start": "2026-03-01", "skill_hours": "80", "skill_level": "初级工"}
        rows = [
            parse_row(
                self.programme.sheet,
                {"name": one.name, "citizen_id": one.citizen_id, **usual, **more},
                n,
                today=province.TODAY,
            )
            for n, (one, more) in enumerate(zip(self.people, cells, strict=False))
        ]
        with seeing(self.session, self.clerk.scope):
            check_people(
                self.session, self.clerk, self.programme, self.application, rows, self.vault, province.TODAY
            )
        self.session.expire_all()

    @property
    def accounts(self) -> dict[str, str | None]:
        """Name → the whole number that would be paid."""
        claims = self.session.scalars(select(Claim).order_by(Claim.id))
        return {
            one.name: one.paying_account and number_of(self.vault, one.paying_account, one.payee)
            for one in claims
        }

    @property
    def reasons(self) -> str:
        return "".join(str(row.findings) for row in self.session.scalars(select(FailedRow)))


@pytest.fixture
def sheet(session, actors, firm, vault):
    return Sheet(session, actors["clerk"], firm, vault)


def test_a_draft_has_the_account_of_its_row_and_keeps_it_where_a_later_row_has_none(session, sheet):
    sheet.check({**BANK, "account_number": NUMBER}, {**BANK, "account_number": OTHER}, {})
    assert (sheet.kind, sheet.reasons) == ("each", "")
    assert sheet.accounts == {"人员0": NUMBER, "人员1": OTHER, "人员2": None}
    assert without_account(session, sheet.application) == 1
    holders = session.scalars(select(Account.holder).order_by(Account.id)).all()
    assert holders == ["人员0", "人员1"]
    assert session.scalars(select(Account.kind).distinct()).all() == ["own_card"]
    sheet.check({}, {**BANK, "account_number": NUMBER}, {**BANK, "account_number": OTHER})
    assert sheet.accounts == {"人员0": NUMBER, "人员1": NUMBER, "人员2": OTHER}


def test_another_holder_and_a_part_of_an_account_are_told_at_their_cells(session, sheet):
    sheet.check(
        {**BANK, "account_number": NUMBER, "account_holder": "某人"}, {**BANK}, {"account_holder": "人员2"}
    )
    assert session.scalar(select(func.count(Account.id))) == 0
    assert "户名" in sheet.reasons and "部分账户信息" in sheet.reasons
    assert NUMBER not in sheet.reasons
    wide = " 人员０ "
    sheet.check({**BANK, "account_number": NUMBER, "account_holder": wide})
    assert sheet.accounts == {"人员0": NUMBER}


def test_a_unit_that_no_register_knows_is_told_at_its_cell_and_in_the_form(session, sheet, firm):
    uscc = session.get_one(Employer, firm).uscc
    sheet.check({"maker": uscc.lower()}, {"maker": "91510104MA6CDEFG0Y"}, {})
    claims = session.scalars(select(Claim).order_by(Claim.id)).all()
    assert [one.own["maker"] for one in claims] == [uscc, None]
    assert "91510104MA6CDEFG0Y" in sheet.reasons and "登记库" in sheet.reasons
    values = {"maker": "91510104MA6CDEFG0Y"}
    with pytest.raises(BadValue, match="登记库"):
        edit_claim(
            session,
            sheet.clerk,
            sheet.programme,
            claims[0].id,
            claims[0].version,
            values,
            sheet.vault,
            province.TODAY,
        )
