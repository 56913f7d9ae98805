"""A vocabulary, and people on whom expressions are tried: every fact in some row unknown, or at an edge."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import literal_column, text
from sqlalchemy.orm import Session

from app.studio.expressions import Expression, Kind, Name, Vocabulary

CHOICES = {"graduate": "毕业年度高校毕业生", "rural": "农民工"}
FIELDS = (
    ("born", "出生日期", Kind.DATE, {}),
    ("hired", "合同开始日期", Kind.DATE, {}),
    ("ended", "合同终止日期", Kind.DATE, {}),
    ("category", "人员类别", Kind.TEXT, CHOICES),
    ("staff", "在职人数", Kind.NUMBER, {}),
    ("fee", "见习费", Kind.NUMBER, {}),
    ("part_time", "非全日制", Kind.YES_NO, {}),
    ("since", "所属期", Kind.MONTH, {}),
)
SQL = {
    Kind.NUMBER: "numeric",
    Kind.TEXT: "text",
    Kind.YES_NO: "boolean",
    Kind.DATE: "date",
    Kind.MONTH: "date",
}


def _name(code: str, title: str, kind: Kind, choices: dict[str, str]) -> Name:
    return Name(code, title, kind, literal_column(f"people.{code}", kind.sql), choices)


VOCABULARY = Vocabulary([_name(*field) for field in FIELDS], [_name("rate", "补贴比例", Kind.NUMBER, {})])
BORN = (date(1964, 12, 31), date(1965, 1, 1), date(1976, 9, 1), date(2004, 2, 29), None)
HIRED = (date(2026, 1, 31), date(2025, 2, 28), date(1, 1, 1), None, date(9999, 12, 31))
NUMBERS = (Decimal(0), Decimal("0.005"), Decimal("-3"), None, Decimal("99999999999999999999"))
PEOPLE: list[dict[str, Any]] = [
    {
        "born": BORN[n % 5],
        "hired": HIRED[(n // 2) % 5],
        "ended": HIRED[(n + 2) % 5],
        "category": ("graduate", "rural", None)[n % 3],
        "staff": NUMBERS[n % 5],
        "fee": NUMBERS[(n * 3 + 1) % 5],
        "part_time": (True, False, None)[n % 3],
        "since": (date(2026, 3, 1), None, date(1, 1, 1))[n % 3],
        "rate": (Decimal("0.5"), None)[n % 2],
    }
    for n in range(15)
]
COLUMNS = {code: SQL[kind] for code, _, kind, _ in FIELDS} | {"rate": "numeric"}


def fill(session: Session) -> None:
    """Make the table of people; it goes with the test's transaction."""
    columns = ", ".join(f"{code} {kind}" for code, kind in COLUMNS.items())
    session.execute(text(f"CREATE TEMP TABLE people (n int, {columns}) ON COMMIT DROP"))
    values = ", ".join(f":{code}" for code in COLUMNS)
    session.execute(
        text(f"INSERT INTO people VALUES (:n, {values})"), [{"n": n, **one} for n, one in enumerate(PEOPLE)]
    )


def answers(session: Session, expression: Expression) -> list[Any]:
    """Return what an expression gives for each person, in order."""
    sql, values = expression.statement("e")
    asked = text(f"SELECT CAST({sql} AS {SQL[expression.kind]}) FROM people ORDER BY n")
    return list(session.scalars(asked, values))
