"""Expressions of a definition over candidates: conditions become rules, the amount becomes SQL."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, literal_column

from app.engine.edition import Amount
from app.engine.rules.rule import RiskRule
from app.engine.sheets import Kind as Cell
from app.kernel.bilingual import chinese
from app.kernel.messages import N_
from app.studio.document import Document, FieldEntry
from app.studio.expressions import Kind, Name, Vocabulary, compile_expression
from app.studio.fields import UNREAD, VALUES, YES, column_of, place_of

UNITS = {"date": Kind.DATE}
"""Parameters by unit: what they are in an expression; any other is a number."""
HOLDS, FAILS, UNCLEAR = "holds", "fails", "unclear"
SENTENCES = {
    HOLDS: N_("符合条件。"),
    UNCLEAR: N_("无法判断：{lacking}没有填写或算不出来。请补齐后再次校验。"),
}
CONDITION = """
    SELECT c.row_id, CASE WHEN judged.holds THEN 'pass' WHEN NOT judged.holds THEN 'fail' ELSE 'unknown' END AS verdict,
           jsonb_build_object('why', CASE WHEN judged.holds THEN 'holds' WHEN NOT judged.holds THEN 'fails'
                                          ELSE 'unclear' END,
                              'lacking', nullif(concat_ws('、'{lacking}), ''){facts}) AS evidence
    FROM candidates c CROSS JOIN LATERAL (SELECT {holds} AS holds) judged
"""
PAID = """(SELECT CASE WHEN paid.amount BETWEEN 0 AND 9999999999 THEN CAST(round(paid.amount, 2) AS numeric(12, 2)) END
           FROM (SELECT {amount} AS amount) paid)"""
"""Half-up to 0.01; what no column holds isn't known."""


def vocabulary(document: Document, alias: str) -> Vocabulary:
    """Return what the expressions of a definition may read, over candidates by that alias."""
    fields = [_field(entry, alias) for entry in document.fields if entry.code not in UNREAD]
    day = Name(
        "submission_day", N_("提交日"), Kind.DATE, literal_column(f"{alias}.submission_day", Kind.DATE.sql)
    )
    return Vocabulary([*fields, day], _parameters(document, alias))


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


def condition(entry: Mapping[str, Any], document: Document, known: Vocabulary) -> RiskRule:
    """Return the rule of an entry with an expression, whose vocabulary reads `c`. Raises Fault."""
    code = entry["code"]
    expression = compile_expression(entry["expression"], known, Kind.YES_NO)
    prefix = code.lower().replace("-", "_")
    holds, bound = expression.statement(prefix)
    lacking, facts = [], []
    for n, name in enumerate(expression.names.values()):
        value, _ = f"{name.sql}", bound.update({f"{prefix}_title{n}": name.title})
        lacking.append(f", CASE WHEN {value} IS NULL THEN CAST(:{prefix}_title{n} AS text) END")
        if name.choices:
            bound[f"{prefix}_choices{n}"] = json.dumps(dict(name.choices))
            value = f"CAST(:{prefix}_choices{n} AS jsonb)->>{value}"
        facts.append(f", '{name.code}', {value}")
    return RiskRule(
        code=code,
        title=chinese(entry["title"]),
        asks=chinese(entry["asks"]),
        sql=CONDITION.format(holds=holds, lacking="".join(lacking), facts="".join(facts)),
        fields=tuple(name for name in expression.names if name in {one.code for one in document.fields}),
        sentences={**SENTENCES, FAILS: chinese(entry["fails"])},
        passes=(HOLDS,),
        basis=entry.get("document", ""),
        blocking=not entry.get("warns", False),
        bound=bound,
    )


def amount_of(document: Document, version: int) -> Amount:
    """Return one person's amount; its values are named after the version, for several may stand in one statement. Raises Fault."""
    expression = compile_expression(document.amount, vocabulary(document, "candidates"), Kind.NUMBER)
    sql, bound = expression.statement(f"amount{version}")
    return Amount(PAID.format(amount=sql), bound)
