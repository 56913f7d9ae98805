"""Failed rows that one rule stopped, judged again together: as they stand, or with one correction for all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.dialects.postgresql import JSONPATH
from sqlalchemy.orm import Session

from app.engine.actor import Actor
from app.engine.audit import record
from app.engine.cases import claim_accounts, failed_rows
from app.engine.cases.claims import FailedRow
from app.engine.intake.check import CheckReport, check_people
from app.engine.programme import SHARED, Programme
from app.engine.rules import FAIL, UNKNOWN
from app.engine.rules.rule import RiskRule
from app.engine.sheets import SheetRow, parse_row
from app.kernel.crypto import Vault
from app.kernel.errors import Refused
from app.kernel.messages import N_

MOST = 1_000
"""Rows that a request judges while a person waits."""


def stopped_by(findings: Sequence[Mapping]) -> Mapping:
    """Return the finding under which a failed row stands: of those that stop it, the first by its rule's code."""
    return min((f for f in findings if f["verdict"] in (FAIL, UNKNOWN)), key=lambda finding: finding["rule"])


def counts_by_rule(session: Session, application_id: int) -> dict[str, int]:
    """Return rule → how many failed rows of an application stand under it."""
    code = _first_stop()
    counted = select(code, func.count()).where(FailedRow.application_id == application_id).group_by(code)
    return dict(session.execute(counted).tuples().all())


def first_of_each(session: Session, application_id: int, most: int) -> list[FailedRow]:
    """Return the first failed rows under each rule, `most` of each at most, by their row numbers."""
    by_row = FailedRow.row_no, FailedRow.id
    place = func.row_number().over(partition_by=_first_stop(), order_by=by_row).label("place")
    ranked = select(FailedRow.id, place).where(FailedRow.application_id == application_id).subquery()
    wanted = select(FailedRow).join(ranked, ranked.c.id == FailedRow.id).where(ranked.c.place <= most)
    return list(session.scalars(wanted.order_by(*by_row)))


def rows_under(session: Session, application_id: int, rule: RiskRule) -> list[FailedRow]:
    """Return the failed rows of an application that stand under a rule. Raises Refused for too many."""
    wanted = select(FailedRow).where(FailedRow.application_id == application_id, _first_stop() == rule.code)
    rows = list(session.scalars(wanted.order_by(FailedRow.row_no, FailedRow.id).limit(MOST + 1)))
    if len(rows) > MOST:
        raise Refused(
            N_("这一类超过{most}人，不能在页面上一并办理。请下载未通过名单，改好后重新上传。"), most=MOST
        )
    return rows


def common_fields(programme: Programme, rule: RiskRule) -> list[str]:
    """Return the sheet's fields that a rule blames and that may be given for several people at once: nobody's own name or number."""
    blamed = (*rule.fields, *rule.advice.suggests)
    fields = (column.field for column in programme.sheet.columns)
    own = (*SHARED, *claim_accounts.FIELDS)
    return [field for field in fields if field in blamed and field not in own]


def recheck(
    session: Session,
    actor: Actor,
    programme: Programme,
    application_id: int,
    rows: Sequence[FailedRow],
    vault: Vault,
    today: date,
    correct: Mapping[str, str] | None = None,
    suggested: RiskRule | None = None,
) -> CheckReport:
    """Judge failed rows again; `correct`: field → text for all, `suggested` takes for each what that rule suggests.

    Raises NotFound, Refused, Unreadable.
    """
    typed: list[SheetRow] = []
    for row in rows:
        stored = failed_rows.cells(row, vault)
        cells = stored | dict(correct or {})
        if suggested:
            cells |= suggestions(suggested, row.findings)
        typed.append(parse_row(programme.sheet, cells, row.row_no, today=today))
        if changed := [field for field in cells if cells[field] != stored.get(field)]:
            record(
                session,
                actor,
                "edit",
                application_id=application_id,
                programme=programme.code,
                subject=cells.get("name"),
                before={field: stored.get(field) for field in changed},
                after={field: cells[field] for field in changed},
            )
    ids = [row.id for row in rows]
    return check_people(session, actor, programme, application_id, typed, vault, today, corrected=ids)


def suggestions(rule: RiskRule, findings: Sequence[Mapping]) -> dict[str, str]:
    """Return field → the text that would satisfy the rule, as far as its finding knows one."""
    evidence: Mapping = next((f["evidence"] for f in findings if f["rule"] == rule.code), {})
    return {field: str(evidence[fact]) for field, fact in rule.advice.suggests.items() if evidence.get(fact)}


def _first_stop() -> ColumnElement[str]:
    """Express `stopped_by` in SQL; the findings stand in the order of their rules."""
    path = literal(f'$[*] ? (@.verdict == "{FAIL}" || @.verdict == "{UNKNOWN}")', JSONPATH)
    return func.jsonb_path_query_first(FailedRow.findings, path).op("->>")("rule")
