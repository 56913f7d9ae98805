"""What is to be done, line by line, on the desks of those who move no cases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from app.extensions import fab
from app.kernel.messages import N_
from app.web.page.waiting import tasks
from app.web.wording.translations import gettext


@dataclass(frozen=True)
class Line:
    """A line of a to-do list. `alarm`: the word that says why it is now; `due`: the day, None without a limit, when `aside` and `below` stand there."""

    what: str
    note: str
    verb: str
    address: str
    due: date | None = None
    alarm: str = ""
    aside: str = ""
    below: str = ""


def by_day(lines: list[Line]) -> list[Line]:
    """Return the lines by the day by which they are due; what has no limit comes last."""
    return sorted(lines, key=lambda line: (line.due is None, line.due or date.max))


def of_tasks(*but: str) -> Iterator[Line]:
    """Yield what waits in the lists of this login, save those of the views that a desk shows one by one."""
    for task in tasks(*but):
        if task.count:
            verb = gettext(fab().views[task.view].menu_short or N_("办理"))
            note = f"{task.count:,} {task.unit or gettext('人')}"
            yield Line(task.title, note, verb, task.address, aside=gettext("不限期"))
