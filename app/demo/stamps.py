"""Time stamps of a demonstration follow its date, which runs ahead of the clock; production's tables know nothing of it."""

from __future__ import annotations

from sqlalchemy import Connection, text

COLUMNS = (("audit_entries", "at"), ("checks", "ran_at"), ("attachments", "added_at"))
"""Where a default says when something was done."""
MOMENT = """
    CREATE OR REPLACE FUNCTION demo_moment() RETURNS timestamptz LANGUAGE sql VOLATILE SET search_path = public AS
    'SELECT clock_timestamp() + make_interval(days => coalesce((SELECT days_ahead FROM demo_clock), 0))'
"""
FOLLOW = "ALTER TABLE {table} ALTER COLUMN {column} SET DEFAULT demo_moment()"


def follow_the_date(owner: Connection) -> None:
    """Give the columns that say when something was done the demonstration's own clock; as the database's owner, repeatable."""
    owner.execute(text(MOMENT))
    for table, column in COLUMNS:
        owner.execute(text(FOLLOW.format(table=table, column=column)))
