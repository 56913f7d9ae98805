"""Runs a programme's rules over a batch: temporary tables, one statement of all rules, whatever the batch's size."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.engine.rules.rule import RiskRule
from app.registers.models import SMALL_AND_MEDIUM

# The tables stay with their connection: making and dropping them takes longer than judging twenty people.
SCHEMA = (
    """CREATE TEMP TABLE IF NOT EXISTS candidates (
        row_id bigint PRIMARY KEY, claim_id bigint, person_id bigint, id_fault text, name text,
        repeated boolean NOT NULL DEFAULT false, category text, employer_id bigint, employer_uscc text,
        insured_region text, payee_person_id bigint,
        starts_on date, ends_on date, bad_fields text[] NOT NULL DEFAULT '{}', faults jsonb NOT NULL DEFAULT '{}',
        own jsonb NOT NULL DEFAULT '{}', policy jsonb, named boolean NOT NULL DEFAULT true
    ) ON COMMIT DELETE ROWS""",
    """CREATE TEMP TABLE IF NOT EXISTS policy_periods (
        first_day date, last_day date, values jsonb
    ) ON COMMIT DELETE ROWS""",
    """CREATE TEMP TABLE IF NOT EXISTS covered (
        kind text, region_code text, region text, days datemultirange, PRIMARY KEY (kind, region_code)
    ) ON COMMIT DELETE ROWS""",
    """CREATE TEMP TABLE IF NOT EXISTS outcomes (
        row_id bigint PRIMARY KEY, stops boolean, warns boolean, findings jsonb
    ) ON COMMIT DELETE ROWS""",
    """WITH a AS (DELETE FROM candidates), b AS (DELETE FROM policy_periods), c AS (DELETE FROM covered)
        DELETE FROM outcomes""",
    """INSERT INTO covered
        SELECT c.kind, c.region_code, r.name, range_agg(daterange(c.first_day, c.last_day, '[]'))
        FROM register_coverage c JOIN regions r ON r.code = c.region_code
        GROUP BY c.kind, c.region_code, r.name""",
)

FOUND = """
    SELECT found.row_id, CAST(:code_{n} AS text) AS rule,
           CASE WHEN NOT :blocking_{n} AND found.verdict IN ('fail', 'unknown') THEN 'warn' ELSE found.verdict END
               AS verdict,
           jsonb_strip_nulls(found.evidence) AS evidence
    FROM ({sql}) found JOIN candidates c ON c.row_id = found.row_id
    WHERE NOT c.bad_fields && CAST(:fields_{n} AS text[]) AND (c.id_fault IS NULL OR :code_{n} = 'C-01')
          AND (c.named OR :code_{n} = ANY(:of_the_sheet))
"""
"""A row with a bad id, or a name that isn't this person's, gets that reason alone."""

NAMED = "C-03"
OF_THE_SHEET = ["F-01", "C-01", NAMED]
"""Rules that tell nothing of a person but whether the sheet names him or her."""
MISNAMED = """
    UPDATE candidates c SET named = false
    WHERE 'name' = ANY(c.bad_fields)
       OR coalesce((SELECT p.name_folded <> coalesce(c.name, p.name_folded) FROM persons p WHERE p.id = c.person_id),
                   EXISTS (SELECT 1 FROM covered v WHERE v.kind = 'persons' AND v.region_code = c.insured_region))
"""

SUM_UP = """
    {shared}
    INSERT INTO outcomes
    SELECT row_id, bool_or(verdict IN ('fail', 'unknown')), bool_or(verdict = 'warn'),
           jsonb_agg(jsonb_build_object('rule', rule, 'verdict', verdict, 'evidence', evidence) ORDER BY rule)
    FROM ({findings}) results GROUP BY row_id
"""

SORT_IN_MEMORY = "SET LOCAL work_mem = '64MB'"
"""The findings of 10,000 people are 40 MB, which the default would sort on disk."""


def make_tables(session: Session, periods: Iterable[tuple[date, date, dict]]) -> None:
    """Make empty tables for one batch, with what the registers cover and the policy's periods (`Policy.periods`)."""
    for statement in SCHEMA:
        session.execute(text(statement))
    rows = [{"first": first, "last": last, "values": json.dumps(values)} for first, last, values in periods]
    if rows:
        session.execute(
            text("INSERT INTO policy_periods VALUES (:first, :last, CAST(:values AS jsonb))"), rows
        )


def judge(session: Session, programme: str, rules: Iterable[RiskRule], today: date) -> None:
    """Judge every row of `candidates`; the result stands in `outcomes` (row_id, stops, warns, findings)."""
    session.execute(text("ANALYZE candidates"))
    rules = list(rules)
    if any(rule.code == NAMED for rule in rules):
        session.execute(text(MISNAMED))
    facts: dict[str, object] = {
        "today": today,
        "programme": programme,
        "small_and_medium": list(SMALL_AND_MEDIUM),
        "of_the_sheet": OF_THE_SHEET,
    }
    selects: list[str] = []
    shared: dict[str, None] = {}
    for n, rule in enumerate(rules):
        shared |= {rule.shared: None} if rule.shared else {}
        facts |= {f"code_{n}": rule.code, f"blocking_{n}": rule.blocking, f"fields_{n}": list(rule.fields)}
        selects.append(FOUND.format(n=n, sql=rule.sql))
    session.execute(text(SORT_IN_MEMORY))
    expressions = "WITH " + ", ".join(shared) if shared else ""
    session.execute(text(SUM_UP.format(shared=expressions, findings=" UNION ALL ".join(selects))), facts)
    session.execute(text("ANALYZE outcomes"))
