"""Jobs on `procrastinate`: deferred in the caller's transaction, run at least once, take effect once (`queue`)."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import text
from sqlalchemy.orm import Session

DEFER = """
    SELECT procrastinate_defer_jobs_v1(ARRAY[
        ROW('default', :task, 0, NULL, NULL, CAST(:args AS jsonb), NULL)::procrastinate_job_to_defer_v1])
"""


def defer(session: Session, task: str, args: Mapping[str, str]) -> None:
    """Queues a task that a worker takes once the caller has committed; ids only, for arguments are kept in clear."""
    session.execute(text(DEFER), {"task": task, "args": json.dumps(dict(args))})
