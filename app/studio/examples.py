"""The worked cases of a definition: what a person writes on the sheet, which rules stop it, and what it would pay.

They are judged by whatever needs no register, or asks what the case answers, on the day and by the shipped values of the
parameters; nothing is stored.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.engine import rules
from app.engine.edition import Edition
from app.engine.own_fields import stored_value
from app.engine.programme import Programme
from app.engine.rules import FAIL, UNKNOWN
from app.engine.sheets import parse_row
from app.kernel.dates import parse_date
from app.kernel.errors import BadValue
from app.kernel.messages import N_, Message
from app.registers.definitions.definition import Definition
from app.studio.building import edition
from app.studio.document import Document, ExampleEntry
from app.studio.schema import BadPart

FILL = """
    INSERT INTO candidates (row_id, person_id, employer_id, insured_region, category, starts_on, ends_on, own,
                            submission_day, version, policy, amount)
    SELECT candidates.*, {amount}
    FROM (SELECT 1 AS row_id, CAST(NULL AS bigint) AS person_id, CAST(NULL AS bigint) AS employer_id,
                 CAST(NULL AS text) AS insured_region, s.category, s.starts_on, s.ends_on, s.own, CAST(:today AS date) AS submission_day, p.version,
                 p.values AS policy
          FROM jsonb_to_record(CAST(:row AS jsonb)) AS s(category text, starts_on date, ends_on date, own jsonb, day date)
          LEFT JOIN policy_periods p ON coalesce(s.day, :today) BETWEEN p.first_day AND p.last_day) candidates
"""
NO_DAY = N_("“{day}”不是日期，请写成 2026-03-01。")
UNREADABLE = N_("“{field}”读不出来：{fault}")
STOPS = N_("样例“{title}”：应由 {wanted} 拦下，实际是 {outcome}。")
PAYS = N_("样例“{title}”：应发 {wanted} 元，实际是 {outcome} 元。")
NOTHING = "—"


@dataclass(frozen=True)
class Outcome:
    """What became of an example: the codes of the rules that stop it, and the amount, CNY; None where it isn't known."""

    stops: tuple[str, ...]
    amount: Decimal | None


def faults(
    session: Session, document: Document, programme: Programme, registers: Sequence[Definition]
) -> Iterator[BadPart]:
    """Yield what is wrong with each example, one of them after the other; the tables are a batch's own."""
    for n, example in enumerate(document.examples, 1):
        fault = partial(BadPart, f"examples[{n}]")
        day = parse_date(example.day)
        if day is None:
            yield fault(Message(NO_DAY, day=example.day))
            continue
        typed = {name: str(value) for name, value in example.facts.items()}
        forms = [programme.sheet, *([programme.form] if programme.form else ())]
        rows = [parse_row(form, typed, n, today=day) for form in forms]
        values = {name: value for row in rows for name, value in row.values.items()}
        faults_of = {name: wrong for row in rows for name, wrong in row.errors.items()}
        unreadable = {name: wrong for name, wrong in faults_of.items() if name in example.facts}
        if unreadable:
            yield from (
                fault(Message(UNREADABLE, field=name, fault=wrong)) for name, wrong in unreadable.items()
            )
            continue
        try:
            own = edition(document, programme.version, registers=registers, answers=example.registers)
        except BadValue as error:
            yield fault(error.message)
            continue
        yield from map(fault, _differences(example, _judge(session, programme, own, values, day)))


def _differences(example: ExampleEntry, outcome: Outcome) -> Iterator[Message]:
    if set(example.stops) != set(outcome.stops):
        facts = {"wanted": _listed(example.stops), "outcome": _listed(outcome.stops)}
        yield Message(STOPS, title=example.title, **facts)
    wanted = None if example.amount is None else Decimal(example.amount)
    if wanted != outcome.amount:
        yield Message(PAYS, title=example.title, wanted=wanted or NOTHING, outcome=outcome.amount or NOTHING)


def _listed(codes: tuple[str, ...]) -> str:
    return "、".join(sorted(codes)) or NOTHING


def _judge(
    session: Session, programme: Programme, version: Edition, values: dict[str, Any], today: date
) -> Outcome:
    rules.make_tables(session, version.periods(()))
    kept = {column: values.get(field) for column, field in programme.judged.items()}
    own = {field: stored_value(values.get(field)) for field in (*programme.own, *programme.shared)}
    written = {**kept, "own": own, "day": values.get(programme.policy_date or "")}
    facts = {"row": json.dumps(written, default=str), "today": today, **version.amount.values}
    session.execute(text(FILL.format(amount=version.amount.sql)), facts)
    of_the_row = [rule for rule in version.rules if not rule.registers]
    rules.judge(session, programme.code, [(version.version, of_the_row)], today)
    findings = session.scalar(text("SELECT findings FROM outcomes")) or []
    stops = tuple(one["rule"] for one in findings if one["verdict"] in (FAIL, UNKNOWN))
    return Outcome(stops, session.scalar(text("SELECT amount FROM candidates")))
