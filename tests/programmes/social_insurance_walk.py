"""用人单位社保补贴 by YAML alone: person-months from the sheet to the payment; prints what it saw as JSON.

Run as a process of its own (programmes are known to a whole process): settings come as JSON on standard input.
"""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path

from lxml import html
from openpyxl import load_workbook
from sqlalchemy import text

from app.demo.users import PASSWORD
from app.engine.access.accounts import make_user
from app.engine.actor import Actor
from app.engine.scope import Scope
from app.extensions import db
from app.registers.loads.loading import Declared
from app.registers.organisation import Office
from tests.desk.clerks import JINJIANG, HiringDesk, moved, uscc_of
from tests.desk.days import END, OVER, TODAY, month
from tests.desk.registers import take_into
from tests.programmes.one_more import ship
from tests.programmes.swift_walk import road
from tests.programmes.toy_walk import begun, typed

CODE = "social_insurance"
PARTS = {
    "pension": ("640.00", "320.00"),
    "medical": ("280.50", "80.00"),
    "unemployment": ("24.00", "16.00"),
    "injury": ("9.00", "0.00"),
}
"""Of each month: the unit's part and the personal one; the unit's three are 944.50."""
LONG, YOUNG = 37, 1980
"""Months of the longest; born later than that year nobody is near retirement."""
TITLES = ("姓名", "公民身份号码", "所属期", "劳动合同开始日期")


class SocialDesk(HiringDesk):
    base = f"/{CODE}"


def main() -> None:
    given = json.load(sys.stdin)
    ship(CODE)
    app = begun(given["settings"], TODAY)
    sheets = Path(given["sheets"])
    long, short, stranger, *_ = whom(sheets)
    uscc = uscc_of(sheets, "1-good.xlsx")
    with app.app_context():
        db.session.info["scope"] = Scope.everything()
        office = db.session.query(Office).filter_by(code=JINJIANG).one()
        make_user(db.session, Actor.command(), "second", "second", office, ("reviewer",), PASSWORD)
        known = Declared((JINJIANG,), month(LONG + 1), TODAY)
        hardship = [f"{one[1]},{month(LONG + 1)},disabled," for one in (long, short)]
        head = "citizen_id,recognised_on,category,ended_on"
        take_into(app, db.session, "hardship", "\n".join((head, *hardship)) + "\n", declared=known)
        paid = [(one, back) for one in (long, stranger) for back in range(1, LONG + 1)] + [(short, 2)]
        rows = [
            f"{one[1]},{uscc},{month(back):%Y-%m},{insurance},{JINJIANG},{','.join(parts)}"
            for one, back in paid
            for insurance, parts in PARTS.items()
        ]
        head = "citizen_id,uscc,month,insurance,insured_region,unit_part,personal_part"
        take_into(app, db.session, "amounts", "\n".join((head, *rows)) + "\n", declared=known)
        db.session.commit()
    print(json.dumps(walk(app, sheets, uscc, (long, short, stranger)), ensure_ascii=False))


def whom(sheets: Path) -> list[tuple]:
    rows = load_workbook(sheets / "1-good.xlsx").worksheets[0].iter_rows(values_only=True)
    return [row for row in rows if re.match(r"\d{17}", str(row[1])) and int(row[1][6:10]) > YOUNG]


