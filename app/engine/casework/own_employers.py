"""Units that a programme's own fields name by their code: each must be in the register."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.engine.own_fields import COLUMN
from app.engine.scope import OPEN
from app.engine.sheets import Column, Kind
from app.kernel.errors import BadValue
from app.kernel.messages import N_
from app.registers.models import Employer

UNKNOWN = N_("“{title}”的“{value}”不在单位登记库中。请与营业执照核对；代码无误的，请单位先办理登记。")
TELL = f"""
    UPDATE sheet_rows s
    SET bad_fields = array_append(s.bad_fields, CAST(:field AS text)),
        faults = s.faults || jsonb_build_object(CAST(:field AS text), jsonb_build_object(
            'msgid', CAST(:msgid AS text),
            'params', jsonb_build_object('title', CAST(:title AS text), 'value', s.{COLUMN}->>:field)))
    WHERE s.{COLUMN}->>:field IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM employers e WHERE e.uscc = s.{COLUMN}->>:field)
"""  # noqa: S608  # nosec B608  # a column's name


def tell_unknown(session: Session, columns: Iterable[Column]) -> None:
    """Note at its cell each unit of a sheet's rows that no register knows, in whatever region: one statement a column."""
    for column in units_of(columns):
        facts = {"field": column.field, "title": column.title, "msgid": UNKNOWN}
        session.execute(text(TELL), facts)


def refuse_unknown(session: Session, columns: Iterable[Column], values: Mapping[str, object]) -> None:
    """Raise BadValue for a unit among the fields of one row that no register knows."""
    for column in units_of(columns):
        if value := values.get(column.field):
            known = select(Employer.id).where(Employer.uscc == value)
            if session.scalar(known, execution_options=OPEN) is None:
                raise BadValue(UNKNOWN, title=column.title, value=str(value))


def units_of(columns: Iterable[Column]) -> list[Column]:
    """Return the columns whose cells name a unit."""
    return [column for column in columns if column.kind is Kind.USCC]
