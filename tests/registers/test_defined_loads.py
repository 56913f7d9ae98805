"""Loading a defined register: the five's own way, into one table, by what the definition says."""

import json
from datetime import date

import pytest
import yaml
from sqlalchemy import func, select, text

from app.kernel.errors import BadSheet, BadValue, NotFound
from app.registers.definitions.models import RegisterDefinition, RegisterFact
from app.registers.loads.loading import Declared, load_rows
from app.registers.models import Coverage, Employer, Person
from tests.desk.registers import (
    ANNA,
    BEN,
    FILES,
    ONE_EMPLOYER,
    PERMIT_COLUMNS,
    PERMITS,
    TODAY,
    USCC,
    take_into,
)

HARDSHIP = "citizen_id,recognised_on,category,ended_on\n"
AMOUNTS = "citizen_id,uscc,month,insurance,insured_region,unit_part,personal_part\n"
MARKET = "uscc,registered_on,representative,state,ended_on\n"
ONE = f"{ANNA},A-1,店铺,是,12,30.5,100,2026-01-05,2027-03-01,2026-05\n"


@pytest.fixture
def take(app, session):
    def run(kind, content, **options):
        run.refused = []
        return take_into(app, session, kind, content, run.refused, **options)

    run("persons", FILES["persons"])
    run("employers", ONE_EMPLOYER)
    return run


@pytest.fixture
def permits(session, actors):
    """A register that two people have defined."""
    people = {"author_id": actors["clerk"].user_id, "signer_id": actors["reviewer"].user_id}
    facts = {"code": "permits", "version": 1, "state": "published", "published_at": func.now()}
    session.add(RegisterDefinition(content=yaml.safe_load(PERMITS), **facts, **people))
    session.flush()


def facts(session, kind):
    return session.scalars(select(RegisterFact).where(RegisterFact.register == kind)).all()


def test_a_row_is_kept_by_the_types_of_its_columns(session, take, permits):
    report = take("permits", PERMIT_COLUMNS + ONE)
    assert (report.read, report.stored, report.refused, report.added) == (1, 1, 0, 1)
    (row,) = facts(session, "permits")
    assert row.facts == {
        "number": "A-1",
        "kind": "shop",
        "paid": True,
        "seats": 12,
        "size": "30.5",
        "fee": "100.00",
        "issued_on": "2026-01-05",
        "ends_on": "2027-03-01",
        "checked": "2026-05",
    }
    anna = session.scalars(select(Person).where(Person.last4 == ANNA[-4:])).one()
    assert (row.person_id, row.employer_id, row.region_code) == (anna.id, None, "510104")
    assert (row.key, row.load_id, row.follows) == ("A-1", report.load_id, "person")
    assert (row.valid.lower, row.valid.upper) == (date(2026, 1, 5), date(2027, 3, 2))
    assert report.coverage == {"510104": (date(2026, 1, 5), TODAY)}
    assert ANNA not in session.scalar(text("SELECT string_agg(f::text, '') FROM register_facts f"))


def test_what_is_empty_is_not_kept(session, take, permits):
    take("permits", f"{PERMIT_COLUMNS}{ANNA},A-1,,,,,,2026-01-05,,\n")
    (row,) = facts(session, "permits")
    assert row.facts == {"number": "A-1", "issued_on": "2026-01-05"}
    assert (row.valid.lower, row.valid.upper) == (date(2026, 1, 5), None)


REFUSED = [
    ("A-1,x,,,,,2026-01-05,,", "kind", "只能填：stall（摊位）、shop（店铺）。"),
    ("A-1,,也许,,,,2026-01-05,,", "paid", "只能填 1（是）或 0（否）。"),
    ("A-1,,,1.5,,,2026-01-05,,", "seats", "只能填不超过9位的整数，不带逗号和单位。"),
    ("A-1,,,,1.55,,2026-01-05,,", "size", "只能填数字，最多1位小数，不带逗号和单位。"),
    ("A-1,,,,,\"1,000\",2026-01-05,,", "fee", "只能填数字，最多2位小数，不带逗号和单位。"),
    ("A-1,,,,,-1,2026-01-05,,", "fee", "只能填数字，最多2位小数，不带逗号和单位。"),
    ("A-1,,,,,,2026-11-24,,", "issued_on", "晚于今天，尚未发生的事不能登记。"),
    ("A-1,,,,,,,,", "issued_on", "日期无法识别，请写成 2026-03-01 的形式。"),
    ("A-1,,,,,,2026-01-05,soon,", "ends_on", "日期无法识别，请写成 2026-03-01 的形式。"),
    ("A-1,,,,,,2026-01-05,2026-01-04,", "ends_on", "早于开始日期，请核对两个日期。"),
    ("A-1,,,,,,2026-01-05,,2026", "checked", "月份无法识别，请写成 2026-03 的形式。"),
    (",,,,,,2026-01-05,,", "number", "不能为空。"),
    (f"{'9' * 21},,,,,,2026-01-05,,", "number", "超过20个字，请缩短。"),
    (f"{BEN},,,,,,2026-01-05,,", "number", "这一栏不能填写公民身份号码，号码只能填在“citizen_id”一栏。"),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "column", "sentence"), REFUSED)
