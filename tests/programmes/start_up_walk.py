"""A walk through a programme that pays each person of the sheet into an account of their own; prints what it saw as JSON.

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
from sqlalchemy import select, text

from app.engine.cases.claims import Claim
from app.engine.scope import Scope
from app.extensions import db
from tests.desk.clerks import JINJIANG, Desk, HiringDesk, moved, opened, uscc_of
from tests.desk.days import END, OVER, TODAY, after, month, publicity_end
from tests.programmes.one_more import ship
from tests.programmes.toy_walk import begun

BANK, BRANCH = "中国建设银行成都锦江支行", "105651000006"
NUMBERS = [f"621700381001234{tail}" for tail in ("5678", "1111", "2222", "3333", "4444")]
CHANGED, CORRECTED, GUARDIANS = "6217003810019990005", "6217003810019990006", "6217003810019990007"
MASKED = re.compile(r"\*\*\*\* (\d{4})|尾号 (\d{4})")


class StartUpDesk(HiringDesk):
    base = "/startup"

    def correct(self, claim: int, number: str, expect: int = 302, **typed: str) -> str:
        form = {
            "kind": "own_card",
            "number": number,
            "bank_name": BANK,
            "branch_no": BRANCH,
            "reason": "原卡已销户",
        }
        return self.post(f"{self.base}/query/account/{claim}", {**form, **typed}, expect)

    def sign(self) -> None:
        page = self.get("/account_corrections/list/?state=open")
        number = re.search(r"/account_corrections/show/(\d+)", page)[1]
        self.post(f"/account_corrections/sign/{number}", {"outcome": "signed", "opinion": ""})


def main() -> None:
    given = json.load(sys.stdin)
    ship("start_up")
    app = begun(given["settings"], TODAY)
    sheets = Path(given["sheets"])
    register(app, sheets, month(8))
    print(json.dumps(walk(app, sheets), ensure_ascii=False))


def register(app, sheets: Path, day) -> None:
    """Let the register of market entities know the unit of the demonstration's sheet from a day on."""
    market = sheets / f"market-{day}.csv"
    row = f"{uscc_of(sheets, '1-good.xlsx')},{day},某某,active,"
    market.write_text(f"uscc,registered_on,representative,state,ended_on\n{row}\n", encoding="utf-8")
    covered = ("--regions", JINJIANG, "--first", "2020-01-01", "--last", str(app.config["TODAY"]))
    loaded = app.test_cli_runner().invoke(args=["registers", "load", "market", str(market), *covered])
    assert loaded.exit_code == 0, loaded.output


