"""The home page is a desk: what is to be done today, how far the cases have come, when the next days' limits are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from flask import g, redirect, url_for
from flask_appbuilder.baseviews import BaseView, expose
from flask_login import current_user

from app.engine.access.roles import AUDITOR, CASHIER, CLERK, KEEPERS, POLICY, REVIEWER
from app.engine.cases.claims import Application, Claim
from app.engine.cases.states import EDITABLE
from app.engine.oversight import flow
from app.engine.oversight.flow import Desk, Step
from app.engine.oversight.limits import REVIEWED, Limits
from app.extensions import db, fab
from app.kernel.dates import SHANGHAI
from app.kernel.messages import N_
from app.programmes.installed import by_code, programmes
from app.registers.calendar.workdays import WorkCalendar
from app.web.crud.views import Screen
from app.web.desk import audit_home, policy_home, staff_home
from app.web.desk.fortnight import first_day, fortnight, last_day
from app.web.desk.shortcuts import own
from app.web.longwork.work_pages import waiting_works
from app.web.page.addresses import page_url
from app.web.page.templating import may
from app.web.page.waiting import Task, tasks
from app.web.staff import pending_duties
from app.web.wording.translations import gettext

NOON, EVENING = 12, 18
STAGES = {
    N_("草稿"): ("draft",),
    N_("审核"): REVIEWED,
    N_("公示"): ("approved", "publicizing", flow.ENDED),
    N_("待发放"): ("publicized",),
    N_("今年已发"): ("disbursed",),
}
UNPUBLICIZED = {title: states for title, states in STAGES.items() if "approved" not in states} | {
    N_("待发放"): ("approved",)
}
"""What a strip shows: each step's name and states, the last one with money paid; then the same where there is no publicity."""
VERBS = {"draft": N_("继续"), "returned": N_("修改"), "publicizing": N_("办理")}
"""What one does with a task where its list's name doesn't say it."""


@dataclass(frozen=True)
class Todo:
    """A line of the to-do list: a task, the day by which it is due, None without a limit, and whether that is near."""

    task: Task
    due: date | None
    verb: str
    near: bool


@dataclass(frozen=True)
class Strip:
    """The way of one programme's cases: (title, address, people, sum in CNY) of each stage; how many were returned."""

    title: str
    stages: Sequence[tuple[str, str, int, Decimal]]
    returned: int


class HomeView(Screen, BaseView):
    """What waits for the person who has logged in, and the functions that this person has."""

    route_base = ""
    default_view = "index"

    @expose("/")
    def index(self):
        if not current_user.is_authenticated:
            return redirect(url_for("AuthView.login"))
        template, facts = next((OF_OTHERS[role] for role in OF_OTHERS if role in g.actor.roles), CASES)
        if g.actor.roles & MOVERS:
            template, facts = CASES
        return self.render_template(
            template,
            greeting=greeting(datetime.now(SHANGHAI).hour),
            waits=pending_duties.sentences(g.actor.user_id),
            works=waiting_works(),
            shortcuts=own(),
            starts=starts(),
            **facts(),
        )


def case_desk() -> dict:
    """Return what the desk of those shows who move cases."""
    desk = own_desk()
    return {
        "desk": desk,
        "todo": todo(desk),
        "strips": strips(desk.steps) if sees_figures() else [],
        "fortnight": fortnight(desk.limits.calendar, desk.endings, g.today),
    }


CASES = ("home.html", case_desk)
MOVERS = frozenset({CLERK, REVIEWER, CASHIER})
OF_OTHERS = {
    **dict.fromkeys(KEEPERS, ("home_admin.html", staff_home.facts)),
    POLICY: ("home_policy.html", policy_home.facts),
    AUDITOR: ("home_auditor.html", audit_home.facts),
}
"""Role → the page and its facts, of those who move no cases."""


def sees_figures() -> bool:
    """Return whether this login may see how many people and how much money there is."""
    return may("can_show", "FiguresView")


def own_desk() -> Desk:
    """Return what the cases say to this login; to one that sees no figures, the calendar alone."""
    span = first_day(g.today), last_day(g.today)
    if sees_figures():
        return flow.desk_of(db.session, g.actor.user_id, by_code(), span, g.today)
    return Desk((), (), (), (), Limits(WorkCalendar.load(db.session, span[0]), by_code()))


def todo(desk: Desk) -> list[Todo]:
    """Return what waits, by the day by which it is due; what has no limit comes last."""
    at = {(step.programme, step.state): step for step in desk.steps}
    lines = []
    for task in tasks():
        view = fab().views[task.view]
        state = flow.ENDED if task.state == "publicizing" else task.state
        step = at.get((task.programme, state))
        due = flow.due(step, desk.limits, g.today) if step else None
        if task.count:
            task = replace(task, address=_address(task, step))
            verb = gettext(VERBS.get(task.state) or view.menu_short or N_("办理"))
            lines.append(Todo(task, due, verb, due is not None and desk.limits.near(due, g.today)))
    return sorted(lines, key=lambda line: (line.due is None, line.due or date.max))


def _address(task: Task, step: Step | None) -> str:
    """Return where a task is done: its list, or the one application that all its people still have to be sent in from."""
    if task.state not in EDITABLE or not step or step.application is None or step.count != task.count:
        return task.address
    view = fab().pages[task.programme, Application]
    return (
        page_url(view.endpoint, step.application)
        if may("can_show", view.class_permission_name)
        else task.address
    )


def strips(steps: Sequence[Step]) -> list[Strip]:
    """Return the strip of each programme whose cases this login may look through."""
    at = {(step.programme, step.state): step for step in steps}
    shown = []
    for programme in programmes():
        view = fab().pages[programme.code, Claim]
        if not may("can_list", view.class_permission_name):
            continue
        stages = []
        for title, states in (STAGES if programme.flow.publicity else UNPUBLICIZED).items():
            here = [at[programme.code, state] for state in states if (programme.code, state) in at]
            state = next((step.state for step in here if step.state != flow.ENDED), states[0])
            address = url_for(f"{view.endpoint}.list", state=state)
            amount = sum((step.amount for step in here), Decimal(0))
            stages.append((gettext(title), address, sum(step.count for step in here), amount))
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