def walk(app, sheets: Path, uscc: str, people: tuple) -> dict:
    saw: dict[str, object] = {}
    clerk, first, second, cashier = (
        SocialDesk(app, name) for name in ("clerk", "reviewer", "second", "cashier")
    )
    long, short, stranger = people
    lines = [(long, back) for back in range(LONG, 0, -1)] + [(short, 2), (short, 1), (stranger, 1)]
    application = clerk.open_application(uscc)
    clerk.check(application, filled(clerk, sheets, lines))
    page = clerk.get(f"/{CODE}/applications/show/{application}")
    saw["failed"] = [code for code in ("[L-01]", "[SI-01]", "[SI-02]", "[SI-03]") if code in page]
    saw["too_long"] = f"此人另有36个月（{month(37):%Y-%m}～{month(2):%Y-%m}）" in page
    clerk.bank(application)
    saw["submitted"] = moved(clerk.apply(application))
    again = clerk.open_application(uscc)
    clerk.check(again, filled(clerk, sheets, [(long, 2), (short, 2)]))
    page = clerk.get(f"/{CODE}/applications/show/{again}")
    saw["again"] = f"（{month(2):%Y-%m}），不能重复申请" in page
    listed = first.get(f"/{CODE}/review/list/?own.month={month(2):%Y-%m}")
    saw["listed"] = [
        "所属期" in listed,
        len(html.fromstring(listed).xpath("//tbody/tr[contains(., '944.50')]")),
    ]
    saw["rules"] = [
        code
        for code in ("L-01", "享受期限", "初次核定时距法定退休年龄不足")
        if code in clerk.get(f"/help/rules/{CODE}")
    ]
    saw["kept"] = send_back_and_correct(clerk, first, case_of(app, "submitted"))
    saw["approved"] = moved(first.act("review", "approve", opinion="同意"))
    saw["confirmed"] = moved(second.act("second_review", "approve_second", opinion="同意"))
    case = case_of(app, "approved")
    saw["way"] = road(first.get(f"/{CODE}/publicity/show/{case}"))
    publicized = first.act("publicity", "publicize", start=str(TODAY), end=str(END))
    saw["publicizing"], saw["named"] = moved(publicized), f" {month(2):%Y-%m}" in publicized
    notice = first.get(f"/{CODE}/notices/print/{id_of(app, 'notices')}")
    table = html.fromstring(notice).xpath("//table")[-1].text_content()
    saw["notice"] = ["下列2人" in notice, "所属期" in table, table.count(f"{month(2):%Y-%m}")]
    app.config["TODAY"] = OVER
    saw["publicized"] = moved(second.act("publicity", "pass_publicity"))
    saw["paid_list"] = moved(cashier.act("disbursement", "list"))
    saw["paid"] = moved(cashier.act("payment_lists", "disburse", paid_on=str(OVER), voucher_no="PZ-SB-1"))
    return {**saw, **stored(app)}


def send_back_and_correct(clerk: SocialDesk, reviewer: SocialDesk, case: int) -> list:
    """Of what a claim is stays as it is, whatever is posted; another month is another line."""
    reviewer.act("review", "return", [str(case)], opinion="日期有误")
    address = f"/{CODE}/query/edit/{case}"
    page = clerk.get(address)
    begun = typed(page)["month"]
    clerk.post(address, typed(page, month="2026-01", contract_start=str(month(LONG))))
    again = moved(clerk.act("query", "submit", [str(case)]))
    return [
        begun == f"{month(LONG):%Y-%m}",
        f"{month(LONG):%Y-%m}" in reviewer.get(f"/{CODE}/query/show/{case}"),
        again,
    ]


def filled(clerk: SocialDesk, sheets: Path, lines: list[tuple]) -> Path:
    """The programme's own template, a line for each person and month."""
    book = load_workbook(io.BytesIO(clerk.client.get(f"/{CODE}/applications/template").data))
    form = book.worksheets[0]
    rows = enumerate(form.iter_rows(values_only=True), 1)
    at, titles = next((n, row) for n, row in rows if row[0] and "姓名" in str(row[0]))
    columns = {str(title).strip("*"): column for column, title in enumerate(titles, 1)}
    for line, (person, back) in enumerate(lines, at + 1):
        values = (*person[:2], f"{month(back):%Y-%m}", str(month(LONG + 1)))
        for title, value in zip(TITLES, values, strict=True):
            form.cell(line, columns[title], value)
    path = sheets / f"social-{len(lines)}.xlsx"
    book.save(path)
    return path


def asked(app, statement: str) -> list[tuple]:
    with app.app_context():
        db.session.info["scope"] = Scope.everything()
        return [tuple(row) for row in db.session.execute(text(statement))]


def case_of(app, state: str) -> int:
    return asked(app, f"SELECT min(id) FROM claims WHERE programme = '{CODE}' AND state = '{state}'")[0][0]


def id_of(app, table: str) -> int:
    return asked(app, f"SELECT max(id) FROM {table} WHERE programme = '{CODE}'")[0][0]


def stored(app) -> dict:
    paid = """SELECT state, count(*), count(DISTINCT person_id), count(DISTINCT (person_id, slot_no)), sum(amount)::text
              FROM claims WHERE programme = 'social_insurance' GROUP BY state ORDER BY state"""
    return {"claims": [list(row) for row in asked(app, paid)]}


if __name__ == "__main__":
    main()
