"""The eligibility check (人员校验): the rows of a sheet become draft claims, or failed rows with their reasons."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, text
from sqlalchemy.orm import Session

from app.engine import rules
from app.engine.actor import Actor
from app.engine.audit import record
from app.engine.cases.claim_accounts import judge_accounts, store_accounts
from app.engine.cases.claims import Application, Claim, FailedRow
from app.engine.cases.desks import office_of_application
from app.engine.cases.failed_rows import folded_name, mended_by, store_failed
from app.engine.cases.finding import find_application
from app.engine.cases.states import LIVE, OPEN_OR_LIVE
from app.engine.cases.takings import refuse_when_paid, states_of
from app.engine.casework.own_employers import tell_unknown
from app.engine.edition import amount_of, periods_of, rules_of
from app.engine.own_fields import ENCODER
from app.engine.policy_values import stored
from app.engine.programme import Programme
from app.engine.progress import Progress
from app.engine.sheets import ROUNDED, SheetRow, unreadable_kind
from app.engine.statements import count_changes
from app.kernel import names
from app.kernel.crypto import Vault
from app.kernel.errors import Refused
from app.kernel.free_text import without_numbers
from app.kernel.identifiers import citizen_id
from app.kernel.messages import N_, Message
from app.registers.ciphers import new_row_key, place

COPIED, JUDGED, STORED = 0.3, 0.7, 0.9
"""Shares of a check's time."""

ELSEWHERE = N_("只有受理本件的经办机构可以修改。请联系该机构的经办人员。")
"""For a row that is locked: what the screen showed of it may be older than what the lock has waited for."""

SHEET_ROWS = """CREATE TEMP TABLE IF NOT EXISTS sheet_rows (
    row_id bigint PRIMARY KEY, id_hash bytea, slot_no smallint, name text, dotted text, id_fault text, repeated boolean, employer_uscc text,
    insured_region text, category text, starts_on date, ends_on date, policy_day date, own jsonb, row_key bytea,
    phone_cipher bytea, remark text, bad_fields text[], faults jsonb
) ON COMMIT DELETE ROWS"""
COPY = "COPY sheet_rows FROM STDIN"
FILL = """
    INSERT INTO candidates (row_id, person_id, slot_no, period, id_fault, name, repeated, category, employer_id, employer_uscc,
                            insured_region, payee_person_id, starts_on, ends_on, own, bad_fields, faults,
                            submission_day, version,
                            policy, amount)
    SELECT candidates.*, {amount} FROM (
    SELECT s.row_id, p.id AS person_id, s.slot_no, CASE WHEN s.slot_no > 0 THEN {period} END AS period, s.id_fault,
           CASE WHEN p.name_folded = s.dotted OR p.name ~ '\\S\\s+\\S' AND p.name_folded = replace(s.name, '·', '')
                THEN p.name_folded ELSE s.name END AS name,
           s.repeated OR EXISTS (SELECT 1 FROM claims c WHERE c.application_id = :application
                                 AND c.person_id = p.id AND c.slot_no = s.slot_no AND c.state = ANY(:live)) AS repeated,
           s.category, coalesce(CAST(:employer AS bigint), e.id) AS employer_id, s.employer_uscc,
           coalesce(CAST(:region AS text), s.insured_region) AS insured_region, CAST(:payee AS bigint) AS payee_person_id,
           s.starts_on, s.ends_on, CAST(:of_all AS jsonb) || s.own AS own, s.bad_fields, s.faults,
           CAST(:today AS date) AS submission_day, t.version, t.values AS policy
    FROM sheet_rows s
    LEFT JOIN employers e ON e.uscc = s.employer_uscc
    LEFT JOIN persons p ON p.id_hash = s.id_hash
    LEFT JOIN policy_periods t ON coalesce(s.policy_day, :today) BETWEEN t.first_day AND t.last_day
    ) candidates
"""
REPLACE = (
    """DELETE FROM failed_rows f
       WHERE f.application_id = :application
         AND (f.id = ANY(:mended) OR f.person_id IN (SELECT person_id FROM candidates)
              AND (f.slot_no = 0 OR (f.person_id, f.slot_no) IN (SELECT person_id, slot_no FROM candidates)))""",
    """DELETE FROM claims c USING candidates d JOIN outcomes o USING (row_id)
       WHERE c.application_id = :application AND c.person_id = d.person_id AND c.slot_no = d.slot_no AND c.state = 'draft'
         AND o.stops AND NOT d.repeated""",
)
PASS = f"""
    INSERT INTO claims (programme, application_id, office_id, person_id, slot_no, employer_id, insured_region, state,
                        amount, name, row_key, phone_cipher, remark, warned, own, definition_version{{fields}})
    SELECT :programme, :application, :office, candidates.person_id, candidates.slot_no, candidates.employer_id,
           candidates.insured_region, 'draft',
           candidates.amount, candidates.name, s.row_key, s.phone_cipher, s.remark, o.warns, s.own, candidates.version{{columns}}
    FROM candidates JOIN sheet_rows s USING (row_id) JOIN outcomes o USING (row_id)
    WHERE NOT o.stops ORDER BY candidates.row_id
    ON CONFLICT (application_id, person_id, slot_no) WHERE state IN {OPEN_OR_LIVE} DO UPDATE
    SET amount = excluded.amount, name = excluded.name, employer_id = excluded.employer_id,
        insured_region = excluded.insured_region, row_key = excluded.row_key, phone_cipher = excluded.phone_cipher,
        remark = excluded.remark, warned = excluded.warned, own = excluded.own, definition_version = excluded.definition_version, version = claims.version + 1{{updates}}
"""  # noqa: S608  # nosec B608  # an index is inferred from literals; the rest are names of columns
STORE_CHECKS = """
    INSERT INTO checks (claim_id, phase, day, stops, warns, findings)
    SELECT c.id, 'check', :today, o.stops, o.warns, o.findings
    FROM candidates d JOIN outcomes o USING (row_id)
    JOIN claims c ON c.application_id = :application AND c.person_id = d.person_id AND c.slot_no = d.slot_no
                     AND c.state = 'draft'
    WHERE NOT o.stops
"""


