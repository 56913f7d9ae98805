"""`python -m tests.bench.check [--rows 10000]`: checking and storing a people sheet through the browser's endpoint.

Beside it, in the same run, a floor: the file read by python-calamine, COPY, all rules as one statement, the
same evidence and the same encrypted bytes, no framework.
"""

from __future__ import annotations

import argparse
import io
import json
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from openpyxl import Workbook
from python_calamine import CalamineWorkbook
from sqlalchemy import select, text

from app.engine import rules
from app.engine.access.roles import CLERK
from app.engine.cases.claims import Check, Claim, FailedRow
from app.extensions import db
from app.kernel import names
from app.kernel.identifiers import citizen_id
from app.web.cases import application_people
from app.web.longwork import works
from tests.bench import fused, registers
from tests.bench.county import LABELS, TODAY, County
from tests.bench.measure import Clocks, Stopwatch
from tests.bench.server import everything, product
from tests.bench.worker import apart, follow
from tests.desk.clerks import HiringDesk
from tests.desk.subsidies import HIRING as PROGRAMME
from tests.desk.subsidies import HIRING_SHEET as SHEET

RUNS = 3
CHECK = "/hiring/applications/check"
OURS, FLOOR = "product", "floor"
CODES = {label: code for code, label in LABELS.items()}
STAGE = """
    CREATE TEMP TABLE staged (row_id bigint, id_hash bytea, id_fault text, name text, repeated boolean,
        category text, starts_on date, ends_on date, phone_cipher bytea, remark text) ON COMMIT DROP
"""
ASKED = f"CREATE TEMP TABLE asked ({fused.COLUMNS}) ON COMMIT DROP"
FILL = """
    INSERT INTO asked SELECT s.row_id, NULL, p.id, s.id_fault, s.name, s.repeated, s.category, :employer, :region,
                             s.starts_on, s.ends_on, CAST(:policy AS jsonb)
    FROM staged s LEFT JOIN persons p ON p.id_hash = s.id_hash
"""
PASS = """
    WITH passed AS (
        INSERT INTO claims (programme, application_id, office_id, person_id, employer_id, insured_region, state,
                            amount, name, phone_cipher, remark, warned, category, contract_start, contract_end)
        SELECT 'hiring_subsidy', :application, :office, a.person_id, a.employer_id, a.insured_region, 'draft',
               (a.policy->>'amount')::numeric(12, 2), a.name, s.phone_cipher, s.remark, o.warns, a.category,
               a.starts_on, a.ends_on
        FROM asked a JOIN staged s USING (row_id) JOIN judged o USING (row_id) WHERE NOT o.stops
        RETURNING id, person_id
    )
    INSERT INTO checks (claim_id, phase, day, stops, warns, findings)
    SELECT c.id, 'check', :today, o.stops, o.warns, o.findings
    FROM asked a JOIN judged o USING (row_id) JOIN passed c USING (person_id) WHERE NOT o.stops
"""
FAIL = """
    INSERT INTO failed_rows (application_id, office_id, row_no, person_id, name, cells_cipher, findings)
    SELECT :application, :office, f.row_no, a.person_id, a.name, f.cells, o.findings
    FROM failed f JOIN asked a USING (row_id) JOIN judged o USING (row_id)
"""
AUDIT = """
    INSERT INTO audit_entries (event, actor_name, address, office_id, programme, application_id, after)
    VALUES ('import', 'floor', 'local', :office, 'hiring_subsidy', :application, CAST(:after AS jsonb))
"""


def workbook(county: County, rows: int) -> bytes:
    """The template's columns; one row in ten fails, by its contract, its name or its id."""
    book = Workbook(write_only=True)
    page = book.create_sheet(SHEET.tab)
    page.append([SHEET.title])
    page.append([column.title + ("*" if column.required else "") for column in SHEET.columns])
    for n in range(rows):
        cells = county.typed(n, **_wrong(county, n))
        page.append([_value(cells[column.field]) for column in SHEET.columns])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _wrong(county: County, n: int) -> dict[str, str]:
    if n % 20 == 3:
        return {"contract_end": "2026-12-31"}
    if n % 40 == 17:
        return {"name": "查无此"}
    return {"citizen_id": county.people[n].citizen_id[:-1]} if n % 40 == 29 else {}


def _value(cell: str) -> object:
    return date.fromisoformat(cell) if cell[4:5] == "-" else cell or None


def floor(path: Path, facts: dict, vault) -> None:
    """The same work by hand."""
    session = db.session
    grid = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    session.execute(text(STAGE))
    session.execute(text(ASKED))
    columns = ("row_id", "id_hash", "id_fault", "name", "repeated", "category", "starts_on", "ends_on")
    registers.copy(session, "staged", (*columns, "phone_cipher", "remark"), _staged(grid[2:], vault))
    session.execute(text(FILL), facts)
    session.execute(text("ANALYZE asked"))
    session.execute(text(rules.running.SORT_IN_MEMORY))
    session.execute(text(f"CREATE TEMP TABLE judged ON COMMIT DROP AS {fused.JUDGE}"), facts)
    session.execute(text(PASS), facts)
    stopped = session.scalars(text("SELECT row_id FROM judged WHERE stops")).all()
    session.execute(text("CREATE TEMP TABLE failed (row_id bigint, row_no int, cells bytea) ON COMMIT DROP"))
    sealed = ((n, n + 3, vault.encrypt(_cells(grid[n + 2]), b"")) for n in stopped)
    registers.copy(session, "failed", ("row_id", "row_no", "cells"), sealed)
    session.execute(text(FAIL), facts)
    after = {"rows": len(grid) - 2, "failed": len(stopped)}
    session.execute(text(AUDIT), {**facts, "after": json.dumps(after)})
    session.commit()