def walk(app, sheets: Path) -> dict:
    saw: dict[str, object] = {}
    clerk, reviewer, cashier = (StartUpDesk(app, name) for name in ("clerk", "reviewer", "cashier"))
    form = load_workbook(io.BytesIO(clerk.client.get("/startup/applications/template").data)).worksheets[0]
    saw["template"] = [cell.value for cell in form[2]]
    people = whom(app, sheets)
    application = opened_for_nobody(clerk)
    page = clerk.get(f"/startup/applications/show/{application}")
    saw["empty"] = "付给名单上各人本人的账户" in page and "收款账户" in page
    clerk.check(application, filled(clerk, sheets, people))
    page = clerk.get(f"/startup/applications/show/{application}")
    saw["reasons"] = sorted(
        {one.text_content().strip() for one in html.fromstring(page).find_class("reason")}
    )
    saw["checked"] = counted(app, application)
    assert saw["checked"]["failed"] == 3, saw["reasons"]
    saw["returned_sheet"] = returned(clerk, application)
    for row, number in zip(failed(app, application), NUMBERS[2:], strict=True):
        typed = {"account_number": number, "account_holder": "", "branch_no": BRANCH}
        clerk.post(f"/startup/applications/correct/{application}/{row}", typed)
    saw["mended"] = counted(app, application)
    first, second, third, *_ = claims = cases(app, application)
    saw["accounts"] = numbers(app, application)
    edit = f"/startup/query/edit/{first}"
    page = clerk.get(edit)
    saw["form"] = [NUMBERS[0] in page, "尾号5678；不改则留空" in page]
    clerk.post(edit, {**opened(page), "remark": "已核对"})
    saw["unchanged"] = numbers(app, application) == saw["accounts"]
    saw["other_holder"] = "不一致" in clerk.post(
        edit, {**opened(clerk.get(edit)), "account_holder": "某个别人"}, 422
    )
    clerk.post(edit, {**opened(clerk.get(edit)), "account_number": CHANGED})
    saw["edited"] = numbers(app, application)[0]
    dialog = clerk.get(clerk.post(f"/startup/applications/apply/{application}"))
    saw["dialog"] = [name in dialog for name in (people[0][0], "0005")]
    saw["submitted"] = moved(clerk.apply(application))
    reviewer.act("review", "return", [str(second)], opinion="换账户")
    page = clerk.get(f"/startup/query/edit/{second}")
    clerk.post(f"/startup/query/edit/{second}", {**opened(page), "account_number": NUMBERS[0]})
    saw["resubmitted"] = moved(clerk.apply(application))
    saw["approved"] = moved(reviewer.act("review", "approve"))
    reviewer.act("publicity", "publicize", start=str(TODAY), end=str(END))
    app.config["TODAY"] = OVER
    saw["passed"] = moved(reviewer.act("outcome", "pass_publicity"))
    before = numbers(app, application)
    clerk.correct(third, CORRECTED, holder=people[2][0])
    page = clerk.get(f"/startup/query/show/{third}")
    saw["waits"] = "账户更正待签字" in page
    reviewer.sign()
    after = numbers(app, application)
    saw["corrected"] = [one for one, other in zip(after, before, strict=True) if one != other]
    saw["no_paper"] = "收款人证明" in clerk.correct(third, GUARDIANS, 422, holder="某监护人")
    paper = {"kind": "holder_proof", "file": (io.BytesIO(b"%PDF-1.7 x"), "公证书.pdf")}
    clerk.post(f"/startup/applications/attach/{application}", paper)
    clerk.correct(claims[3], GUARDIANS, holder="某监护人")
    reviewer.sign()
    saw["guardian"] = "已凭收款人证明签字" in clerk.get(f"/startup/query/show/{claims[3]}")
    saw["shown"] = {claim: shown(reviewer, claim) for claim in claims}
    saw["listed"] = moved(cashier.act("disbursement", "list"))
    saw["file"] = file_of(cashier)
    saw["on_list"] = "没有可更正的人员" in clerk.correct(third, NUMBERS[2], 422, holder=people[2][0])
    saw["paid"] = moved(cashier.act("payment_lists", "disburse", paid_on=str(OVER), voucher_no="PZ-CY-1"))
    saw["receipt"] = "名单上各人本人的账户" in clerk.get(f"/print/receipt/{application}")
    saw["after"] = {claim: shown(reviewer, claim) for claim in claims}
    saw["in_clear"] = in_clear(app)
    saw["region"] = region_sets(app, "10001"), region_sets(app, "8000")
    saw["second"] = second_tranche(app, clerk, sheets, people[1])
    saw["second_paid"] = paid_too(app, clerk, reviewer, cashier)
    saw["people"] = [name for name, *_ in people]
    saw["listed_fields"] = [title in clerk.get("/startup/query/list/") for title in ("开业月份", "2026-04")]
    return saw


def second_tranche(app, clerk: StartUpDesk, sheets: Path, person: tuple) -> list:
    """What becomes of both tranches of somebody who has had the first: too early, and once the time is over."""
    became: list[object] = []
    for day in (None, month(19)):
        if day:
            register(app, sheets, day)
        application = opened_for_nobody(clerk)
        account = (BANK, BRANCH, None, None, NUMBERS[1])
        rows = [(person, "第一期", account), (person, "第二期", account)]
        clerk.check(application, sheet_of(clerk, sheets, rows))
        page = clerk.get(f"/startup/applications/show/{application}")
        reasons = [one.text_content() for one in html.fromstring(page).find_class("reason")]
        with app.app_context():
            db.session.info["scope"] = Scope.everything()
            mine = select(Claim.amount).where(Claim.application_id == int(application))
            became.append([[str(one) for one in db.session.scalars(mine)], " ".join(reasons)])
    return became