@dataclass(frozen=True)
class CheckReport:
    """How many rows of one sheet passed and failed."""

    passed: int
    failed: int


def check_people(
    session: Session,
    actor: Actor,
    programme: Programme,
    application_id: int,
    rows: Sequence[SheetRow],
    vault: Vault,
    today: date,
    progress: Progress | None = None,
    corrected: Sequence[int] = (),
    source: str | None = None,
) -> CheckReport:
    """Judge the rows and store the result; a row replaces what the application held of that person and part of the period.

    `corrected` are the failed rows that these stand for, whoever they name; `source` is the sheet's name.
    A fixed number of statements whatever the number of rows; the caller commits. Raises NotFound, Refused, Cancelled.
    """
    progress = progress or Progress()
    application = lock_own(session, actor, application_id)
    refuse_when_paid(session, application)
    facts = _facts(programme, application, today)
    if programme.pays_each:
        judge_accounts(rows)
    editions, region = programme.editions(session), application.office.region_code
    rules.make_tables(session, periods_of(editions, stored(session, programme.code, region)))
    _copy(session, programme, application.id, rows, vault, today)
    tell_unknown(session, programme.own_columns)
    progress.reach(COPIED)
    amount = amount_of(editions)
    filling = FILL.format(amount=amount.sql, period=programme.period.title_sql("s.slot_no"))
    session.execute(text(filling), {**facts, **amount.values, **programme.period.titles})
    rules.judge(session, programme.code, rules_of(editions), today)
    progress.reach(JUDGED)
    mended = mended_by(session, application.id, rows, vault)
    for statement in REPLACE:
        session.execute(text(statement), {**facts, "mended": [*mended, *corrected]})
    passed = count_changes(session, text(_pass_statement(programme)), facts)
    if programme.pays_each:
        store_accounts(session, rows, vault, application.id)
    session.execute(text(STORE_CHECKS), facts)
    progress.reach(STORED)
    failed = store_failed(session, rows, vault, facts)
    after = {"rows": len(rows), "passed": passed, "failed": failed}
    of = {"application_id": application.id, "programme": programme.code}
    record(session, actor, "import", **of, subject=source, after=after)
    session.flush()
    return CheckReport(passed, failed)


