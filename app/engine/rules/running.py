"""Runs a programme's rules over a batch: temporary tables, one statement of all rules, whatever the batch's size."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.engine.rules.births import fill_births
from app.engine.rules.in_force import NOT_IN_FORCE
from app.engine.rules.rule import Right, RiskRule
from app.registers.models import SMALL_AND_MEDIUM

# The tables stay with their connection: making and dropping them takes longer than judging twenty people.
SCHEMA = (
    """CREATE TEMP TABLE IF NOT EXISTS candidates (
        row_id bigint PRIMARY KEY, claim_id bigint, person_id bigint, slot_no smallint NOT NULL DEFAULT 1, period text,
        id_fault text, name text,
        repeated boolean NOT NULL DEFAULT false, category text, employer_id bigint, employer_uscc text,
        insured_region text, payee_person_id bigint,
        starts_on date, ends_on date, bad_fields text[] NOT NULL DEFAULT '{}', faults jsonb NOT NULL DEFAULT '{}',
        own jsonb NOT NULL DEFAULT '{}', policy jsonb, named boolean NOT NULL DEFAULT true,
        born_on date, male boolean, version smallint DEFAULT 1, submission_day date, amount numeric(12, 2)
    ) ON COMMIT DELETE ROWS""",
    """CREATE TEMP TABLE IF NOT EXISTS policy_periods (
        first_day date, last_day date, version smallint, values jsonb, region_code text NOT NULL DEFAULT ''
    ) ON COMMIT DELETE ROWS""",
    """CREATE TEMP TABLE IF NOT EXISTS covered (
        kind text, region_code text, region text, days datemultirange, months datemultirange,
        PRIMARY KEY (kind, region_code)
    ) ON COMMIT DELETE ROWS""",
    """CREATE TEMP TABLE IF NOT EXISTS outcomes (
        row_id bigint PRIMARY KEY, stops boolean, warns boolean, findings jsonb
    ) ON COMMIT DELETE ROWS""",
    """WITH a AS (DELETE FROM candidates), b AS (DELETE FROM policy_periods), c AS (DELETE FROM covered)
        DELETE FROM outcomes""",
    """INSERT INTO covered
        SELECT c.kind, c.region_code, r.name, range_agg(daterange(c.first_day, c.last_day, '[]')),
               range_agg(daterange(date_trunc('month', c.first_day)::date,
                                   (date_trunc('month', c.last_day) + interval '1 month')::date))
        FROM register_coverage c JOIN regions r ON r.code = c.region_code
        GROUP BY c.kind, c.region_code, r.name""",
)

FOUND = """
    SELECT found.row_id, CAST(:code_{n} AS text) AS rule,
           CASE WHEN NOT :blocking_{n} AND {verdict} IN ('fail', 'unknown') THEN 'warn' ELSE {verdict} END AS verdict,
           jsonb_strip_nulls({evidence}) AS evidence
    FROM ({sql}) found JOIN candidates c ON c.row_id = found.row_id
    WHERE NOT c.bad_fields && CAST(:fields_{n} AS text[]) AND {ready} AND c.version IS NOT DISTINCT FROM CAST(:version_{n} AS smallint)
"""
READY = {
    Right.NOTHING: "true",
    Right.ID: "c.id_fault IS NULL",
    Right.NAME: "c.id_fault IS NULL AND c.named",
}
"""A row with a bad id, or a name that isn't this person's, gets that reason alone."""
BLANK = """CASE WHEN {blank} THEN jsonb_build_object('why', 'blank', 'blank', to_jsonb(array_remove(ARRAY[{slots}], NULL)))
                ELSE {evidence} END"""
UNSURE = (
    "{evidence} || CASE WHEN {verdict} = 'unknown' THEN jsonb_build_object('unknown', true) ELSE '{{}}' END"
)
"""What a rule that only warns doesn't know is no failure: its sentence says what lacks."""

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

ADD = """
    {shared}
    INSERT INTO outcomes AS o
    SELECT row_id, verdict IN ('fail', 'unknown'), verdict = 'warn',
           jsonb_build_array(jsonb_build_object('rule', rule, 'verdict', verdict, 'evidence', evidence))
    FROM ({findings}) results
    ON CONFLICT (row_id) DO UPDATE
    SET stops = o.stops OR excluded.stops, warns = o.warns OR excluded.warns,
        findings = (SELECT jsonb_agg(one ORDER BY one->>'rule') FROM jsonb_array_elements(o.findings || excluded.findings) one)
"""
"""One rule that counts: what an earlier one has stopped doesn't count any more."""
SORT_IN_MEMORY = "SET LOCAL work_mem = '64MB'"
"""The findings of 10,000 people are 40 MB, which the default would sort on disk."""


