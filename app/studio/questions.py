"""What expressions may ask of defined registers: of the candidate's person and employer, or as an example answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Date, Numeric, Text, cast, literal, literal_column, true

from app.kernel.dates import parse_date
from app.kernel.errors import BadValue
from app.kernel.messages import N_
from app.registers.definitions.definition import (
    CHOICE,
    DATE,
    DECIMAL,
    EMPLOYER,
    MONEY,
    MONTH,
    WHOLE,
    YES_NO,
    Definition,
)
from app.registers.definitions.lookups import Answer, Lookups, Question, Subject
from app.studio.document import Document
from app.studio.expressions import Kind, Lookup

KINDS = {
    YES_NO: Kind.YES_NO,
    WHOLE: Kind.NUMBER,
    DECIMAL: Kind.NUMBER,
    MONEY: Kind.NUMBER,
    DATE: Kind.DATE,
    MONTH: Kind.MONTH,
}
"""By the type of a column: the kind of an answer; any other is a text."""
TODAY = literal_column("CAST(:today AS date)", Date())
EMPLOYER_FIELD, PERSON_PAYEE = "employer_uscc", ("person",)


def lookups(document: Document, alias: str, registers: Iterable[Definition]) -> list[Lookup]:
    """Return the questions of registers to which a candidate by that alias has a subject, each with a name of its own.

    A name that two questions have is neither's; where both its names are such, a question can't be asked.
    """
    employed = document.payees != PERSON_PAYEE or EMPLOYER_FIELD in {one.code for one in document.fields}
    of = Subject(
        region=literal_column(f"{alias}.insured_region", Text()),
        today=TODAY,
        person=literal_column(f"{alias}.person_id", BigInteger()),
        employer=literal_column(f"{alias}.employer_id", BigInteger()) if employed else None,
    )
    offered = [
        _lookup(definition, question, of)
        for definition in registers
        if definition.of and (employed or definition.of != (EMPLOYER,))
        for question in Lookups(definition).questions()
    ]
    return list(_apart(offered))


def _apart(offered: Sequence[Lookup]) -> Iterator[Lookup]:
    words = Counter(word for one in offered for word in {one.code, one.title})
    shared = {word for word, count in words.items() if count > 1}
    for one in offered:
        if one.code not in shared:
            yield replace(one, title=one.code if one.title in shared else one.title)


def _lookup(definition: Definition, question: Question, of: Subject) -> Lookup:
    column = definition.by_code.get(question.code.removeprefix(f"{definition.code}_"))
    choices = column.choices if column and question.gives == CHOICE else {}
    return Lookup(
        question.code,
        question.title,
        tuple(KINDS[one] for one in question.takes),
        KINDS.get(question.gives, Kind.TEXT),
        partial(_ask, question, of),
        register=definition.code,
        choices={code: title.zh for code, title in choices.items()},
    )


def _ask(question: Question, of: Subject, *given: ColumnElement) -> Answer:
    answer = question.ask(of, *given)
    number = KINDS.get(question.gives) is Kind.NUMBER
    return Answer(cast(answer.value, Numeric()), answer.known) if number else answer


def answered(offered: Iterable[Lookup], answers: Mapping[str, Any]) -> list[Lookup]:
    """Return the questions with the answers that an example gives by their names; nothing is read for these. Raises BadValue."""
    known = list(offered)
    words = {word for one in known for word in (one.code, one.title)}
    for word in answers:
        if word not in words:
            raise BadValue(N_("没有“{word}”这个登记库查询，请核对名称。"), word=word)
    return [_answered(one, answers) for one in known]


def _answered(lookup: Lookup, answers: Mapping[str, Any]) -> Lookup:
    given = [answers[word] for word in (lookup.code, lookup.title) if word in answers]
    if not given:
        return lookup
    value = cast(literal(_value(lookup, given[0])), lookup.gives.sql)
    return replace(lookup, register="", ask=lambda *_: Answer(value, true()))


def _value(lookup: Lookup, given: Any) -> Any:
    """Return an example's answer as its kind has it; none is that of a register without a row. Raises BadValue."""
    wrong = BadValue(
        N_("“{title}”的答案“{given}”读不出来，应为{kind}。"),
        title=lookup.title,
        given=str(given),
        kind=lookup.gives.label,
    )
    if given is None:
        return None
    if lookup.gives is Kind.YES_NO or isinstance(given, bool):
        if lookup.gives is Kind.YES_NO and isinstance(given, bool):
            return given
        raise wrong
    if lookup.gives is Kind.NUMBER:
        try:
            number = Decimal(str(given))
        except InvalidOperation:
            raise wrong from None
        if number.is_finite():
            return number
        raise wrong
    if lookup.gives is Kind.TEXT:
        by_title = {title: code for code, title in lookup.choices.items()}
        return by_title.get(str(given), str(given))
    day: date | None = parse_date(f"{given}-01" if lookup.gives is Kind.MONTH else str(given))
    if day is None:
        raise wrong
    return day
