"""The form of a table, made of its columns: FAB's own converters draw pickers of whole tables and know no JSONB."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import Boolean, Column, Date, Integer, Numeric, String
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    Field,
    Form,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.core import UnboundField
from wtforms.validators import Length, Optional, StopValidation

from app.engine.free_text import FreeText
from app.web.crud.options import options
from app.web.wording.translations import gettext

NONE: Mapping = MappingProxyType({})
ONE_LINE = 200
"""Characters; a longer text gets several lines."""


class Required:
    """Refuses a field that is left empty, by a sentence that names it."""

    field_flags = {"required": True}

    def __call__(self, form: Form, field: Field) -> None:
        if not (field.raw_data and str(field.raw_data[0]).strip()):
            field.errors[:] = []
            raise StopValidation(gettext("请填写{label}。").format(label=gettext(field.label.text)))


def table_form(
    model: type,
    labels: Mapping[str, str],
    columns: Iterable[str],
    notes: Mapping[str, str] = NONE,
    validators: Mapping[str, Collection[Callable]] = NONE,
    extra: Mapping[str, UnboundField] = NONE,
    choices: Mapping[str, Mapping[str, str]] = NONE,
    base: type[Form] = Form,
) -> type[Form]:
    """Return a form of some columns of a table, in their order.

    A column says its field's kind, the longest text, and whether it must be filled in; its label, note, further
    validators and choices (value → label) go by its name. `extra` are whole fields, for what no column says; `base` is what the
    form does beyond its fields.
    """
    fields = {}
    for name in columns:
        if name in extra:
            # a form's fields stand in the order in which they were made
            fields[name] = UnboundField(extra[name].field_class, *extra[name].args, **extra[name].kwargs)
        else:
            column = getattr(model, name).property.columns[0]
            about = {"label": labels[name], "description": notes.get(name, "")}
            fields[name] = _field(column, about, validators.get(name, ()), choices.get(name))
    return type(f"{model.__name__}Form", (base,), fields)


def _field(
    column: Column, about: dict, validators: Collection[Callable], choices: Mapping | None
) -> UnboundField:
    if choices:
        return SelectField(**about, validators=validators, choices=options(choices.items()))
    if isinstance(column.type, Boolean):
        return BooleanField(**about, validators=validators)
    needed = not column.nullable or any(isinstance(one, Required) for one in validators)
    checks = [
        Required() if needed else Optional(),
        *(one for one in validators if not isinstance(one, Required)),
    ]
    if isinstance(column.type, (String, FreeText)):
        longest: Any = column.type.length
        kind = TextAreaField if longest > ONE_LINE else StringField
        blank = {} if needed else {"filters": [_none_if_blank]}
        return kind(**about, validators=[*checks, Length(max=longest)], **blank)
    if isinstance(column.type, Numeric):
        return DecimalField(**about, validators=checks, places=column.type.scale)
    kinds: dict[type, type[Field]] = {Date: DateField, Integer: IntegerField}
    return next(kind for type_, kind in kinds.items() if isinstance(column.type, type_))(
        **about, validators=checks
    )


def _none_if_blank(text: str | None) -> str | None:
    return (text or "").strip() or None