def _facts(programme: Programme, application: Application, today: date) -> dict:
    """Return what all rows of a sheet share, as the statements bind it."""
    return {
        "application": application.id,
        "programme": programme.code,
        "office": application.office_id,
        "employer": None if programme.placed else application.employer_id,
        "region": None if programme.placed else application.insured_region,
        "payee": application.payee_person_id,
        "of_all": ENCODER.encode(application.own),
        "today": today,
        "live": list(LIVE),
    }


def lock_own(session: Session, actor: Actor, application_id: int) -> Application:
    """Return the application, locked, when it lies in the actor's own office."""
    application = find_application(session, application_id, lock=True)
    states = states_of(session, application.id) if application.received_by_id else ()
    if office_of_application(application, states) != actor.office_id:
        raise Refused(ELSEWHERE)
    return application


def drop_failed(session: Session, actor: Actor, application_id: int, row_ids: Sequence[int]) -> int:
    """Remove failed rows that shall not be corrected; returns how many."""
    application = lock_own(session, actor, application_id)
    dropping = delete(FailedRow).where(FailedRow.application_id == application.id, FailedRow.id.in_(row_ids))
    gone = count_changes(session, dropping)
    if gone:
        record(session, actor, "remove", application_id=application.id, after={"failed_rows": gone})
    return gone


def _pass_statement(programme: Programme) -> str:
    judged = programme.judged
    return PASS.format(
        fields="".join(f", {name}" for name in judged.values()),
        columns="".join(f", candidates.{column}" for column in judged),
        updates="".join(f", {name} = excluded.{name}" for name in judged.values()),
    )


def _copy(
    session: Session,
    programme: Programme,
    application_id: int,
    rows: Sequence[SheetRow],
    vault: Vault,
    today: date,
) -> None:
    session.execute(text(SHEET_ROWS))
    session.execute(text("DELETE FROM sheet_rows"))
    cursor = session.connection().connection.cursor()
    with cursor.copy(COPY) as copy:
        for line in _lines(programme, application_id, rows, vault, today):
            copy.write_row(line)


def _lines(
    programme: Programme, application_id: int, rows: Sequence[SheetRow], vault: Vault, today: date
) -> Iterator[tuple]:
    category, starts_on, ends_on = (programme.judged.get(c, "") for c in ("category", "starts_on", "ends_on"))
    seen: set[tuple[bytes, int]] = set()
    for row_id, row in enumerate(rows):
        value = row.values.get
        typed_id = value("citizen_id") or ""
        fault = None if citizen_id.is_valid(typed_id, today) else _id_fault(row)
        id_hash = vault.hash(typed_id) if fault is None else None
        slot_no = programme.period.number(row.values)
        whom = (id_hash, slot_no) if id_hash else None
        repeated = whom in seen
        if whom:
            seen.add(whom)
        faults = {f: message.as_json() for f, message in row.errors.items() if f != "citizen_id"}
        yield (
            row_id,
            id_hash,
            slot_no,
            folded_name(row),
            names.writings(row.written("name"))[-1],
            fault,
            repeated,
            value("employer_uscc"),
            value("insured_region"),
            value(category),
            value(starts_on),
            value(ends_on),
            value(programme.policy_date or ""),
            ENCODER.encode({name: value(name) for name in programme.own}),
            *_phone(vault, application_id, value("phone")),
            without_numbers(value("remark") or "") or None,
            sorted(faults),
            without_numbers(json.dumps(faults, ensure_ascii=False)) if faults else "{}",
        )


def _phone(vault: Vault, application_id: int, phone: str | None) -> tuple[bytes, bytes | None]:
    """Return the key of a claim to be, and its phone."""
    key = new_row_key()
    own = place(Claim.phone_cipher, row_key=key, application_id=application_id)
    return key, vault.encrypt(phone, own) if phone else None


def _id_fault(row: SheetRow) -> str:
    """Return why an id is none, as C-01 names it."""
    error = row.errors.get("citizen_id")
    fault = error and error.params.get("fault", error)
    if isinstance(fault, Message) and fault.msgid == ROUNDED:
        return "rounded"
    return unreadable_kind(row.raw.get("citizen_id", "")) or "invalid"
