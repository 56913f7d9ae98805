"""A roster of many students (5,000 in the long version) goes out, through LibreOffice and back, and is the same; results come in whole."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from app.engine import sheets
from app.engine.scope import seeing
from app.programmes.training import completion
from app.programmes.training.model import Enrolment
from app.programmes.training.sheet import RESULTS
from tests.desk import school


@pytest.mark.parametrize("many", [500, pytest.param(5000, marks=pytest.mark.soak)])
def test_a_roster_of_many_goes_through_libreoffice(libreoffice, session, actors, firm, vault, tmp_path, many):
    people = school.make_students(session, vault, many, [firm])
    held = school.open_class(session, actors["clerk"], firm, people)
    session.commit()
    school.advance(session, actors, held, "submit_class", "approve_class")
    lines = list(completion.roster(session, vault, held))
    assert len(lines) == many
    path = tmp_path / "roster.xlsx"
    path.write_bytes(sheets.marked(RESULTS, lines, "某人"))
    wanted = fill(path, many)
    filled = libreoffice(path, "xlsx")

    with filled.open("rb") as file:
        rows = sheets.read(RESULTS, file, today=school.TODAY).rows
    assert [row.errors for row in rows if row.errors] == []
    assert [row.values for row in rows] == [
        {**line.raw, **result} for line, result in zip(lines, wanted, strict=True)
    ]
    clerk = actors["clerk"]
    for expected in (many, 0):
        with seeing(session, clerk.scope):
            taken = completion.import_results(session, clerk, held, rows, vault, school.TODAY)
        assert (taken.changed, taken.refused, taken.conflicts) == (expected, [], [])
        session.commit()
    stored = select(func.count(), func.sum(Enrolment.theory_score), func.min(Enrolment.completed_on)).where(
        Enrolment.class_id == held, Enrolment.passed.is_not(None)
    )
    total = sum(result["theory_score"] for result in wanted)
    assert session.execute(stored).one() == (many, total, school.CLOSES)


def fill(path, many: int) -> list[dict[str, object]]:
    """Writes a result behind every student as a clerk would, real dates and numbers; returns what was meant."""
    book = load_workbook(path)
    page = book.worksheets[0]
    header = next(row for row in page.iter_rows() if str(row[0].value).startswith("学号"))
    place = {str(cell.value).strip("*"): cell.column for cell in header if cell.value}
    results = []
    for n, row in enumerate(range(header[0].row + 1, header[0].row + 1 + many)):
        passed = n % 10 != 0
        score = Decimal(n % 101) + Decimal("0.25")
        score = min(score, Decimal("100"))
        page.cell(row, place["理论成绩"]).value = float(score)
        page.cell(row, place["实操成绩"]).value = 90
        page.cell(row, place["是否合格"]).value = "合格" if passed else "不合格"
        page.cell(row, place["证书编号"]).value = f"ZS-{n:06}" if passed else None
        page.cell(row, place["结业日期"]).value = date(2026, 11, 6)
        results.append(
            {
                "theory_score": score,
                "practical_score": Decimal("90"),
                "passed": "yes" if passed else "no",
                "certificate_no": f"ZS-{n:06}" if passed else None,
                "completed_on": school.CLOSES,
            }
        )
    book.save(path)
    return results
