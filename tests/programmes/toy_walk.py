"""One walk from sheet to money through a programme that two officers publish by command; prints what it saw as JSON.

Run as a process of its own (programmes are known to a whole process): settings come as JSON on standard input.
"""

from __future__ import annotations

import io
import json
import re
import sys
from datetime import date
from pathlib import Path

from openpyxl import load_workbook
from sqlalchemy import func, select, text

from app.demo.users import PASSWORD
from app.engine.audit import AuditEntry
from app.engine.scope import Scope
from app.extensions import db
from tests.desk.clerks import HiringDesk, moved, uscc_of
from tests.desk.days import END, OVER, TODAY, month
from tests.programmes import one_more

WRITTEN = one_more.HERE / one_more.CODE / "definition.yaml"
TAUGHT = (("初级工", 40), ("高级工", 80), ("高级工", 39), ("初级工", "四十"))


class SkillsDesk(HiringDesk):
    base = "/skills"

    def refused(self, path: str) -> int:
        return self.client.get(path).status_code


def main() -> None:
    given = json.load(sys.stdin)
    sheets, today = Path(given["sheets"]), TODAY
    one_more.show_notes()
    before = made(given["settings"], today)
    command(before, "prepare")
    signed = ("--author", "policy", "--signer", "policy_2", "--password", PASSWORD)
    command(before, "definitions", "publish", str(WRITTEN), *signed, "--first-day", "2020-01-01")
    app = made(given["settings"], today)
    seen = walk(app, sheets)
    from tests.programmes.toy_tables import tables  # after the programme is there

    print(json.dumps({**seen, "tables": tables(app)}, ensure_ascii=False))


def command(app, *args: str) -> str:
    """What a command says that must succeed."""
    ran = app.test_cli_runner().invoke(args=args)
    assert ran.exit_code == 0, ran.output
    return ran.output


def made(settings: dict, today: date):
    from app import create_app

    return create_app({**settings, "TESTING": True, "TODAY": today, "WTF_CSRF_ENABLED": False})


def begun(settings: dict, today: date):
    """The application as it is when it begins on a database where what ships is installed."""
    command(made(settings, today), "prepare")
    return made(settings, today)


def walk(app, sheets: Path) -> dict:
    saw: dict[str, object] = {}
    clerk, reviewer, cashier = (SkillsDesk(app, name) for name in ("clerk", "reviewer", "cashier"))
    saw["menu"] = [title for title in ("申请", "审核", "发放") if f"技能培训奖补{title}" in clerk.get("/")]
    saw["closed"] = [clerk.refused("/skills/review/list/"), cashier.refused("/skills/review/list/")]
    application = clerk.open_application(uscc_of(sheets, "1-good.xlsx"))
    clerk.check(application, filled(clerk, sheets))
    page = clerk.get(f"/skills/applications/show/{application}")
    saw["failed"] = [reason for reason in ("少于40课时", "[F-01]", "[SK-01]") if reason in page]
    correct_the_third(clerk, page, application)
    clerk.bank(application)
    saw["submitted"] = moved(clerk.apply(application))
    saw["searched"] = [
        reviewer.get(f"/skills/review/list/?own.skill_level={level}").count("高级工</td>")
        for level in ("senior", "junior")
    ]
    send_back_and_correct(clerk, reviewer, app)
    saw["approved"] = moved(reviewer.act("review", "approve"))
    saw["publicizing"] = moved(reviewer.act("publicity", "publicize", start=str(TODAY), end=str(END)))
    app.config["TODAY"] = OVER
    saw["publicized"] = moved(reviewer.act("publicity", "pass_publicity"))
    saw["listed"] = moved(cashier.act("disbursement", "list"))
    saw["disbursed"] = moved(
        cashier.act("payment_lists", "disburse", paid_on=str(OVER), voucher_no="PZ-JN-1")
    )
    return {**saw, **stored(app)}


def filled(clerk: SkillsDesk, sheets: Path) -> Path:
    """The programme's own template with four people of the demonstration."""
    template = clerk.client.get("/skills/applications/template")
    assert template.status_code == 200
    book, people = (
        load_workbook(io.BytesIO(template.data)),
        load_workbook(sheets / "1-good.xlsx").worksheets[0],
    )
    form = book.worksheets[0]
    at = next(
        n for n, row in enumerate(form.iter_rows(values_only=True), 1) if row[0] and "姓名" in str(row[0])
    )
    known = [row for row in people.iter_rows(values_only=True) if row[1] and re.match(r"\d{17}", str(row[1]))]
    for number, (person, taught) in enumerate(zip(known, TAUGHT, strict=False), at + 1):
        for column, value in enumerate((*person[:2], str(month(8)), *taught), 1):
            form.cell(number, column, value)
    path = sheets / "skills.xlsx"
    book.save(path)
    return path


def correct_the_third(clerk: SkillsDesk, page: str, application: str) -> None:
    """The row that lacks one hour, on the screen."""
    below = page[page.index("少于40课时") :]
    address = re.search(rf"/skills/applications/correct/{application}/\d+", below)[0]
    clerk.post(address, typed(clerk.get(address), skill_hours="80"))


def send_back_and_correct(clerk: SkillsDesk, reviewer: SkillsDesk, app) -> None:
    """One person turns out to be of the higher level: the amount follows at the next submission."""
    with app.app_context():
        db.session.info["scope"] = Scope.everything()
        first = db.session.execute(
            text("SELECT min(id) FROM claims WHERE programme = 'skills_bonus'")
        ).scalar()
    reviewer.act("review", "return", [str(first)], opinion="等级有误")
    address = f"/skills/query/edit/{first}"
    clerk.post(address, typed(clerk.get(address), skill_level="高级工"))
    clerk.act("query", "submit", [str(first)])


def typed(page: str, **changed: str) -> dict[str, str]:
    """What a form's page holds, with some of it changed."""
    held = dict(re.findall(r'<input[^>]*name="(\w+)"[^>]*value="([^"]*)"', page))
    for name, options in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option selected value="([^"]*)"', options)
        held[name] = chosen[1] if chosen else ""
    return held | changed


def stored(app) -> dict:
    with app.app_context():
        db.session.info["scope"] = Scope.everything()
        rows = db.session.execute(
            text(
                """SELECT own->>'skill_level', (own->>'skill_hours')::int, amount::text, state FROM claims
                   WHERE programme = 'skills_bonus' ORDER BY id"""
            )
        )
        events = db.session.execute(
            select(AuditEntry.event, func.count())
            .where(AuditEntry.programme == "skills_bonus", AuditEntry.claim_id.is_not(None))
            .group_by(AuditEntry.event)
        )
        return {"claims": [list(row) for row in rows], "events": dict(events.all())}


if __name__ == "__main__":
    main()
