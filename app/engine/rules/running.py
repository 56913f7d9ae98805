"""Runs a programme's rules over a batch: temporary tables, one statement a rule, whatever the batch's size."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.engine.rules.rule import RiskRule

SCHEMA = (
    """CREATE TEMP TABLE IF NOT EXISTS candidates (
        row_id bigint PRIMARY KEY, claim_id bigint, person_id bigint, id_fault text, name text,
        repeated boolean NOT NULL DEFAULT false, category text, employer_id bigint, employer_uscc text,
        insured_region text, payee_person_id bigint,
        starts_on date, ends_on date, bad_fields text[] NOT NULL DEFAULT '{}', faults jsonb NOT NULL DEFAULT '{}',
        own jsonb NOT NULL DEFAULT '{}', policy jsonb
    ) ON COMMIT DROP""",
    """CREATE TEMP TABLE IF NOT EXISTS policy_periods (
        first_day date, last_day date, values jsonb
    ) ON COMMIT DROP""",
    """CREATE TEMP TABLE IF NOT EXISTS covered (
        kind text, region_code text, region text, days datemultirange, PRIMARY KEY (kind, region_code)
    ) ON COMMIT DROP""",
    """CREATE TEMP TABLE IF NOT EXISTS results (
        row_id bigint, rule text, verdict text, blocking boolean, evidence jsonb
    ) ON COMMIT DROP""",
    """CREATE TEMP TABLE IF NOT EXISTS outcomes (
        row_id bigint PRIMARY KEY, stops boolean, warns boolean, findings jsonb
    ) ON COMMIT DROP""",
    "TRUNCATE candidates, policy_periods, covered, results, outcomes",
    """INSERT INTO covered
        SELECT c.kind, c.region_code, r.name, range_agg(daterange(c.first_day, c.last_day, '[]'))
        FROM register_coverage c JOIN regions r ON r.code = c.region_code
        GROUP BY c.kind, c.region_code, r.name""",
)

STORE = """
    INSERT INTO results (row_id, rule, verdict, blocking, evidence)
    SELECT found.row_id, :code,
           CASE WHEN NOT :blocking AND found.verdict IN ('fail', 'unknown') THEN 'warn' ELSE found.verdict END,
           :blocking, jsonb_strip_nulls(found.evidence)
    FROM ({sql}) found JOIN candidates ON candidates.row_id = found.row_id
    WHERE NOT candidates.bad_fields && CAST(:fields AS text[])
"""

BAD_ID_ALONE = """
    DELETE FROM results WHERE rule <> 'C-01' AND row_id IN
        (SELECT row_id FROM results WHERE rule = 'C-01' AND verdict = 'fail')
"""

SUM_UP = """
    INSERT INTO outcomes
    SELECT row_id, bool_or(verdict IN ('fail', 'unknown')), bool_or(verdict = 'warn'),
           jsonb_agg(jsonb_build_object('rule', rule, 'verdict', verdict, 'evidence', evidence) ORDER BY rule)
    FROM results GROUP BY row_id
"""


def prepare(session: Session, periods: Iterable[tuple[date, date, dict]]) -> None:
    """Empty tables for one batch, with what the registers cover and the policy's periods (`Policy.periods`)."""
    for statement in SCHEMA:
        session.execute(text(statement))
    session.execute(
        text("INSERT INTO policy_periods VALUES (:first, :last, CAST(:values AS jsonb))"),
        [{"first": first, "last": last, "values": json.dumps(values)} for first, last, values in periods],
    )


def run(session: Session, programme: str, rules: Iterable[RiskRule], today: date) -> None:
    """Judges every row of `candidates`; the result stands in `outcomes` (row_id, stops, warns, findings)."""
    session.execute(text("ANALYZE candidates"))
    for rule in rules:
        facts = {"code": rule.code, "blocking": rule.blocking, "fields": list(rule.fields)}
        session.execute(text(STORE.format(sql=rule.sql)), {**facts, "today": today, "programme": programme})
    session.execute(text(BAD_ID_ALONE))
    session.execute(text(SUM_UP))
