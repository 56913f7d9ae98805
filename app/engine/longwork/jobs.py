"""Jobs on `procrastinate`: deferred in the caller's transaction, run at least once, take effect once (`queue`)."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import text
from sqlalchemy.orm import Session

DEFER = """
    SELECT procrastinate_defer_jobs_v1(ARRAY[
        ROW('default', :task, 0, :lock, NULL, CAST(:args AS jsonb), NULL)::procrastinate_job_to_defer_v1])
"""


def defer(session: Session, task: str, args: Mapping[str, str], lock: str) -> None:
    """Queue a task that a worker takes once the caller has committed; ids only, for arguments are kept in clear.

    Of the tasks with the same lock one is done at a time, in their order; those of others needn't wait for them.
    """
    session.execute(text(DEFER), {"task": task, "args": json.dumps(dict(args)), "lock": lock})