def _staged(grid: list[list], vault) -> Iterator[tuple]:
    seen = set()
    for n, (name, code, category, start, end, phone, remark) in enumerate(grid):
        fault = None if citizen_id.is_valid(code, TODAY) else "invalid"
        found = None if fault else vault.hash(code)
        sealed = vault.encrypt(phone, b"") if phone else None
        yield (
            n,
            found,
            fault,
            names.fold(name),
            found in seen,
            CODES[category],
            start,
            end or None,
            sealed,
            remark or None,
        )
        if found:
            seen.add(found)


def _cells(row: list) -> str:
    typed = (cell.isoformat() if isinstance(cell, date) else cell for cell in row)
    return json.dumps(dict(zip((c.field for c in SHEET.columns), typed, strict=True)), ensure_ascii=False)


def result(application: int) -> list[tuple]:
    """What is stored of an application, to compare two ways of storing it."""
    passed = select(Claim.person_id, Claim.name, Claim.amount, Check.findings).join(
        Check, Check.claim_id == Claim.id
    )
    failed = select(FailedRow.row_no, FailedRow.person_id, FailedRow.name, FailedRow.findings)
    return [
        db.session.execute(passed.where(Claim.application_id == application).order_by(Claim.person_id)).all(),
        db.session.execute(
            failed.where(FailedRow.application_id == application).order_by(FailedRow.row_no)
        ).all(),
    ]


def upload(desk: HiringDesk, application: int, path: Path) -> None:
    """Through the browser's endpoint, and by a worker's code where that leaves it to one."""
    with path.open("rb") as file:
        follow(desk, f"{CHECK}/{application}", {"sheet": (file, path.name)})


def main(rows: int, people_count: int) -> None:
    with product() as (app, watch), tempfile.TemporaryDirectory() as folder:
        path, small = Path(folder) / "people.xlsx", Path(folder) / "small.xlsx"
        with everything(app) as session:
            county = County.founded(session, app.extensions["vault"], max(rows, people_count))
            clerk = county.staff("clerk", CLERK)
            opened = [county.open(clerk) for _ in range(2 * RUNS + 2)]
            path.write_bytes(workbook(county, rows))
            small.write_bytes(workbook(county, 10))
        facts = {
            "employer": county.employer,
            "region": county.region,
            "office": clerk.office_id,
            "today": TODAY,
        }
        facts["policy"] = json.dumps(
            {c: p.default and str(p.default) for c, p in PROGRAMME.policy.parameters.items()}
        )
        desk, clocks = HiringDesk(app, "clerk"), Clocks()
        upload(desk, opened.pop(), small)
        for place, name in ((works, "read"), (rules, "judge"), (application_people, "check_people")):
            clocks.wrap(place, name, name)
        with app.app_context():
            engine = db.engine
        for _ in range(RUNS):
            with clocks.counting(engine), watch.timing(OURS):
                upload(desk, mine := opened.pop(), path)
            with everything(app):
                theirs = opened.pop()
                with watch.timing(FLOOR):
                    floor(path, {**facts, "application": theirs}, app.extensions["vault"])
                stored = result(mine)
                if stored != result(theirs):
                    raise SystemExit("product and floor stored different results")
        clocks.release()
        print(f"{rows} rows: {len(stored[0])} passed, {len(stored[1])} failed, as in the floor")
        report(watch, clocks)
        with path.open("rb") as file:
            answer = desk.client.post(f"{CHECK}/{opened.pop()}", data={"sheet": (file, path.name)})
        if answer.status_code == 303:
            peak = apart(app, answer.location.rpartition("/")[2])
            print(f"peak memory of a worker of its own: {peak:.0f} MiB")


def report(watch: Stopwatch, clocks: Clocks) -> None:
    spent = clocks.seconds
    total = sum(watch.wall[OURS])
    shares = {
        "reading": spent["read"],
        "rules": spent["judge"],
        "writing": spent["check_people"] - spent["judge"],
        "request and commit": total - spent["read"] - spent["check_people"],
    }
    print(watch.line(OURS), f"; {clocks.statements // RUNS} statements")
    print(
        "; ".join(
            f"{name} {seconds / RUNS:.2f} s ({seconds / total:.0%})" for name, seconds in shares.items()
        )
    )
    print(watch.line(FLOOR))
    print(watch.ratio(OURS, FLOOR))


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=10_000)
    options.add_argument("--people", type=int, default=50_000, help="size of the county's register")
    chosen = options.parse_args()
    main(chosen.rows, chosen.people)
