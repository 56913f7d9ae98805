"""A walk through a programme that a school takes in and its county decides, from the sheet to the money; prints what it saw as JSON.

Run as a process of its own (programmes are known to a whole process): settings come as JSON on standard input.
"""

from __future__ import annotations

import io
import json
import re
import sys
from datetime import date
from pathlib import Path

from lxml import html
from openpyxl import load_workbook
from sqlalchemy import select, text

from app.demo.users import PASSWORD
from app.engine.access.accounts import make_user
from app.engine.actor import Actor
from app.engine.scope import Scope
from app.extensions import db
from app.registers.organisation import Office
from tests.desk.clerks import ACCOUNT, JINJIANG, QINGYANG, Desk, HiringDesk, moved, uscc_of
from tests.desk.days import TODAY, after, publicity_end
from tests.programmes.one_more import ship
from tests.programmes.swift_walk import road
from tests.programmes.toy_walk import begun

OPEN_DAY = date(2026, 9, 21)
END = publicity_end(OPEN_DAY)
OVER = after(1, END)
PDF = b"%PDF-1.7 made for a test"
BANK, BRANCH = ACCOUNT["bank_name"], ACCOUNT["branch_no"]
TAUGHT = (
    ("零就业家庭毕业生", "2022014217", "本科", "2026-06-30", BANK, BRANCH, None, None, "6217003810012345678"),
    (
        "残疾毕业生",
        "2022014218",
        "专科（高职）",
        "2026-06-30",
        BANK,
        BRANCH,
        None,
        None,
        "6217003810012341111",
    ),
    ("特困人员毕业生", "2021014219", "本科", "2025-06-30", BANK, BRANCH, None, None, "6217003810012342222"),
)
SCHOOL, SECOND_SCHOOL = f"{JINJIANG}001", f"{JINJIANG}002"
HIDDEN = (
    "/job_seeker/review/list/",
    "/job_seeker/publicity/list/",
    "/job_seeker/disbursement/list/",
    "/job_seeker/notices/list/",
    "/hiring/applications/list/",
    "/hiring/applications/add",
    "/hiring/query/list/",
    "/training/classes/list/",
    "/registers/persons/list/",
    "/registers/employers/list/",
    "/registers/contributions/list/",
    "/objections/list/",
    "/account_corrections/list/",
    "/settings/policy/list/",
    "/settings/offices/list/",
)


class SeekerDesk(HiringDesk):
    base = "/job_seeker"

    def open_application(self, uscc: str, region: str = JINJIANG) -> str:
        """The number of the new application, which begins with what only this programme asks."""
        address = self.post(f"{self.base}/applications/add", {"employer": uscc, "region": region})
        application = re.search(r"/edit/(\d+)", address)[1]
        self.tell(application, "是")
        return application

    def tell(self, application: str, shown: str, expect: int = 302) -> str:
        typed = {"contact": "孙老师", "shown_at_school": shown}
        return self.post(f"{self.base}/applications/edit/{application}", typed, expect)

    def attach(self, application: str, kind: str) -> None:
        file = (io.BytesIO(PDF), f"{kind}.pdf")
        self.post(f"{self.base}/applications/attach/{application}", {"kind": kind, "file": file})

    def status(self, path: str) -> int:
        return self.client.get(path).status_code

    def listed(self, stage: str) -> int:
        """How many rows a list shows."""
        return len(html.fromstring(self.get(f"{self.base}/{stage}/list/")).xpath("//input[@name='rowid']"))


def main() -> None:
    given = json.load(sys.stdin)
    ship("job_seeker")
    app = begun(given["settings"], TODAY)
    saw = schools(app)
    print(json.dumps({**saw, **walk(app, Path(given["sheets"]))}, ensure_ascii=False))