PERIODS = "INSERT INTO policy_periods VALUES (:first, :last, :version, CAST(:values AS jsonb), :region)"
Period = tuple[date, date, int, dict]
NO_REGIONS: Mapping[str, Iterable[Period]] = {}


def make_tables(
    session: Session, periods: Iterable[Period], regional: Mapping[str, Iterable[Period]] = NO_REGIONS
) -> None:
    """Make empty tables for one batch, with what the registers cover and the policy's periods (`Edition.periods`).

    `regional` are the periods of regions with values of their own, whole in themselves.
    """
    for statement in SCHEMA:
        session.execute(text(statement))
    rows = [
        {"first": first, "last": last, "version": version, "values": json.dumps(values), "region": region}
        for region, of_region in {**regional, "": periods}.items()
        for first, last, version, values in of_region
    ]
    if rows:
        session.execute(text(PERIODS), rows)


def judge(
    session: Session, programme: str, rules: Iterable[tuple[int, Sequence[RiskRule]]], today: date
) -> None:
    """Judge every row of `candidates` by the rules of its version; the result stands in `outcomes`: row_id, stops, warns,
    findings.
    """
    session.execute(text("ANALYZE candidates"))
    by_version: list[tuple[int | None, RiskRule]] = [(None, NOT_IN_FORCE)]
    by_version += [(version, rule) for version, of_version in rules for rule in of_version]
    if any(rule.settles_name for _, rule in by_version):
        session.execute(text(MISNAMED))
    if any(rule.of_birth for _, rule in by_version):
        fill_births(session)
    facts: dict[str, object] = {
        "today": today,
        "programme": programme,
        "small_and_medium": list(SMALL_AND_MEDIUM),
    }
    session.execute(text(SORT_IN_MEMORY))
    _execute(session, SUM_UP, [one for one in by_version if not one[1].counts], facts)
    session.execute(text("ANALYZE outcomes"))
    for one in by_version:
        if one[1].counts:
            _execute(session, ADD, [one], facts)


def _execute(
    session: Session,
    statement: str,
    judging: Iterable[tuple[int | None, RiskRule]],
    facts: Mapping[str, object],
) -> None:
    """Execute a statement over the findings of rules, each with its version."""
    values, selects, shared = dict(facts), [], dict[str, None]()
    for n, (version, rule) in enumerate(judging):
        shared |= {rule.shared: None} if rule.shared else {}
        values |= {f"code_{n}": rule.code, f"blocking_{n}": rule.blocking, f"fields_{n}": list(rule.fields)}
        values |= {f"version_{n}": version, **{f"{name}_{n}": value for name, value in rule.bound.items()}}
        selects.append(_findings_of(n, rule))
    expressions = "WITH " + ", ".join(shared) if shared else ""
    session.execute(text(statement.format(shared=expressions, findings=" UNION ALL ".join(selects))), values)


def _findings_of(n: int, rule: RiskRule) -> str:
    """Express what the n-th rule finds; where a field that it needs is blank, that it can't be judged."""
    verdict, evidence = "found.verdict", "found.evidence"
    if rule.needs:
        blank = " OR ".join(f"{one.sql} IS NULL" for one in rule.needs.values())
        slots = ", ".join(
            f"CASE WHEN {one.sql} IS NULL THEN '{slot}' END" for slot, one in rule.needs.items()
        )
        verdict = f"CASE WHEN {blank} THEN 'unknown' ELSE found.verdict END"
        evidence = BLANK.format(blank=blank, slots=slots, evidence=evidence)
    if not rule.blocking:
        evidence = UNSURE.format(verdict=verdict, evidence=evidence)
    ready = READY[rule.waits_for]
    return FOUND.format(n=n, verdict=verdict, evidence=evidence, sql=_apart(n, rule), ready=ready)


def _apart(n: int, rule: RiskRule) -> str:
    """Return the rule's SQL with the names of its values kept apart from those of the same rule in another version."""
    if not rule.bound:
        return rule.sql
    return re.sub(rf"(?<!:):({'|'.join(map(re.escape, rule.bound))})\b", rf":\1_{n}", rule.sql)
