"""Cells and what they must give: the value that the product reads, or words of the sentence that refuses the cell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from app.engine.sheets import Sheet
from app.programmes.hiring_subsidy.sheet import SHEET as HIRING
from app.programmes.training.sheet import RESULTS
from tests.cases.grid import Error, Formula
from tests.cases.writers import UNRECKONED, WRITERS

GOOD: dict[str, dict[str, object]] = {
    HIRING.name: {
        "name": "张三",
        "citizen_id": "11010519491231002X",
        "category": "登记失业半年以上人员",
        "contract_start": "2026-03-01",
        "contract_end": "2027-02-28",
        "phone": "13800138000",
        "remark": "无",
    },
    RESULTS.name: {
        "number": "510104-20261018-001-0001",
        "name": "张三",
        "citizen_id": "11010519491231002X",
        "theory_score": 85,
        "practical_score": 90,
        "passed": "合格",
        "certificate_no": "ZS20260001",
        "completed_on": "2026-11-12",
    },
}
"""A row in which nothing is wrong, for each sheet; a case changes one cell of it."""
SHEETS = {sheet.name: sheet for sheet in (HIRING, RESULTS)}


@dataclass(frozen=True)
class Case:
    """What stands in one cell, and what it must give: a value, or a refusal with all of these words."""

    kind: str
    field: str
    shown: object
    value: object = None
    refused: tuple[str, ...] = ()
    sheet: Sheet = HIRING
    writers: tuple[str, ...] = WRITERS


ERROR_VALUES = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!")
UNREADABLE = [
    *(
        Case("error value", field, Error(shown), refused=(shown, "错误值"))
        for shown in ERROR_VALUES
        for field in ("contract_end", "citizen_id", "name")
    ),
    *(
        Case("error value as text", "contract_end", shown, refused=(shown, "错误值"))
        for shown in ("#N/A", "#REF!", "Err:502")
    ),
    *(
        Case("formula without result", field, Formula("A1&A1"), refused=("没有计算结果",), writers=UNRECKONED)
        for field in GOOD[HIRING.name]
    ),
    *(
        Case(
            "formula without result",
            field,
            Formula("40+45"),
            refused=("没有计算结果",),
            sheet=RESULTS,
            writers=UNRECKONED,
        )
        for field in GOOD[RESULTS.name]
    ),
    *(
        Case("error value", field, Error("#DIV/0!"), refused=("#DIV/0!",), sheet=RESULTS)
        for field in ("theory_score", "practical_score", "passed", "certificate_no", "completed_on")
    ),
    Case(
        "formula with a result", "name", Formula("A1", "李四"), value="李四", writers=("XlsxWriter", "hand")
    ),
    Case("formula that is reckoned to be blank", "remark", Formula("A9", ""), writers=("hand",)),
    Case(
        "formula that the office suite reckons",
        "remark",
        Formula('"甲"&"乙"'),
        value="甲乙",
        writers=("LibreOffice xlsx", "LibreOffice xls"),
    ),
    Case("lost character", "name", "王\ufffd", refused=("丢失", "证件")),
    Case("lost character", "remark", "\ufffd\ufffd", refused=("丢失",)),
]
PLAIN = [
    Case("date", "contract_end", date(2027, 2, 28), value=date(2027, 2, 28)),
    Case(
        "date with a time",
        "contract_end",
        datetime(2027, 2, 28, 9, 30),
        value=date(2027, 2, 28),
        writers=("openpyxl", "XlsxWriter", "xlwt"),
    ),
    Case("blank", "contract_end", "", value=None),
    Case("blanks", "remark", "  ", value=None),
    Case("score", "theory_score", 85.5, value=Decimal("85.50"), sheet=RESULTS),
    Case("phone as number", "phone", 13800138000, value="13800138000"),
    Case(
        "id for a text file",
        "citizen_id",
        '="11010519491231002X"',
        value="11010519491231002X",
        writers=("csv",),
    ),
    Case("truth", "remark", True, value="TRUE", writers=("openpyxl",)),
]
CASES = [*UNREADABLE, *PLAIN]
