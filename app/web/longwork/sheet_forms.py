"""One row of a sheet as a form: the same columns, kinds and messages as the workbook."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from wtforms import Form, SelectField, StringField

from app.engine.sheets import Kind, Sheet, SheetRow, parse_row
from app.web.crud.options import options
from app.web.page.templating import translate


def row_form(sheet: Sheet, typed: Mapping[str, str] | None, held: Mapping[str, str]) -> Form:
    """A form with one field a column, filled from `held`; what was typed wins."""
    fields = {column.field: _field(column) for column in sheet.columns}
    return type("RowForm", (Form,), fields)(typed, data=dict(held))


def typed_row(sheet: Sheet, form: Form, number: int, today: date) -> SheetRow:
    """What the form says, read exactly as a sheet's row would be; a cell's fault stands at its field."""
    row = parse_row(sheet, {name: value or "" for name, value in form.data.items()}, number, today=today)
    for name, fault in row.errors.items():
        form[name].errors = [translate(fault)]
    return row


def _field(column):
    if column.kind is Kind.CHOICE:
        return SelectField(
            column.title, choices=options([("", ""), *((title, title) for _, title in column.choices)])
        )
    return StringField(column.title, description=column.note)