def schools(app) -> dict:
    """Two schools made by the county's administrator on the screen, a clerk in each."""
    admin, saw = Desk(app, "county_admin"), {}
    county = office_id(app, JINJIANG)
    for name in ("锦江职业技术学院", "锦江师范学校"):
        typed = {"name": name, "kind": "school", "parent_id": county, "address": "", "phone": "028-1"}
        admin.post("/settings/offices/add", typed)
    elsewhere = {"name": "某校", "kind": "school", "parent_id": office_id(app, QINGYANG)}
    saw["elsewhere"] = admin.client.post("/settings/offices/add", data=elsewhere).status_code
    address = f"/settings/offices/edit/{office_id(app, SCHOOL)}"
    page = admin.get(address)
    seen = re.search(r'name="seen" value="([^"]*)"', page)[1]
    admin.post(
        address, {"seen": seen, "name": "锦江职业学院", "kind": "school", "address": "", "phone": "028-2"}
    )
    with app.app_context():
        offices = {one.code: one for one in db.session.scalars(select(Office))}
        saw["school"] = [
            getattr(offices[SCHOOL], name) for name in ("name", "kind", "phone", "region_code", "path")
        ]
        for code in (SCHOOL, SECOND_SCHOOL):
            make_user(
                db.session,
                Actor.command(),
                f"school_{code[-1]}",
                "孙老师",
                offices[code],
                ("clerk",),
                PASSWORD,
            )
        db.session.commit()
    return saw


def office_id(app, code: str) -> int:
    with app.app_context():
        return db.session.scalars(select(Office.id).where(Office.code == code)).one()


def walk(app, sheets: Path) -> dict:
    saw: dict[str, object] = {}
    school, other, clerk, reviewer, cashier, elsewhere = (
        SeekerDesk(app, name) for name in ("school_1", "school_2", "clerk", "reviewer", "cashier", "clerk_b")
    )
    saw["hidden"] = sorted({school.status(path) for path in HIDDEN})
    saw["picked"] = picked(school, uscc_of(sheets, "1-good.xlsx"))
    saw["menu"] = entries(school.get("/"))
    saw["late"] = too_late(school, sheets)
    app.config["TODAY"] = OPEN_DAY
    application = school.open_application(uscc_of(sheets, "1-good.xlsx"))
    school.check(application, filled(school, sheets))
    saw["drafts"] = [desk.listed("query") for desk in (school, other, elsewhere)]
    page = school.get(f"{school.base}/applications/show/{application}")
    saw["failed"] = [reason for reason in ("不在毕业年度", "[C-03]") if reason in page]
    saw["unanswered"] = school.tell(application, "", 422).count("已在校内公示")
    saw["lacking"] = lacking(school, application)
    school.attach(application, "sealed_roster")
    saw["refused"] = sentence(school.apply(application))
    school.attach(application, "proof_of_need")
    saw["whole"] = lacking(school, application)
    saw["county_in_draft"] = "只有受理本件的经办机构" in sentence(clerk.act("query", "submit"))
    school.tell(application, "否")
    saw["not_shown"] = "名册还没有在校内公示" in school.apply(application)
    school.tell(application, "是")
    saw["submitted"] = moved(school.apply(application))
    saw["seen"] = [desk.listed("query") for desk in (school, other, clerk, elsewhere)]
    show = f"{school.base}/applications/show/{application}"
    saw["open_to"] = [desk.status(show) for desk in (school, other, clerk, elsewhere)]
    saw["tells_after"] = school.client.post(
        f"{school.base}/applications/edit/{application}", data={"contact": "无", "shown_at_school": "否"}
    ).status_code
    saw["facts"] = ["孙老师" in desk.get(show) for desk in (school, clerk)]
    saw["edits_after"] = 'action="/job_seeker/applications/attach' in school.get(show)
    saw["received"] = ["锦江职业学院" in desk.get(show) for desk in (school, clerk)]
    saw["receipt"] = school.status(f"/print/receipt/{application}")
    saw["printed"] = "孙老师" in clerk.get(f"/print/receipt/{application}")
    first = first_claim(app)
    reviewer.act("review", "return", [str(first)], opinion="学号有误")
    home = school.get("/")
    saw["back"] = ["求职创业补贴，已退回" in home, school.status(f"/job_seeker/query/edit/{first}")]
    saw["again"] = moved(school.act("query", "submit", [str(first)]))
    saw["approved"] = moved(reviewer.act("review", "approve"))
    saw["publicizing"] = moved(reviewer.act("publicity", "publicize", start=str(OPEN_DAY), end=str(END)))
    saw["registers"] = ["参保缴费" in desk.get(f"/job_seeker/query/show/{first}") for desk in (school, clerk)]
    saw["way"] = road(school.get(f"/job_seeker/query/show/{first}"))
    app.config["TODAY"] = OVER
    saw["publicized"] = moved(reviewer.act("publicity", "pass_publicity"))
    saw["listed"] = moved(cashier.act("disbursement", "list"))
    saw["paid"] = moved(cashier.act("payment_lists", "disburse", paid_on=str(OVER), voucher_no="PZ-QZ-1"))
    saw["ended"] = school.status(f"/job_seeker/query/show/{first}")
    return {**saw, **stored(app)}