def test_a_line_that_cannot_be_a_fact_is_refused_and_no_other(
    session, take, permits, cells, column, sentence
):
    report = take("permits", f"{PERMIT_COLUMNS}{ANNA},{cells}\n{BEN},B-1,,,,,,2026-01-05,,\n")
    assert (report.read, report.stored, report.refused) == (2, 1, 1)
    (refusal,) = take.refused
    assert (refusal.line, refusal.column, str(refusal.reason)) == (2, column, sentence)


def test_a_future_end_is_a_fact_and_covers_nothing_to_come(session, take):
    report = take("hardship", f"{HARDSHIP}{ANNA},2026-01-05,残疾人员,2028-01-01\n")
    assert report.stored == 1 and report.coverage == {"510104": (date(2026, 1, 5), TODAY)}


SHIPPED = {
    "hardship": f"{HARDSHIP}{ANNA},2026-01-05,disabled,\n{ANNA},2024-01-05,older,2024-12-31\n",
    "amounts": f"{AMOUNTS}{ANNA},{USCC},2026-09,pension,510104,800.5,400\n{ANNA},{USCC},2026-09,medical,510105,1,0\n",
    "market": f"{MARKET}{USCC},2020-05-01,安娜,active,\n",
    "deaths": f"citizen_id,died_on\n{ANNA},2026-01-05\n",
    "graduates": f"citizen_id,graduated_on,school,level,category\n{ANNA},2027-06-30,四川大学,本科,loan\n",
    "pensioners": f"citizen_id,pension,drawn_from,drawn_to\n{ANNA},residents,2026-01-05,\n",
    "payroll": f"citizen_id,unit,paid_from,paid_to\n{ANNA},某局,2026-01-05,\n",
    "blacklist": f"uscc,listed_on,reason,removed_on\n{USCC},2026-01-05,拖欠工资,\n",
}


@pytest.mark.parametrize("kind", SHIPPED)
def test_a_second_load_changes_nothing(session, take, kind):
    first = take(kind, SHIPPED[kind])
    query = text("SELECT id, xmin, ctid FROM register_facts ORDER BY id")
    rows = session.execute(query).all()
    second = take(kind, SHIPPED[kind])
    assert first.stored == first.read == len(rows) > 0 and first.refused == 0
    assert (second.stored, second.unchanged, second.added, second.changed) == (0, second.read, 0, {})
    assert session.execute(query).all() == rows and first.coverage == second.coverage


def test_a_later_load_updates_by_key_and_says_which_facts(session, take):
    take("market", SHIPPED["market"])
    report = take("market", f"{MARKET}{USCC},2020-05-01,本,cancelled,2026-11-01\n")
    assert (report.stored, report.added) == (1, 0)
    assert report.changed == {"representative": 1, "state": 1, "ended_on": 1}
    (row,) = facts(session, "market")
    assert row.facts["representative"] == "本" and row.valid.upper == date(2026, 11, 2)
    assert row.load_id == report.load_id and row.region_code == "510104"


def test_a_month_holds_on_all_its_days_and_belongs_where_the_row_says(session, take):
    report = take("amounts", SHIPPED["amounts"])
    rows = {row.region_code: row for row in facts(session, "amounts")}
    assert (rows["510104"].valid.lower, rows["510104"].valid.upper) == (date(2026, 9, 1), date(2026, 10, 1))
    assert rows["510104"].facts["unit_part"] == "800.50" and rows["510105"].follows is None
    assert report.coverage == dict.fromkeys(("510104", "510105"), (date(2026, 9, 1), date(2026, 9, 30)))


def test_people_nobody_knows_are_made_and_employers_are_not(session, take):
    stranger, unknown = "510104199001011230", "91510104MA0000002H"
    from app.kernel.identifiers.citizen_id import check_digit

    stranger = stranger[:17] + check_digit(stranger[:17])
    before = session.scalar(select(func.count(Person.id)))
    report = take(
        "amounts",
        f"{AMOUNTS}{stranger},{USCC},2026-09,pension,510104,1,1\n{ANNA},{unknown},2026-09,pension,510104,1,1\n",
    )
    assert (report.stored, report.refused) == (1, 1) and take.refused[0].column == "uscc"
    assert session.scalar(select(func.count(Person.id))) == before + 1
    report = take("deaths", f"citizen_id,died_on\n{stranger},2026-01-05\n")
    assert report.coverage == {}, "nobody knows where this person belongs"


