"""Reads a definition from YAML or JSON: one schema for both, each fault with its place and a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import yaml
from marshmallow import RAISE, Schema, ValidationError, post_load, validate
from marshmallow import fields as ma

from app.engine.cases.desks import COMPETENCES
from app.engine.cases.papers import Paper
from app.engine.cases.periods import KINDS, MOST_TRANCHES
from app.engine.policy import UNITS
from app.engine.policy_values import OPEN_TO
from app.engine.workflow.flow import CALENDAR_DAYS, WORKING_DAYS
from app.kernel.bilingual import chinese, english_of
from app.kernel.errors import BadValue
from app.kernel.messages import N_, Message
from app.studio.codes import AMOUNT, CODE, PAPER_CODE, PREFIX, RULE_CODE
from app.studio.document import (
    APPLICATION,
    EACH,
    NONE,
    PERSON,
    Document,
    ExampleEntry,
    FieldEntry,
    FlowEntry,
    OpeningEntry,
    ParameterEntry,
    TrancheEntry,
)
from app.studio.fields import NO_TYPES, TYPES, standing

SERVICES = {"employer": N_("单位服务"), "institution": N_("机构服务"), "person": N_("个人业务")}
PAYEES = ("unit", "institution", "person")
WORDS = ("begin", "staff", "created_on", "people", "passed", "count", "nobody", "submit", "receipt", "amount")
REQUIRED, UNKNOWN_PART = N_("这里必须填写。"), N_("没有这一项，可能写错了名称。")
NOT_TEXT, NOT_LIST, NOT_PARTS, NOT_YES = (
    N_("应为文字。"),
    N_("应为一个列表。"),
    N_("应为若干项，每项有名称。"),
    N_("应为 true 或 false。"),
)
MANY_TRANCHES = N_("期次最少1个，最多9个。")
NO_CHOICE, NO_YAML = N_("只能是{choices}之一。"), N_("读不出来：第{line}行附近的写法不对。")


@dataclass(frozen=True)
class BadPart:
    """A fault of a document: where (`rules[3].expression`), and what is wrong."""

    place: str
    message: Message


class BadDefinition(ValueError):
    """A document that can't be a definition; `faults` are all of them, in the document's order."""

    def __init__(self, faults: Iterable[BadPart]):
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{fault.place}: {fault.message}" for fault in self.faults))


def one_of(choices: Iterable[str]) -> validate.OneOf:
    listed = tuple(choices)
    return validate.OneOf(listed, error=str(Message(NO_CHOICE, choices="、".join(listed))))


def a_type(written: str) -> None:
    """Raise ValidationError for what is no type of a field, with what to write instead where that is known."""
    if written in NO_TYPES:
        raise ValidationError(NO_TYPES[written])
    one_of(TYPES)(written)


class TextField(ma.Field):
    """A text: Chinese, or Chinese and English (`app.kernel.bilingual`); what is read is the Chinese."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        both = isinstance(value, Mapping) and {"zh"} <= set(value) <= {"zh", "en"}
        texts = list(value.values()) if both else [value]
        if not all(isinstance(one, str) and one.strip() for one in texts):
            raise ValidationError(N_("应为一段文字，或中文 zh 和英文 en 两段文字。"))
        return chinese(value)


class Part(Schema):
    """A part that takes nothing but what it names; `makes` is the class of what is read.

    A name of marshmallow's own has `_` behind it.
    """

    makes: ClassVar[type]
    error_messages = {"unknown": UNKNOWN_PART, "type": NOT_PARTS}  # noqa: RUF012  # marshmallow's own declaration

    class Meta:
        unknown = RAISE

    @post_load
    def make(self, read: dict[str, Any], **_: Any) -> Any:
        return self.makes(**{name.rstrip("_"): _frozen(value) for name, value in read.items()})


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def plain(**more: Any) -> ma.String:
    return ma.String(error_messages={"required": REQUIRED, "invalid": NOT_TEXT, "null": REQUIRED}, **more)


def spoken(**more: Any) -> TextField:
    return TextField(error_messages={"required": REQUIRED, "null": REQUIRED}, **more)


def flag(**more: Any) -> ma.Boolean:
    return ma.Boolean(
        truthy={True}, falsy={False}, error_messages={"required": REQUIRED, "invalid": NOT_YES}, **more
    )


def many(inner: Any, **more: Any) -> ma.List:
    return ma.List(inner, error_messages={"required": REQUIRED, "invalid": NOT_LIST}, **more)


def parts(schema: type[Schema], **more: Any) -> ma.List:
    return many(ma.Nested(schema, error_messages={"type": NOT_PARTS}), **more)


def mapping(value: ma.Field, **more: Any) -> ma.Dict:
    messages = {"required": REQUIRED, "invalid": NOT_PARTS}
    return ma.Dict(keys=plain(validate=CODE), values=value, error_messages=messages, **more)


class FieldPart(Part):
    makes = FieldEntry
    code = plain(required=True, validate=CODE)
    type = plain(validate=a_type)
    title = spoken()
    required = flag()
    choices = mapping(spoken())
    note = spoken()
    example = plain()
    listed = flag()
    searched = flag()
    of = plain(validate=one_of((PERSON, APPLICATION)))


