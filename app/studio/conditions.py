"""Expressions of a definition over candidates: conditions become rules, the amount becomes SQL."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, case, literal_column, true

from app.engine.edition import Amount
from app.engine.rules.rule import RiskRule
from app.engine.sheets import Kind as Cell
from app.kernel.bilingual import chinese
from app.kernel.messages import N_
from app.registers.written import Written, written
from app.studio.document import Document, FieldEntry
from app.studio.expressions import Expression, Inquiry, Kind, Lookup, Name, Vocabulary, compile_expression
from app.studio.fields import UNREAD, VALUES, YES, column_of, place_of

SUBMISSION_DAY = N_("提交日")
UNITS = {"date": Kind.DATE}
"""Parameters by unit: what they are in an expression; any other is a number."""
HOLDS, FAILS, UNCLEAR = "holds", "fails", "unclear"
SENTENCES = {
    HOLDS: N_("符合条件。"),
    UNCLEAR: N_("无法判断：{lacking}没有填写或算不出来。请补齐后再次校验。"),
}
AMOUNT_CODE = "P-02"
MOST = 9_999_999_999
CONDITION = """
    SELECT c.row_id, CASE WHEN judged.holds THEN 'pass' WHEN NOT judged.holds THEN 'fail' ELSE 'unknown' END AS verdict,
           jsonb_build_object('why', CASE WHEN judged.holds THEN 'holds' WHEN NOT judged.holds THEN 'fails'
                                          ELSE 'unclear' END,
                              'lacking', nullif(concat_ws('、', CAST(NULL AS text){lacking}), ''){facts}) AS evidence
    FROM candidates c{sources},
    LATERAL (SELECT {holds} AS holds OFFSET 0) judged
    WHERE {rows}
"""
UNREAD_REGISTERS = """, 'region', (SELECT r.name FROM regions r WHERE r.code = c.insured_region),
    'registers', CASE WHEN judged.holds IS NULL THEN to_jsonb(array_remove(ARRAY[{unread}], NULL)) END"""
UNREAD_REGISTER = """CASE WHEN NOT {source}.known AND num_nulls({given}) = 0 THEN jsonb_build_object(
    'register', '{register}', 'wanted', concat_ws('～', {given}), 'until',
    (SELECT upper(v.days) - 1 FROM covered v WHERE v.kind = '{register}' AND v.region_code = c.insured_region)) END"""
PAID = """(SELECT CASE WHEN paid.amount BETWEEN 0 AND 9999999999 THEN CAST(round(paid.amount, 2) AS numeric(12, 2)) END
           FROM (SELECT {amount} AS amount) paid)"""
"""Half-up to 0.01; what no column holds isn't known."""


def vocabulary(document: Document, alias: str, lookups: Iterable[Lookup] = ()) -> Vocabulary:
    """Return what the expressions of a definition may read, over candidates by that alias."""
    fields = [_field(entry, alias) for entry in document.fields if entry.code not in UNREAD]
    day = Name(
        "submission_day", SUBMISSION_DAY, Kind.DATE, literal_column(f"{alias}.submission_day", Kind.DATE.sql)
    )
    return Vocabulary([*fields, day], _parameters(document, alias), lookups)


def _field(entry: FieldEntry, alias: str) -> Name:
    column, place = column_of(entry), place_of(entry, alias)
    if entry.type == "yes_no":
        return Name(
            entry.code, column.title, Kind.YES_NO, literal_column(f"({place} = '{YES}')", Kind.YES_NO.sql)
        )
    kind = VALUES.get(column.kind, Kind.TEXT)
    choices = dict(column.choices) if column.kind is Cell.CHOICE else {}
    return Name(entry.code, column.title, kind, literal_column(place, kind.sql), choices)


def _parameters(document: Document, alias: str) -> Iterator[Name]:
    for code, parameter in document.parameters.items():
        kind = UNITS.get(parameter.unit, Kind.NUMBER)
        type_ = "date" if kind is Kind.DATE else "numeric"
        place: ColumnElement = literal_column(f"CAST({alias}.policy->>'{code}' AS {type_})", kind.sql)
        yield Name(code, parameter.title, kind, place)


