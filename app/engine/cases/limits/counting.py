"""SQL of a person's claims that count for a limit: the live ones, and those of the same batch that come before a row."""

from app.engine.cases.periods import YEAR
from app.engine.cases.states import LIVE

MONTH = f"make_date(greatest(c.slot_no, {YEAR}) / {YEAR}, c.slot_no % {YEAR} + 1, 1)"
DAY = f"CASE WHEN c.slot_no >= {YEAR} THEN {MONTH} ELSE c.submission_day END"
"""SQL: the day of a claim where no field says it: its month's first, else that of its submission."""
LIVE_CLAIMS = f"""
    SELECT k.id AS claim_id, NULL::bigint AS row_id, k.person_id, k.programme, k.slot_no, k.category,
           k.contract_start AS starts_on, k.contract_end AS ends_on, k.own, k.policy, k.employer_id, k.insured_region,
           k.submitted_on AS submission_day
    FROM claims k
    WHERE k.person_id IN (SELECT person_id FROM candidates) AND k.state IN {LIVE}
"""  # noqa: S608  # nosec B608  # constants of the code
"""Under the names that candidates have, so that one SQL of a field reads both."""
BEFORE = "(k.row_id IS NULL AND k.claim_id IS DISTINCT FROM c.claim_id OR (k.slot_no, k.row_id) < (c.slot_no, c.row_id))"
"""Which of those that count come before a candidate."""
MONTH_COUNTED = (
    f"to_char(make_date(greatest(k.slot_no, {YEAR}) / {YEAR}, k.slot_no % {YEAR} + 1, 1), 'YYYY-MM')"
)


def counted(counts: str) -> str:
    """Return SQL of how many count (`others`), how many of them are live (`live`), and which months these are, the live ones first."""
    return f"""
        count(k.person_id) FILTER (WHERE {counts}) AS others,
        count(k.person_id) FILTER (WHERE {counts} AND k.row_id IS NULL) AS live,
        array_agg({MONTH_COUNTED} ORDER BY k.row_id IS NOT NULL, k.slot_no)
            FILTER (WHERE {counts} AND k.slot_no >= {YEAR}) AS months"""


BEYOND = "greatest(live, least(others, most))"
"""How many of those that count are had, or will be: of a batch no more than the limit."""


def counting(rows: str, **values: str) -> str:
    """Return SQL of what counts, with SQL of further values over claims and candidates alike."""
    more = "".join(f", {sql} AS {name}" for name, sql in values.items())
    return f"""(
        SELECT c.row_id, c.claim_id, c.person_id, c.slot_no{more} FROM ({LIVE_CLAIMS} AND k.programme = :programme) c
        WHERE {rows}
        UNION ALL
        SELECT c.row_id, c.claim_id, c.person_id, c.slot_no{more}
        FROM candidates c LEFT JOIN outcomes o ON o.row_id = c.row_id
        WHERE o.stops IS NOT TRUE AND {rows}
          AND NOT EXISTS (SELECT 1 FROM claims k WHERE k.id = c.claim_id AND k.state IN {LIVE})
    )"""  # noqa: S608  # nosec B608  # of the catalogue


def inside(day: str, first: str | None, last: str | None) -> str:
    """Express that a day lies in a window, of which either end may be open."""
    return f"({day} >= coalesce({first or 'NULL'}, {day}) AND {day} <= coalesce({last or 'NULL'}, {day}))"