class OpeningPart(Part):
    makes = OpeningEntry
    level = plain(required=True, validate=one_of(OPEN_TO))
    least = ma.Raw(required=True, error_messages={"required": REQUIRED, "null": REQUIRED})
    most = ma.Raw(required=True, error_messages={"required": REQUIRED, "null": REQUIRED})


class ParameterPart(Part):
    makes = ParameterEntry
    title = spoken(required=True)
    unit = plain(required=True, validate=one_of(UNITS))
    default = ma.Raw(required=True, allow_none=True, error_messages={"required": REQUIRED})
    document = plain(required=True)
    open_to = ma.Nested(OpeningPart, error_messages={"type": NOT_PARTS})


class RulePart(Part):
    """An entry of the catalogue, whose own names the catalogue knows, or an expression; it stays as it is written."""

    code = plain(required=True, validate=RULE_CODE)
    rule = plain()
    with_ = ma.Dict(data_key="with", error_messages={"invalid": NOT_PARTS})
    only_ = mapping(many(plain()), data_key="only")
    words = ma.Dict(error_messages={"invalid": NOT_PARTS})
    warns = flag()
    document = plain()
    expression = plain()
    title = spoken()
    asks = spoken()
    fails = spoken()

    @post_load(pass_original=True)
    def make(self, read: dict[str, Any], original: dict[str, Any], **_: Any) -> Any:
        return original


class TranchePart(Part):
    makes = TrancheEntry
    code = plain(required=True, validate=CODE)
    title = spoken(required=True)


class LimitPart(RulePart):
    """An entry of the catalogue that counts other claims."""

    rule = plain(required=True)

    class Meta:
        unknown = RAISE
        exclude = ("expression", "title", "asks", "fails")


class FlowPart(Part):
    """The switches (`app.engine.workflow.flow`); what isn't given is as every subsidy has it."""

    makes = FlowEntry
    second_review_from = plain(validate=AMOUNT, allow_none=True)
    publicity = plain(validate=one_of((WORKING_DAYS, CALENDAR_DAYS, NONE)))
    by_list = flag()
    competent = plain(validate=one_of(COMPETENCES))
    intake_below = flag()


class PaperPart(Part):
    makes = Paper
    code = plain(required=True, validate=PAPER_CODE)
    title = spoken(required=True)
    required = flag()


class ExamplePart(Part):
    makes = ExampleEntry
    title = spoken(required=True)
    facts = ma.Dict(keys=plain(), required=True, error_messages={"required": REQUIRED, "invalid": NOT_PARTS})
    registers = ma.Dict(keys=plain(), error_messages={"invalid": NOT_PARTS})
    day = plain(required=True)
    stops = many(plain(), required=True)
    amount = plain(required=True, allow_none=True)


class DocumentPart(Part):
    makes = Document
    code = plain(required=True, validate=CODE)
    title = spoken(required=True)
    short = spoken(required=True)
    prefix = plain(required=True, validate=PREFIX)
    address = plain(required=True, validate=CODE)
    service = plain(required=True, validate=one_of(SERVICES))
    menu = spoken()
    payees = many(plain(validate=one_of(PAYEES)), required=True)
    account = plain(validate=one_of((APPLICATION, EACH)))
    sheet = spoken(required=True)
    fields_ = parts(FieldPart, required=True, data_key="fields")
    parameters = mapping(ma.Nested(ParameterPart), required=True)
    policy_date = plain(required=True)
    rules = parts(RulePart, required=True)
    amount = plain(required=True)
    period = plain(validate=one_of(KINDS))
    tranches = parts(TranchePart, validate=validate.Length(1, MOST_TRANCHES, error=MANY_TRANCHES))
    limits = parts(LimitPart)
    flow = ma.Nested(FlowPart, error_messages={"type": NOT_PARTS})
    words = mapping(spoken())
    documents = many(plain())
    papers = parts(PaperPart)
    examples = parts(ExamplePart)


def read(data: Mapping[str, Any]) -> Document:
    """Return the document that data (of JSON or YAML) holds. Raises BadDefinition with every fault of its form."""
    try:
        document = DocumentPart().load(data)
    except ValidationError as error:
        raise BadDefinition(_faults(error.messages)) from error
    try:
        return replace(document, fields=standing(document), english=english_of(data), content=data)
    except BadValue as error:
        raise BadDefinition([BadPart("", error.message)]) from error


def parse_yaml(written: str) -> dict[str, Any]:
    """Return the plain data of a YAML text. Raises BadDefinition."""
    try:
        data = yaml.safe_load(written)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        wrong = Message(NO_YAML, line=mark.line + 1 if mark else 1)
        raise BadDefinition([BadPart("", wrong)]) from error
    if not isinstance(data, dict):
        raise BadDefinition([BadPart("", Message(NOT_PARTS))])
    return data


def _faults(messages: Any, place: str = "") -> Iterator[BadPart]:
    """Yield the faults of marshmallow's nested messages, each with the place as a person would write it."""
    if isinstance(messages, str):
        yield BadPart(place, Message(messages))
    elif isinstance(messages, list):
        for one in messages:
            yield from _faults(one, place)
    else:
        for name, below in messages.items():
            if name in ("_schema", "value", "key"):
                yield from _faults(below, place)
            elif isinstance(name, int):
                yield from _faults(below, f"{place}[{name + 1}]")
            else:
                yield from _faults(below, f"{place}.{name}" if place else str(name))