def region_sets(app, amount: str) -> bool:
    """Whether the county's own amount of the second tranche is taken: one officer enters it, another signs."""
    author, signer = Desk(app, "policy"), Desk(app, "policy_2")
    value = {"parameter": "start_up.amount_second", "region_code": JINJIANG, "value": amount, "split": "y"}
    dated = {"starts_on": str(OVER), "document": "锦人社发〔2026〕8号"}
    answer = author.client.post("/settings/policy/add", data=value | dated)
    waiting = re.findall(r'action="(/settings/policy/sign/\d+)"', signer.get("/settings/policy/list/"))
    for address in waiting:
        signer.post(address)
    return answer.status_code == 302 and len(waiting) == 1


def paid_too(app, clerk: StartUpDesk, reviewer: StartUpDesk, cashier: StartUpDesk) -> list:
    """The money and the account of the second tranche, through all that the first went through."""
    with app.app_context():
        db.session.info["scope"] = Scope.everything()
        mine = select(Claim.application_id).where(Claim.programme == "start_up").order_by(Claim.id.desc())
        application = str(db.session.scalars(mine).first())
    moves = [moved(clerk.apply(application)), moved(reviewer.act("review", "approve"))]
    start, end = OVER, publicity_end(OVER)
    moves.append(moved(reviewer.act("publicity", "publicize", start=str(start), end=str(end))))
    app.config["TODAY"] = after(1, end)
    moves.append(moved(reviewer.act("outcome", "pass_publicity")))
    moves.append(moved(cashier.act("disbursement", "list")))
    rows = file_of(cashier)
    paid = {"paid_on": str(after(1, end)), "voucher_no": "PZ-CY-2"}
    moves.append(moved(cashier.act("payment_lists", "disburse", **paid)))
    return [moves, [[name, number[-4:]] for name, _, number in rows[:-1]], states(app, application)]


def states(app, application: str) -> list:
    with app.app_context():
        db.session.info["scope"] = Scope.everything()
        of_it = select(Claim.state, Claim.amount).where(Claim.application_id == int(application))
        return [[state, str(amount)] for state, amount in db.session.execute(of_it)]


def opened_for_nobody(clerk: StartUpDesk) -> str:
    address = clerk.post("/startup/applications/add", {"employer": ""})
    return re.search(r"/show/(\d+)", address)[1]


def whom(app, sheets: Path) -> list[tuple]:
    """People of a sheet of the demonstration whom no other unit insures."""
    rows = load_workbook(sheets / "1-good.xlsx").worksheets[0].iter_rows(values_only=True)
    people = [row[:2] for row in rows if row[1] and re.match(r"\d{17}", str(row[1]))]
    with app.app_context():
        db.session.info["scope"] = Scope.everything()
        asked = """SELECT p.name FROM persons p JOIN contributions s ON s.person_id = p.id AND s.paid
                   JOIN employers e ON e.id = s.employer_id
                   WHERE p.name = ANY(:names) GROUP BY p.id, p.name HAVING bool_and(e.uscc = :unit)"""
        facts = {"names": [name for name, _ in people], "unit": uscc_of(sheets, "1-good.xlsx")}
        free = set(db.session.scalars(text(asked), facts))
    return [person for person in people if person[0] in free][: len(NUMBERS)]


def filled(clerk: StartUpDesk, sheets: Path, people: list[tuple]) -> Path:
    """Two that are right, a rounded number, another holder, a wrong branch."""
    accounts = (
        (BANK, BRANCH, None, None, NUMBERS[0]),
        (BANK, BRANCH, "社会保障卡", people[1][0], f" {NUMBERS[1]} "),
        (BANK, BRANCH, None, None, float(NUMBERS[2])),
        (BANK, BRANCH, None, "某监护人", NUMBERS[3]),
        (BANK, "105651000007", None, None, NUMBERS[4]),
    )
    return sheet_of(clerk, sheets, [(one, "第一期", own) for one, own in zip(people, accounts, strict=True)])