def test_rows_move_with_whom_they_are_about(session, take):
    take("hardship", SHIPPED["hardship"])
    take("market", SHIPPED["market"])
    take("amounts", SHIPPED["amounts"])
    take("persons", f"citizen_id,name,phone,region_code\n{ANNA},安娜,,510107\n")
    session.scalars(select(Employer).where(Employer.uscc == USCC)).one().region_code = "510107"
    session.flush()
    session.expire_all()
    regions = {kind: {row.region_code for row in facts(session, kind)} for kind in SHIPPED}
    assert regions["hardship"] == regions["market"] == {"510107"}
    assert regions["amounts"] == {"510104", "510105"}


def test_a_declared_coverage_is_kept_and_needs_its_days(session, take):
    declared = Declared(("510104", "510105"), date(2024, 1, 1), date(2026, 10, 31))
    report = take("hardship", SHIPPED["hardship"], declared=declared)
    kept = session.scalars(select(Coverage).where(Coverage.load_id == report.load_id)).all()
    assert {(c.kind, c.region_code, c.first_day, c.last_day) for c in kept} == {
        ("hardship", code, date(2024, 1, 1), date(2026, 10, 31)) for code in ("510104", "510105")
    }
    with pytest.raises(BadValue, match="须同时给出"):
        take("hardship", SHIPPED["hardship"], declared=Declared(("510104",)))
    assert take("graduates", SHIPPED["graduates"], declared=Declared(("510104",))).coverage == {
        "510104": (TODAY, TODAY)
    }


def test_a_file_of_another_register_and_an_unknown_register_are_refused(take):
    with pytest.raises(BadSheet, match="表头应为：citizen_id, died_on"):
        take("deaths", SHIPPED["hardship"])
    with pytest.raises(NotFound, match="没有代码为 dogs 的登记库"):
        take("dogs", SHIPPED["hardship"])


@pytest.mark.parametrize(
    ("kind", "cells", "column"),
    [
        ("hardship", [ANNA, "2026-01-05", "disabled", ""], None),
        ("hardship", [BEN, "2026-01-05", "disabled", ""], "citizen_id"),
        ("amounts", [BEN, USCC, "2026-09", "pension", "510104", "1", "1"], None),
        ("amounts", [ANNA, USCC, "2026-09", "pension", "510105", "1", "1"], "insured_region"),
        ("market", [USCC, "2020-05-01", "安娜", "active", ""], None),
    ],
)
def test_a_sender_writes_its_own_regions_only(app, session, take, kind, cells, column):
    refused = []
    vault = app.extensions["vault"]
    options = {"source": "api", "regions": ("510104",), "refuse": refused.append}
    report = load_rows(session, kind, [(1, cells)], vault, TODAY, **options)
    assert report.stored == (column is None) and [one.column for one in refused] == [column] * bool(column)


def test_an_employer_that_nobody_knows_is_called_so(app, session, take):
    refused, line = [], (1, ["91510104MA0000002H", "2020-05-01", "安娜", "active", ""])
    options = {"source": "api", "regions": ("510104",), "refuse": refused.append}
    load_rows(session, "market", [line], app.extensions["vault"], TODAY, **options)
    assert "单位登记库中没有" in str(refused[0].reason)


def test_the_command_loads_a_defined_register(app, session, take, tmp_path):
    session.commit()
    file = tmp_path / "hardship.csv"
    file.write_text(SHIPPED["hardship"], encoding="utf-8")
    answer = app.test_cli_runner().invoke(args=["registers", "load", "hardship", str(file)])
    assert answer.exit_code == 0 and "stored 2" in answer.output, answer.output
    assert len(facts(session, "hardship")) == 2
    answer = app.test_cli_runner().invoke(args=["registers", "load", "dogs", str(file)])
    assert answer.exit_code == 1 and "没有代码为 dogs 的登记库" in answer.output
    assert (
        json.loads(session.scalar(text("SELECT after::text FROM audit_entries ORDER BY id DESC LIMIT 1")))[
            "added"
        ]
        == 2
    )


def test_the_command_names_the_registers(app, session):
    lines = app.test_cli_runner().invoke(args=["registers", "list"]).output.splitlines()
    assert "persons: 人员登记库" in lines and "deaths: 死亡登记库 / Deaths" in lines and len(lines) == 13
