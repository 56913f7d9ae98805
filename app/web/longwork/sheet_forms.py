"""One row of a sheet as a form: the same columns, kinds and messages as the workbook."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import ClassVar

from flask import g
from wtforms import Form, SelectField, StringField

from app.engine.sheets import Kind, Sheet, SheetRow, parse_row
from app.web.crud.options import options
from app.web.wording.formats import translate


class RowForm(Form):
    """A row of a sheet, read exactly as the sheet's would be; what stands fixed is not judged.

    `judge` notes what is wrong with cells together.
    """

    sheet: ClassVar[Sheet]
    fixed: Collection[str] = ()
    judge: Callable[[Sequence[SheetRow]], None] | None = None
    number = 0

    @property
    def row(self) -> SheetRow:
        typed = {name: value or "" for name, value in self.data.items()}
        row = parse_row(self.sheet, typed, self.number, today=g.today)
        if self.judge:
            self.judge([row])
        return row

    def validate(self) -> bool:
        """Return whether the row can be read; a cell's fault stands at its field."""
        faults = {name: fault for name, fault in self.row.errors.items() if name not in self.fixed}
        for name, fault in faults.items():
            self[name].errors = [translate(fault)]
        return not faults


def row_form(sheet: Sheet, typed: Mapping[str, str] | None, current: Mapping[str, str]) -> RowForm:
    """Return a form with one field a column, filled from `current`; what was typed wins."""
    fields = {column.field: _field(column) for column in sheet.columns}
    return type("RowForm", (RowForm,), {"sheet": sheet, **fields})(typed, data=dict(current))


def _field(column):
    if column.kind is Kind.CHOICE:
        return SelectField(
            column.title, choices=options([("", ""), *((title, title) for _, title in column.choices)])
        )
    return StringField(column.title, description=column.note)