def condition(
    entry: Mapping[str, Any], document: Document, known: Vocabulary, titles: Mapping[str, str]
) -> RiskRule:
    """Return the rule of an entry with an expression, whose vocabulary reads `c`; `titles` are those of registers. Raises Fault."""
    code = entry["code"]
    expression = compile_expression(entry["expression"], known, Kind.YES_NO)
    sql, bound = _statement(expression, code.lower().replace("-", "_"))
    return RiskRule(
        code=code,
        title=chinese(entry["title"]),
        asks=chinese(entry["asks"]),
        sql=sql,
        fields=tuple(name for name in expression.names if name in {one.code for one in document.rows}),
        sentences={**SENTENCES, FAILS: chinese(entry["fails"])},
        passes=(HOLDS,),
        registers=_registers(expression, titles),
        basis=entry.get("document", ""),
        blocking=not entry.get("warns", False),
        bound=bound,
    )


def _statement(expression: Expression, prefix: str, rows: str = "true") -> Written:
    """Return the statement of a condition: what it finds, what lacks where it finds nothing, and the facts that it used."""
    lacking, facts = [], []
    holds, bound = written(expression.sql, prefix)
    sources, values = expression.sources(prefix)
    bound |= values
    read = [(name, f"{name.sql} IS NULL") for name in expression.names.values()]
    read += [(one.answer, f"{one.source}.known AND {one.answer.sql} IS NULL") for one in expression.inquiries]
    for n, (name, lacks) in enumerate(read):
        value, _ = f"{name.sql}", bound.update({f"{prefix}_title{n}": name.title})
        lacking.append(f", CASE WHEN {lacks} THEN CAST(:{prefix}_title{n} AS text) END")
        if name.choices:
            bound[f"{prefix}_choices{n}"] = json.dumps(dict(name.choices))
            value = f"CAST(:{prefix}_choices{n} AS jsonb)->>{value}"
        facts.append(f", '{name.code}', {value}")
    sql = CONDITION.format(
        holds=holds,
        rows=rows,
        lacking="".join(lacking),
        facts="".join(facts) + _unread(expression.inquiries),
        sources=f", {sources}" if sources else "",
    )
    return Written(sql, bound)


def _unread(inquiries: Iterable[Inquiry]) -> str:
    """Express which registers couldn't know; one that was asked of a day that lacks is no such."""
    parts = [
        UNREAD_REGISTER.format(
            source=one.source,
            register=one.lookup.register,
            given=", ".join(map(_day, one.places, one.lookup.takes)),
        )
        for one in inquiries
        if one.lookup.register
    ]
    return UNREAD_REGISTERS.format(unread=", ".join(parts)) if parts else ""


def _day(place: ColumnElement, kind: Kind) -> str:
    """Express a day as people read it, a month without its first day."""
    return f"to_char({place}, '{'YYYY-MM' if kind is Kind.MONTH else 'YYYY-MM-DD'}')"


def _registers(expression: Expression, titles: Mapping[str, str]) -> dict[str, str]:
    codes = {one.lookup.register for one in expression.inquiries}
    return {register: titles[register] for register in sorted(codes) if register}


def amount_of(
    document: Document, version: int, lookups: Iterable[Lookup], titles: Mapping[str, str]
) -> Amount:
    """Return one person's amount; its values are named after the version, for several may stand in one statement. Raises Fault."""
    known = vocabulary(document, "candidates", lookups)
    expression = compile_expression(document.amount, known, Kind.NUMBER)
    sql, bound = expression.statement(f"amount{version}")
    return Amount(PAID.format(amount=sql), bound, _registers(expression, titles))


def amount_known(document: Document, known: Vocabulary, titles: Mapping[str, str]) -> list[RiskRule]:
    """Return the rule that stops whose amount can't be worked out, where more than a parameter decides it; vocabulary and titles as above.

    It judges only those whose amount isn't there, so that it costs nothing and judges none whose amount is kept.
    """
    expression = compile_expression(document.amount, known, Kind.NUMBER)
    if any(expression.sql is one.sql for one in known.parameters.values()):
        return []
    payable = case((expression.sql.between(0, MOST), true()))
    sql, bound = _statement(replace(expression, sql=payable), "payable", "c.amount IS NULL")
    return [
        RiskRule(
            code=AMOUNT_CODE,
            title=N_("补贴金额"),
            asks=N_("按填写的内容和登记库，补贴金额算得出来。"),
            sql=sql,
            fields=(),
            sentences={
                HOLDS: N_("补贴金额算得出来。"),
                UNCLEAR: N_("补贴金额算不出来：{lacking}没有填写，或数额超出范围。请更正后再次校验。"),
            },
            passes=(HOLDS,),
            registers=_registers(expression, titles),
            bound=bound,
        )
    ]
