"""The rows of defined registers: one generated list for each definition, in the menu beside the five registers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, ClassVar

from flask_appbuilder.models.sqla.filters import FilterEqual
from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy import ColumnElement, Date, cast

from app.engine.access.roles import POLICY
from app.kernel.dates import parse_date
from app.kernel.messages import N_
from app.registers.definitions import library
from app.registers.definitions.definition import (
    CHOICE,
    DATE,
    DECIMAL,
    EMPLOYER,
    MONEY,
    PERSON,
    REGION,
    WHOLE,
    Definition,
)
from app.registers.definitions.models import RegisterFact
from app.web.crud.search import SearchField
from app.web.crud.views import READ
from app.web.settings.registers import LABELS, READERS, RegisterView
from app.web.wording.translations import gettext, learn

OWN = "facts."
"""Before the code of a definition's column, where a list names it."""
SUBJECTS = {PERSON: ("person.name", "person.masked_id"), EMPLOYER: ("employer.name", "employer.uscc")}
NUMBERS = (WHOLE, DECIMAL, MONEY)
OF_THE_LOAD = ("load.source", "load.loaded_at")


class FactView(RegisterView):
    """Rows come by loading only: a wrong one is put right by the authority that sends them."""

    datamodel = SQLAInterface(RegisterFact)
    menu_icon = "register"
    granted = {**READERS, POLICY: READ}
    include_route_methods = {"list", "show"}
    order_columns = ["id"]
    joined = ["person", "employer", "region", "load"]
    definition: ClassVar[Definition]

    def value(self, row: RegisterFact, column: str) -> object:
        if not column.startswith(OWN):
            return super().value(row, column)
        own = self.definition.by_code[column.removeprefix(OWN)]
        value = row.facts.get(own.code)
        if value is None:
            return None
        if own.type == CHOICE:
            return gettext(own.choices[value].zh) if value in own.choices else value
        if own.type in (MONEY, DECIMAL):
            return Decimal(value) if own.type == MONEY else value
        return date.fromisoformat(value) if own.type == DATE else value

    def columns(self) -> Sequence[tuple[str, str]]:
        """Return the list's columns; numbers stand at the right."""
        numbers = {f"{OWN}{one.code}" for one in self.definition.columns if one.type in NUMBERS}
        return [(column, "number" if column in numbers else kind) for column, kind in super().columns()]

    def more_fields(self) -> Sequence[SearchField]:
        """Return what the rows of this register are searched by: choices, and the day on which they hold."""
        fields = [
            SearchField(
                f"{OWN}{column.code}",
                column.title.zh,
                "choice",
                partial(_chosen, column.code),
                {code: title.zh for code, title in column.choices.items()},
            )
            for column in self.definition.columns
            if column.type == CHOICE
        ]
        if self.definition.first:
            fields.append(SearchField("valid_on", N_("在此日有效"), "date", _valid_on))
        return fields


def view_of(definition: Definition) -> type[FactView]:
    """Return the list of a register's rows; its name, address and permissions go by the register's code."""
    own = [f"{OWN}{column.code}" for column in definition.columns if column.type != REGION]
    subjects = [column for subject in definition.of for column in SUBJECTS[subject]]
    columns = [*subjects, *own, "region.name"]
    learn(definition.titles)
    facts: dict[str, Any] = {
        "definition": definition,
        "route_base": f"/registers/{definition.code}",
        "menu_title": definition.title.zh,
        "base_filters": [["register", FilterEqual, definition.code]],
        "list_columns": columns,
        "show_columns": [*columns, *OF_THE_LOAD],
        "search_columns": [*definition.of, "region"],
        "label_columns": _labels(definition),
    }
    return type(f"{definition.code.title().replace('_', '')}FactView", (FactView,), facts)


def _labels(definition: Definition) -> Mapping[str, str]:
    """Return a view's titles; the region is called as the definition's own column of one."""
    place = definition.by_code[definition.region].title.zh if definition.region else LABELS["region"]
    own = {f"{OWN}{column.code}": column.title.zh for column in definition.columns}
    further = {"employer.uscc": LABELS["uscc"], "load.source": LABELS["source"]}
    further |= {"load.loaded_at": LABELS["loaded_at"], "id": N_("编号")}
    return {**LABELS, **further, **own, "region": place, "region.name": place}


def _chosen(code: str, text: str) -> ColumnElement[bool]:
    return RegisterFact.facts[code].astext == text


def _valid_on(text: str) -> ColumnElement[bool] | None:
    day = parse_date(text)
    return None if day is None else RegisterFact.valid.op("@>")(cast(day, Date))


FACT_VIEWS = tuple(map(view_of, library.shipped()))
