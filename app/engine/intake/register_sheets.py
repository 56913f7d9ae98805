"""A defined register's file as people send it on a screen: a workbook or CSV under the titles of its definition."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

from app.engine.sheets import Column, Kind, Sheet, SheetRow
from app.kernel.dates import parse_date, parse_month
from app.kernel.messages import N_
from app.registers.definitions import definition as defined
from app.registers.definitions.definition import Definition
from app.registers.loads.defined import register_of
from app.registers.loads.files import Line
from app.registers.loads.loading import RefusedLine
from app.registers.region_names import codes_of

KINDS = {
    defined.CHOICE: Kind.CHOICE,
    defined.YES_NO: Kind.CHOICE,
    defined.WHOLE: Kind.INTEGER,
    defined.MONEY: Kind.MONEY,
    defined.DATE: Kind.DATE,
}
"""Of all other types: text, which the loader reads."""
SUBJECTS = {
    "citizen_id": (N_("公民身份号码"), Kind.CITIZEN_ID),
    "uscc": (N_("统一社会信用代码"), Kind.USCC),
}
YES_NO = (("1", "是"), ("0", "否"))
LONGEST_TAB = 31


def sheet_of(definition: Definition) -> Sheet:
    """Return the sheet of a register, its columns in the order of its files."""
    columns = tuple(_column(definition, code) for code in register_of(definition).columns)
    title = definition.title.zh
    return Sheet(definition.code, title, re.sub(r"[\[\]:*?/\\]", " ", title)[:LONGEST_TAB], columns)


def lines_of(
    definition: Definition, rows: list[SheetRow], refuse: Callable[[RefusedLine], None]
) -> Iterator[Line]:
    """Yield each row as a line of the register's file; one with a cell that can't be read is refused instead."""
    columns = list(register_of(definition).columns)
    for row in rows:
        if row.errors:
            column, reason = next(iter(row.errors.items()))
            refuse(RefusedLine(row.number, column, reason))
        else:
            yield row.number, [_cell(definition, code, row.values[code]) for code in columns]


def _column(definition: Definition, code: str) -> Column:
    if code in SUBJECTS:
        title, kind = SUBJECTS[code]
        return Column(code, title, kind, required=True)
    own = definition.by_code[code]
    choices = tuple((one, title.zh) for one, title in own.choices.items())
    if own.type == defined.YES_NO:
        choices = YES_NO
    kind = KINDS.get(own.type, Kind.TEXT)
    return Column(code, own.title.zh, kind, required=own.required, choices=choices)


def _cell(definition: Definition, code: str, value: object) -> str:
    """Return a cell as a file of the register would have it."""
    if value is None:
        return ""
    text = value.isoformat() if isinstance(value, date) else str(value)
    own = definition.by_code.get(code)
    if own and own.type == defined.MONTH:
        return _month(text)
    if own and own.type == defined.REGION:
        codes = codes_of(text)
        return codes[0] if len(codes) == 1 else text
    return text


def _month(text: str) -> str:
    """Return a month as files have it, however it is written; what is none is left to the loader to refuse."""
    day = parse_month(text) or parse_date(text)
    return f"{day:%Y-%m}" if day else text
