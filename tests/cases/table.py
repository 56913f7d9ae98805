"""Cells and what they must give: the value that the product reads, or words of the sentence that refuses the cell."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from app.programmes.training.sheet import RESULTS
from tests.cases.case import GOOD, SHEETS, Case
from tests.cases.grid import Error, Formula
from tests.cases.values import VALUES
from tests.cases.writers import UNRECKONED
from tests.desk.subsidies import HIRING_SHEET as HIRING

__all__ = ["CASES", "GOOD", "SHEETS", "Case"]

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
CASES = [*UNREADABLE, *PLAIN, *VALUES]
