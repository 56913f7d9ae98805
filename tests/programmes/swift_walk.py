"""A walk through a programme with a second review from a sum on and without publicity; prints what it saw as JSON.

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
from app.registers.organisation import Office
from tests.desk.clerks import JINJIANG, HiringDesk, moved, uscc_of
from tests.desk.days import TODAY, month
from tests.programmes.one_more import ship
from tests.programmes.toy_walk import begun

LARGE, SMALL = 3, 2


class SwiftDesk(HiringDesk):
    base = "/swift"

    def dialog(self, stage: str, action: str) -> str:
        form = {"action": action, "query": "", "all": "1", "rowid": []}
        return self.post(f"{self.base}/{stage}/action_post", form)


def main() -> None:
    given = json.load(sys.stdin)
    ship("swift_grant")
    app = begun(given["settings"], TODAY)
    with app.app_context():
        office = db.session.query(Office).filter_by(code=JINJIANG).one()
        make_user(db.session, Actor.command(), "second", "second", office, ("reviewer",), PASSWORD)
        db.session.commit()
    print(json.dumps(walk(app, Path(given["sheets"])), ensure_ascii=False))


def walk(app, sheets: Path) -> dict:
    saw: dict[str, object] = {}
    clerk, first, second, cashier = (
        SwiftDesk(app, name) for name in ("clerk", "reviewer", "second", "cashier")
    )
    people = whom(sheets)
    for count, some in ((LARGE, people[:LARGE]), (SMALL, people[LARGE:])):
        application = clerk.open_application(uscc_of(sheets, "1-good.xlsx"))
        clerk.check(application, filled(clerk, sheets, some, count))
        clerk.bank(application)
        assert moved(clerk.apply(application)) == count
    saw["screens"] = {
        stage: first.client.get(f"/swift/{stage}/list/").status_code
        for stage in ("review", "second_review", "publicity", "outcome", "notices")
    }
    dialog = first.dialog("review", "approve")
    saw["going"] = html.fromstring(first.get(dialog)).get_element_by_id("batch-parted").text_content()
    result = first.get(first.post(f"{dialog}/run", {"opinion": "同意"}))
    saw["approved"] = moved(result)
    saw["went"] = html.fromstring(result).get_element_by_id("parted").text_content()
    saw["states"] = states(app)
    saw["own"] = words(first.act("second_review", "approve_second"))
    home = second.get("/")
    saw["home"] = [title for title in ("快办补贴复审", "待公示") if title in home]
    case = case_of(app, "in_second_review")
    saw["way"] = road(second.get(f"/swift/second_review/show/{case}"))
    note = "本件由您初审，须由其他审核人员复审。"
    saw["note"] = [note in desk.get(f"/swift/second_review/show/{case}") for desk in (first, second)]
    saw["confirmed"] = moved(second.act("second_review", "approve_second"))
    case = case_of(app, "approved")
    page = cashier.get(f"/swift/query/show/{case}")
    saw["named"] = ["待发放" in page, "待公示" in page, "公示" in "".join(road(page))]
    saw["catalogue"] = [
        title for title in ("复审通过", "公示通过") if title in clerk.get("/help/rules/swift_grant")
    ]
    saw["revocable"] = moved(first.act("disbursement", "revoke", [str(case)], reason="有误"))
    saw["listed"] = moved(cashier.act("disbursement", "list"))
    saw["paid"] = moved(cashier.act("payment_lists", "disburse", paid_on=str(TODAY), voucher_no="PZ-KB-1"))
    saw["ended"] = states(app)
    return saw


def whom(sheets: Path) -> list[tuple]:
    rows = load_workbook(sheets / "1-good.xlsx").worksheets[0].iter_rows(values_only=True)
    return [row for row in rows if row[1] and re.match(r"\d{17}", str(row[1]))][: LARGE + SMALL]


def filled(clerk: SwiftDesk, sheets: Path, people: list[tuple], number: int) -> Path:
    """The programme's own template with some people."""
    book = load_workbook(io.BytesIO(clerk.client.get("/swift/applications/template").data))
    form = book.worksheets[0]
    rows = enumerate(form.iter_rows(values_only=True), 1)
    at = next(n for n, row in rows if row[0] and "姓名" in str(row[0]))
    for line, person in enumerate(people, at + 1):
        for column, value in enumerate((*person[:2], str(month(8))), 1):
            form.cell(line, column, value)
    path = sheets / f"swift-{number}.xlsx"
    book.save(path)
    return path


def words(result: str) -> list[str]:
    return sorted({reason.text_content().strip() for reason in html.fromstring(result).find_class("reason")})


def road(page: str) -> list[str]:
    (journey,) = html.fromstring(page).find_class("journey")
    return [stop.find("b").text for stop in journey]


def states(app) -> dict[str, int]:
    with app.app_context():
        db.session.info["scope"] = Scope.everything()
        rows = (
            "SELECT state, count(*) FROM claims WHERE programme = 'swift_grant' GROUP BY state ORDER BY state"
        )
        return dict(db.session.execute(text(rows)).all())


def case_of(app, state: str) -> int:
    with app.app_context():
        db.session.info["scope"] = Scope.everything()
        first = "SELECT min(id) FROM claims WHERE programme = 'swift_grant' AND state = :state"
        return db.session.execute(text(first), {"state": state}).scalar_one()


if __name__ == "__main__":
    main()