def picked(school: SeekerDesk, uscc: str) -> list[int]:
    """What becomes of an employer elsewhere that the picker found by its whole code: sent with the code, and with its number."""
    (one,) = school.client.get(f"/desk/employers?q={uscc}").json
    address, typed = f"{school.base}/applications/add", {"employer": one["name"], "region": JINJIANG}
    return [
        school.client.post(address, data={**typed, "employer_id": by}).status_code for by in (uscc, one["id"])
    ]


def entries(page: str) -> list[str]:
    """The leaves of the menu."""
    return [" ".join(a.text_content().split()) for a in html.fromstring(page).find_class("leaf")]


def too_late(school: SeekerDesk, sheets: Path) -> bool:
    application = school.open_application(uscc_of(sheets, "1-good.xlsx"))
    school.check(application, filled(school, sheets))
    return "已过申报截止日" in school.get(f"{school.base}/applications/show/{application}")


def lacking(school: SeekerDesk, application: str) -> list[str]:
    page = html.fromstring(school.get(f"{school.base}/applications/show/{application}"))
    return page.xpath("//section[@id='papers']/p/b/text()")


def sentence(result: str) -> str:
    return "".join(reason.text_content().strip() for reason in html.fromstring(result).find_class("reason"))


def filled(school: SeekerDesk, sheets: Path) -> Path:
    """The programme's own template with three people of the demonstration."""
    book = load_workbook(io.BytesIO(school.client.get("/job_seeker/applications/template").data))
    form, people = book.worksheets[0], load_workbook(sheets / "1-good.xlsx").worksheets[0]
    rows = enumerate(form.iter_rows(values_only=True), 1)
    at = next(n for n, row in rows if row[0] and "姓名" in str(row[0]))
    known = [row for row in people.iter_rows(values_only=True) if row[1] and re.match(r"\d{17}", str(row[1]))]
    for line, (person, taught) in enumerate(zip(known, TAUGHT, strict=False), at + 1):
        for column, value in enumerate((*person[:2], *taught), 1):
            form.cell(line, column, value)
    path = sheets / "job-seekers.xlsx"
    book.save(path)
    return path


def first_claim(app) -> int:
    with app.app_context():
        db.session.info["scope"] = Scope.everything()
        return db.session.execute(
            text("SELECT min(id) FROM claims WHERE programme = 'job_seeker' AND state = 'submitted'")
        ).scalar_one()


def stored(app) -> dict:
    with app.app_context():
        db.session.info["scope"] = Scope.everything()
        claims = """SELECT o.code, c.category, c.own->>'education', c.amount::text, c.state, k.last4
                    FROM claims c JOIN offices o ON o.id = c.office_id JOIN accounts k ON k.id = c.account_id
                    WHERE c.programme = 'job_seeker' ORDER BY c.id"""
        papers = """SELECT left(n.number, 12), left(l.number, 12) FROM notices n, payment_lists l
                    WHERE n.programme = 'job_seeker' AND l.programme = 'job_seeker'"""
        return {
            "claims": [list(row) for row in db.session.execute(text(claims))],
            "numbers": [list(row) for row in db.session.execute(text(papers))],
        }


if __name__ == "__main__":
    main()
