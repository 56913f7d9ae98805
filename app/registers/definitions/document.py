"""Reading a definition: from YAML, or from what the database keeps, to a `Definition`, or to every fault with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from marshmallow import Schema, ValidationError, fields, post_load, validates_schema

from app.kernel.errors import BadValue
from app.kernel.messages import N_, Message
from app.registers.definitions import checks
from app.registers.definitions.definition import SUBJECTS, TYPES, Column, Definition, Title

LONGEST = 100_000
"""Characters of a document."""
LONGEST_TITLE = 40
MOST_COLUMNS, MOST_CHOICES = 40, 200

MISSING = Message(N_("缺少这一项，请补上。"))
UNKNOWN = Message(N_("没有这一项，请删去或改正名称。"))
NOT_A_MAPPING = Message(N_("应由“名称: 内容”组成。"))
NOT_A_TEXT = Message(N_("应为文字；数字或日期样的文字请加引号。"))
NOT_A_LIST = Message(N_("应为列表，每项以“- ”开头。"))
NOT_YES_NO = Message(N_("应为 true 或 false。"))
NOT_WHOLE = Message(N_("应为整数。"))


@dataclass(frozen=True)
class Fault:
    """What is wrong with a definition, and where: `columns[2].type`, the first column being 1; empty for the whole."""

    place: str
    message: Message


class BadDefinition(BadValue):
    """A document that defines no register; `faults` are all that is wrong with it."""

    def __init__(self, faults: list[Fault]):
        first = faults[0]
        super().__init__(
            N_("登记库定义有{count}处错误，第一处在“{place}”：{why}"),
            count=len(faults),
            place=first.place or "—",
            why=first.message,
        )
        self.faults = faults


def read_yaml(text: str) -> Definition:
    """Return what a YAML document defines. Raises BadDefinition."""
    return read(_parsed(text))


def read(document: object) -> Definition:
    """Return what a document of plain values defines. Raises BadDefinition."""
    if not isinstance(document, Mapping):
        raise BadDefinition([Fault("", NOT_A_MAPPING)])
    try:
        return DefinitionSchema().load(document)
    except ValidationError as error:
        raise BadDefinition(list(_faults(error.messages_dict))) from None


class _Loader(yaml.SafeLoader):
    """Refuses what a definition has no use for: a name given twice, whose first content would be lost, and references."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem_mark=self.peek_event().start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict:
        names: list = []
        for key, _ in node.value:
            if key.value in names:
                raise yaml.MarkedYAMLError(problem_mark=key.start_mark)
            names.append(key.value)
        return super().construct_mapping(node, deep)


def _parsed(text: str) -> object:
    if len(text) > LONGEST:
        raise BadDefinition([Fault("", Message(N_("超过{longest}个字，请缩短。"), longest=LONGEST))])
    try:
        return yaml.load(text, _Loader)  # noqa: S506  # nosec B506  # a safe loader that refuses more
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        message = Message(
            N_(
                "第{line}行不是有效的 YAML：请检查缩进、引号和冒号后的空格；不能重复同一名称，也不能使用引用。"
            ),
            line=mark.line + 1 if mark else 1,
        )
        raise BadDefinition([Fault("", message)]) from None


def _text(*more: Callable[[str], None], name: str | None = None, required: bool = True) -> fields.String:
    """Return a field of text; `name` is what the document calls it, where Python can't."""
    messages = {**_messages(NOT_A_TEXT), "invalid_utf8": NOT_A_TEXT}
    return fields.String(data_key=name, required=required, validate=list(more), error_messages=messages)


def _texts(*more: Callable[[str], None]) -> fields.List:
    return fields.List(_text(*more), load_default=list, error_messages=_messages(NOT_A_LIST))


def _whole(least: int, most: int, default: int) -> fields.Integer:
    between = checks.between(least, most)
    return fields.Integer(
        strict=True, load_default=default, validate=between, error_messages=_messages(NOT_WHOLE)
    )


def _messages(invalid: Message) -> Any:
    """Return marshmallow's own messages as ours; it hands on what is no text of its own as it stands."""
    return {"required": MISSING, "null": MISSING, "invalid": invalid, "type": invalid}


class _Part(Schema):
    error_messages: Any = {"unknown": UNKNOWN, "type": NOT_A_MAPPING}  # noqa: RUF012


class TitleSchema(_Part):
    zh = _text(checks.filled, checks.at_most(LONGEST_TITLE))
    en = _text(checks.filled, checks.at_most(2 * LONGEST_TITLE))

    @post_load
    def make(self, facts: dict, **_: object) -> Title:
        return Title(**facts)


class ChoiceSchema(TitleSchema):
    """A code and its title in one, for the database keeps lists in order and mappings not."""

    code = _text(checks.is_choice)

    @post_load
    def make(self, facts: dict, **_: object) -> tuple[str, Title]:
        return facts.pop("code"), Title(**facts)


def _part(schema: type[Schema], required: bool = True) -> fields.Nested:
    return fields.Nested(schema, required=required, error_messages=_messages(NOT_A_MAPPING))


class ColumnSchema(_Part):
    code = _text(checks.is_code)
    title = _part(TitleSchema)
    type = _text(checks.one_of(TYPES))
    required = fields.Boolean(
        truthy={True}, falsy={False}, load_default=False, error_messages=_messages(NOT_YES_NO)
    )
    choices = fields.List(
        _part(ChoiceSchema),
        load_default=list,
        validate=checks.at_most(MOST_CHOICES),
        error_messages=_messages(NOT_A_LIST),
    )
    longest = _whole(1, 400, 100)
    places = _whole(1, 6, 2)

    @validates_schema
    def fits(self, facts: dict, **_: object) -> None:
        checks.column_fits(facts)

    @post_load
    def make(self, facts: dict, **_: object) -> Column:
        return Column(**facts | {"choices": dict(facts["choices"])})


class ValidSchema(_Part):
    first = _text(checks.filled, name="from")
    last = _text(checks.filled, name="to", required=False)


class DefinitionSchema(_Part):
    code = _text(checks.is_code, checks.is_free)
    title = _part(TitleSchema)
    of = _texts(checks.one_of(SUBJECTS))
    supplier = _part(TitleSchema)
    columns = fields.List(
        _part(ColumnSchema),
        required=True,
        validate=[checks.filled, checks.at_most(MOST_COLUMNS)],
        error_messages=_messages(NOT_A_LIST),
    )
    key = _texts()
    valid = _part(ValidSchema, required=False)

    @validates_schema
    def fits(self, facts: dict, **_: object) -> None:
        checks.definition_fits(facts)

    @post_load
    def make(self, facts: dict, **_: object) -> Definition:
        facts |= facts.pop("valid", {})
        return Definition(**facts | {name: tuple(facts[name]) for name in ("of", "columns", "key")})


def _faults(messages: Mapping, place: str = "") -> Iterator[Fault]:
    """Yield the leaves of marshmallow's tree of messages, each with the way to it."""
    for name, below in messages.items():
        if name == "_schema":
            here = place
        elif isinstance(name, int):
            here = f"{place}[{name + 1}]"
        else:
            here = f"{place}.{name}" if place else str(name)
        if isinstance(below, Mapping):
            yield from _faults(below, here)
        else:
            messages_here = [below] if isinstance(below, Message) else below
            yield from (Fault(here, message) for message in messages_here)
