"""The clock of the year that the demonstration tells: the database itself reads it, so that no entry is back-dated afterwards.

The product lets the database say when something happened, and its own login can't choose the time of an audit entry.
The owner can, once, in the one transaction that writes the year: every default that asks for the time, and every
statement that does, asks this clock instead. At its end everything is as it was before; a failure leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy import event, text
from sqlalchemy.orm import Session

from app.kernel.dates import SHANGHAI

READ = "AS $$ SELECT current_setting('demo_history.moment')::timestamptz $$"
INSTALL = (
    "CREATE SCHEMA demo_history",
    f"CREATE FUNCTION demo_history.clock_timestamp() RETURNS timestamptz LANGUAGE sql STABLE {READ}",
    f"CREATE FUNCTION demo_history.now() RETURNS timestamptz LANGUAGE sql STABLE {READ}",
)
SHADOW = (
    "SET LOCAL search_path TO demo_history, public, pg_catalog",
    "SET LOCAL plan_cache_mode TO force_generic_plan",
    "SET LOCAL enable_seqscan TO off",  # a plan that is made while a table is empty must do when it is full
    "SET LOCAL enable_bitmapscan TO off",
)
REMOVE = (
    "SET LOCAL enable_bitmapscan TO DEFAULT",
    "SET LOCAL enable_seqscan TO DEFAULT",
    "SET LOCAL plan_cache_mode TO DEFAULT",
    "SET LOCAL search_path TO DEFAULT",
    "DROP SCHEMA demo_history CASCADE",
)
STATISTICS = ("ANALYZE candidates", "ANALYZE outcomes")
DUE = "statistics due"
DEFAULTS = """
    SELECT c.oid::regclass::text AS owner, quote_ident(a.attname) AS name, pg_get_expr(d.adbin, d.adrelid) AS expression
    FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
    JOIN pg_class c ON c.oid = d.adrelid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
      AND pg_get_expr(d.adbin, d.adrelid) IN ('now()', 'clock_timestamp()')
    ORDER BY c.relname, a.attname
"""
LEFT_OVER = """
    SELECT string_agg(oid::regclass::text, ', ') FROM pg_class
    WHERE relnamespace = pg_my_temp_schema() AND relkind = 'r' AND relname NOT LIKE 'staged%'
"""
SET = "ALTER TABLE {owner} ALTER COLUMN {name} SET DEFAULT {prefix}{expression}"


class Moments:
    """The moment at which everything happens now; it runs forward only, a little with each act."""

    def __init__(self, session: Session, random: Random):
        self.session, self.random = session, random
        self.now = datetime.min.replace(tzinfo=SHANGHAI)

    @property
    def today(self) -> date:
        return self.now.date()

    def reach(self, moment: datetime) -> None:
        """Go on to a moment, if it isn't past."""
        self.now = max(self.now, moment)
        self.session.execute(
            text("SELECT set_config('demo_history.moment', :moment, true)"), {"moment": self.now.isoformat()}
        )

    def pass_some(self) -> None:
        """Let the seconds go by that an act takes."""
        self.reach(self.now + timedelta(seconds=self.random.randrange(2, 12)))


@contextmanager
def kept(session: Session, random: Random) -> Iterator[Moments]:
    """Let the transaction of an owner's session live in the past; the caller commits after it."""
    defaults = session.execute(text(DEFAULTS)).all()
    for statement in INSTALL:
        session.execute(text(statement))
    for row in defaults:
        session.execute(text(SET.format(prefix="demo_history.", **row._mapping)))
    for statement in SHADOW:
        session.execute(text(statement))
    with _small_sets(session):
        yield Moments(session, random)
        session.flush()
    for row in defaults:
        session.execute(text(SET.format(prefix="pg_catalog.", **row._mapping)))
    for statement in REMOVE:
        session.execute(text(statement))


@contextmanager
def _small_sets(session: Session) -> Iterator[None]:
    """Plan the rules' statements now and then, not a thousand times: one set is as small as the other."""
    engine = session.get_bind()

    def seldom(_, __, statement: str, parameters, context, many: bool):
        if statement in STATISTICS and statement not in session.info[DUE]:
            return "SELECT 1", parameters
        session.info[DUE].discard(statement)
        return statement, parameters

    session.info[DUE] = set(STATISTICS)
    event.listen(engine, "before_cursor_execute", seldom, retval=True)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", seldom)


def know_registers(session: Session) -> None:
    """Let the database plan by what the registers hold, of which it has heard nothing yet."""
    session.execute(text("ANALYZE persons, employers, contributions, unemployment, transfers, regions"))


def sweep(session: Session) -> None:
    """Empty the tables of single sets, which a transaction's end would empty: what was deleted from them is read over until then."""
    if tables := session.scalar(text(LEFT_OVER)):
        session.execute(text(f"TRUNCATE {tables}"))
        session.info[DUE] = set(STATISTICS)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """Return a moment of a day at the counter."""
    return datetime.combine(day, time(hour, minute), SHANGHAI)
