"""A sender that speaks for some regions only: rows about anybody or anything elsewhere are not its own to write."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.kernel.crypto import Vault
from app.kernel.messages import N_, Message
from app.registers.loads.kinds import Register

OF_PERSONS = text("SELECT id_hash, region_code FROM persons WHERE id_hash = ANY(:keys)")
OF_EMPLOYERS = text("SELECT uscc, region_code FROM employers WHERE uscc = ANY(:keys)")
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('registers by territory', 0))")

ELSEWHERE = Message(N_("该地区不在发送方的管辖范围内，请由当地或上级机构装载。"))
HELD_ELSEWHERE = Message(N_("登记库中此人或单位属于其他地区，请由当地或上级机构装载。"))
NOWHERE = Message(N_("人员登记库中没有此人或没有其所属地区，请先装载人员登记库。"))
NO_EMPLOYER = Message(N_("单位登记库中没有这个统一社会信用代码，请先装载单位登记库。"))


def lock(session: Session) -> None:
    """Lock until the transaction ends: else two senders could each find a new person nowhere and both take it."""
    session.execute(ONE_AT_A_TIME)


def refusals(
    session: Session, vault: Vault, register: Register, rows: Iterable[tuple], regions: frozenset[str]
) -> list[tuple[str, Message] | None]:
    """Return for each row, in order, (column, why) when it is not the sender's own; two statements at most."""
    rows, columns = list(rows), list(register.columns)
    places = _held(session, vault, register, rows)
    named = register.place or "region_code"
    place = columns.index(named) if named in columns else None
    return [_refusal(columns, row, place, places, regions) for row in rows]


def _held(
    session: Session, vault: Vault, register: Register, rows: list[tuple]
) -> dict[str, str | None] | None:
    """Return key → the region that the register holds it in; None for facts that carry their own region."""
    if register.place:
        return None
    keys = {row[0] for row in rows}
    if not register.of_persons:
        return {row.uscc: row.region_code for row in session.execute(OF_EMPLOYERS, {"keys": list(keys)})}
    hashes = {vault.hash(code): code for code in keys}
    persons = session.execute(OF_PERSONS, {"keys": list(hashes)})
    return {hashes[bytes(key)]: region for key, region in persons}


def _refusal(
    columns: list[str], row: tuple, place: int | None, places: dict | None, regions: frozenset[str]
) -> tuple[str, Message] | None:
    if place is not None and row[place] not in regions:
        return columns[place], ELSEWHERE
    if places is None:
        return None
    region = places.get(row[0])
    if region is None:
        nowhere = NO_EMPLOYER if columns[0] == "uscc" else NOWHERE
        return None if place is not None else (columns[0], nowhere)
    return None if region in regions else (columns[0], HELD_ELSEWHERE)
