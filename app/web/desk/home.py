"""The home page is a desk: what is to be done today, how far the cases have come, when the next days' limits are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import g, redirect, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_login import current_user

from app.engine.cases.claims import Claim
from app.engine.oversight import flow
from app.engine.oversight.flow import Step
from app.extensions import db, fab
from app.kernel.dates import SHANGHAI
from app.programmes.installed import programme_of, programmes
from app.registers.calendar.workdays import WorkCalendar
from app.web.crud.views import Screen
from app.web.desk.fortnight import first_day, fortnight, last_day
from app.web.desk.shortcuts import own
from app.web.longwork.work_pages import waiting_works
from app.web.oversight.figures import figures_of_months
from app.web.page.templating import may
from app.web.page.waiting import Task
from app.web.staff import pending_duties
from app.web.wording.translations import gettext

NOON, EVENING = 12, 18
STAGES = (
    ("draft",),
    ("submitted",),
    ("approved", "publicizing", flow.ENDED),
    ("publicized",),
    ("disbursed",),
)
"""The states of each step that a strip shows, the last one with money paid."""


@dataclass(frozen=True)
class Todo:
    """A line of the to-do list: a task, and the day by which it is due, None without a limit."""

    task: Task
    due: date | None
    verb: str


@dataclass(frozen=True)
class Strip:
    """The way of one programme's cases: (address, people, sum in CNY) for each of `STAGES`; how many were returned."""

    title: str
    stages: Sequence[tuple[str, int, object]]
    returned: int


class HomeView(Screen, BaseView):
    """What waits for the person who has logged in, and the functions that this person has."""

    route_base = ""
    default_view = "index"

    @expose("/")
    def index(self):
        if not current_user.is_authenticated:
            return redirect(url_for("AuthView.login"))
        calendar = WorkCalendar.load(db.session, first_day(g.today))
        cases = may("can_show", "FiguresView")
        steps = flow.steps(db.session, g.today) if cases else []
        endings = flow.endings(db.session, first_day(g.today), last_day(g.today)) if cases else []
        return self.render_template(
            "home.html",
            greeting=greeting(datetime.now(SHANGHAI).hour),
            todo=todo(steps, calendar),
            strips=strips(steps) if cases else [],
            fortnight=fortnight(calendar, endings, g.today),
            endings=endings,
            touched=flow.touched(db.session, g.actor.user_id) if cases else [],
            waits=pending_duties.sentences(g.actor.user_id),
            works=waiting_works(),
            shortcuts=own(),
            starts=starts(),
            programme_of=programme_of,
            **(figures_of_months() if cases else {}),
        )


def tasks() -> list[Task]:
    """Return what waits for a move of this login, list by list."""
    lists = (view for view in fab().baseviews if hasattr(view, "tasks"))
    return [task for view in lists for task in view.tasks()]


def todo(steps: list[Step], calendar: WorkCalendar) -> list[Todo]:
    """Return what waits, by the day by which it is due; what has no limit comes last."""
    at = {(step.programme, step.state): step for step in steps}
    lines = []
    for task in tasks():
        view = fab().views[task.view]
        state = flow.ENDED if task.state == "publicizing" else task.state
        step = at.get((task.programme, state))
        due = flow.due(step, calendar, g.today) if step else None
        if task.count:
            lines.append(Todo(task, due, gettext(view.menu_short or "办理")))
    return sorted(lines, key=lambda line: (line.due is None, line.due or date.max))


def strips(steps: list[Step]) -> list[Strip]:
    """Return the strip of each programme whose cases this login may look through."""
    at = {(step.programme, step.state): step for step in steps}
    shown = []
    for programme in programmes():
        view = fab().pages[programme.code, Claim]
        if not may("can_list", view.class_permission_name):
            continue
        stages = []
        for states in STAGES:
            here = [at[programme.code, state] for state in states if (programme.code, state) in at]
            state = next((step.state for step in here if step.state != flow.ENDED), states[0])
            address = url_for(f"{view.endpoint}.list", state=state)
            stages.append((address, sum(step.count for step in here), sum(step.amount for step in here)))
        returned = at.get((programme.code, "returned"))
        shown.append(Strip(gettext(programme.title), stages, returned.count if returned else 0))
    return shown


def starts() -> list[tuple[str, str]]:
    """Return what this login may begin: its title, and where."""
    return [
        (gettext(view.begins), url_for(f"{view.endpoint}.add"))
        for view in fab().baseviews
        if getattr(view, "begins", "") and may("can_add", view.class_permission_name)
    ]


def greeting(hour: int) -> str:
    """Return how one greets at that hour."""
    if hour < NOON:
        return gettext("上午好")
    return gettext("下午好") if hour < EVENING else gettext("晚上好")