def sheet_of(clerk: StartUpDesk, sheets: Path, rows: list[tuple]) -> Path:
    """The programme's own template with some rows: person, tranche, account."""
    book = load_workbook(io.BytesIO(clerk.client.get("/startup/applications/template").data))
    form, unit = book.worksheets[0], uscc_of(sheets, "1-good.xlsx")
    for line, (person, tranche, account) in enumerate(rows, 3):
        cells = (*person, unit, "四川省成都市锦江区", "2026年4月", tranche, *account)
        for column, value in enumerate(cells, 1):
            form.cell(line, column, value)
    path = sheets / "start-up.xlsx"
    book.save(path)
    return path


def counted(app, application: str) -> dict[str, int]:
    with app.app_context():
        db.session.info["scope"] = Scope.everything()
        asked = """SELECT (SELECT count(*) FROM claims WHERE application_id = :id) AS passed,
                          (SELECT count(*) FROM failed_rows WHERE application_id = :id) AS failed"""
        return dict(db.session.execute(text(asked), {"id": application}).mappings().one())


def returned(clerk: StartUpDesk, application: str) -> list[tuple]:
    """The workbook of failed rows: holder and number as they were typed."""
    book = load_workbook(io.BytesIO(clerk.client.get(f"/startup/applications/failed/{application}").data))
    return [(row[9], row[10]) for row in book.worksheets[0].iter_rows(min_row=3, values_only=True)]


def failed(app, application: str) -> list[int]:
    with app.app_context():
        db.session.info["scope"] = Scope.everything()
        asked = "SELECT id FROM failed_rows WHERE application_id = :id ORDER BY row_no"
        return list(db.session.scalars(text(asked), {"id": application}))


def cases(app, application: str) -> list[int]:
    with app.app_context():
        db.session.info["scope"] = Scope.everything()
        return list(
            db.session.scalars(
                select(Claim.id).where(Claim.application_id == int(application)).order_by(Claim.id)
            )
        )


def numbers(app, application: str) -> list[str]:
    """The whole numbers that would be paid, by claim."""
    from app.engine.cases.accounts import number_of

    with app.app_context():
        db.session.info["scope"] = Scope.everything()
        rows = db.session.scalars(
            select(Claim).where(Claim.application_id == int(application)).order_by(Claim.id)
        )
        vault = app.extensions["vault"]
        return [number_of(vault, row.paying_account, row.payee) for row in rows]


def shown(reviewer: StartUpDesk, claim: int) -> list[str]:
    """The last digits of the account on the claim's page, and on its paper."""
    page = reviewer.get(f"/startup/query/show/{claim}")
    facts = page[page.index("收款账户</dt>") :][:400].partition("</dd>")[0]
    return sorted(
        {
            "".join(tails)
            for part in (facts, reviewer.get(f"/print/review/{claim}"))
            for tails in MASKED.findall(part)
        }
    )


def file_of(cashier: StartUpDesk) -> list[tuple]:
    """Holder and number of each line of the bank's file."""
    page = cashier.get("/startup/payment_lists/list/")
    number = re.search(r"/startup/payment_lists/show/(\d+)", page)[1]
    screen = cashier.get(f"/startup/payment_lists/show/{number}")
    assert not re.search(r"\d{15}", html.fromstring(screen).text_content()), "masked on the screen"
    file = cashier.client.post(f"/startup/payment_lists/export/{number}")
    rows = load_workbook(io.BytesIO(file.data)).worksheets[0].iter_rows(min_row=3, values_only=True)
    return [(row[0], row[2], row[3]) for row in rows]


def in_clear(app) -> list[str]:
    """Tables in which a whole number stands."""
    with app.app_context():
        tables = db.session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
        return [
            table
            for table in tables
            if db.session.scalar(
                text(f"SELECT count(*) FROM \"{table}\" t WHERE t::text ~ '62170038100\\d{{8}}'")
            )
        ]


if __name__ == "__main__":
    main()
