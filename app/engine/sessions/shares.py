"""Fair shares: how much one person may look up and take away, counted in the database for all workers together."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.engine.actor import Actor
from app.engine.audit import record
from app.engine.sessions.attempts import LONGEST_WINDOW, count
from app.kernel.dates import SHANGHAI
from app.kernel.errors import Refused
from app.kernel.identifiers import citizen_id
from app.kernel.messages import N_

Found = TypeVar("Found")
LOOKUPS, SEARCHES, EXPORTS = 300, 1200, 60
"""Of one person in an hour: whole numbers looked up beyond the own lists, pages of lists found by words or numbers, and lists taken away."""
NO_LOOKUP = N_("一小时内按号码查询已达{most}次。请到{until}再查；需要核对很多人的，请用名单表格。")
NO_SEARCH = N_("一小时内查询列表已达{most}次。请到{until}再查；需要很多人的，请缩小范围后导出列表。")
NO_EXPORT = N_("一小时内导出已达{most}次。请到{until}再导出；请先缩小查询范围，一次导出所需的全部内容。")


def take_export(engine: Engine, actor: Actor) -> None:
    """Count an export of this person. Raises Refused."""
    _take(engine, f"export:{actor.user_id}", EXPORTS, NO_EXPORT)


def take_search(engine: Engine, actor: Actor) -> None:
    """Count a page of a list that was searched by words or numbers. Raises Refused."""
    _take(engine, f"search:{actor.user_id}", SEARCHES, NO_SEARCH)


def look_up(
    engine: Engine, actor: Actor, place: str | None, number: str, finding: Callable[[], Found]
) -> Found:
    """Return what a whole citizen id or USCC finds; count it and write it down whatever comes of it. Raises Refused.

    The entry is committed apart: an answer that was read can't be taken back, and lists are read from a replica.
    """
    _take(engine, f"lookup:{actor.user_id}", LOOKUPS, NO_LOOKUP)
    answer = None
    try:
        answer = finding()
    finally:
        after = {"place": place, "found": bool(answer)}
        with Session(engine) as own:
            record(own, actor, "lookup", subject=citizen_id.mask(citizen_id.normalize(number)), after=after)
            own.commit()
    return answer


def _take(engine: Engine, subject: str, most: int, sentence: str) -> None:
    times, until = count(engine, subject, LONGEST_WINDOW)
    if times > most:
        raise Refused(sentence, most=most, until=f"{until.astimezone(SHANGHAI):%H:%M}")
