"""The way of one case, stage by stage: behind it by whom and when, where it is by when, ahead how long that takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import g

from app.engine.audit import AuditEntry
from app.engine.cases.claims import Claim
from app.engine.oversight import flow
from app.engine.oversight.limits import Limits
from app.engine.programme import Programme
from app.engine.workflow.flow import CALENDAR_DAYS, Flow
from app.kernel.dates import SHANGHAI
from app.kernel.messages import N_
from app.registers.calendar.workdays import EveryDay, WorkCalendar
from app.web.wording.formats import short_day
from app.web.wording.steps import steps
from app.web.wording.titles import short_name, state_title
from app.web.wording.translations import gettext

STAGES = (
    (N_("申请"), ("draft",), "submit"),
    (N_("审核"), ("submitted",), "approve"),
    (N_("复审"), ("in_second_review",), "approve_second"),
    (N_("公示"), ("approved", "publicizing"), "pass_publicity"),
    (N_("发放"), ("publicized", "disbursed"), "disburse"),
)
"""The journey's stages: title, the states of claims that are there, the event that ends it."""
UNPUBLICIZED = (N_("发放"), ("approved", "disbursed"), "disburse")
"""The last stage where there is no publicity."""
OVER = {
    "rejected": "reject",
    "publicity_failed": "fail_publicity",
    "revoked": "revoke",
    "withdrawn": "withdraw",
}
"""States that no move leads out of, with the event that led there."""


@dataclass(frozen=True)
class Stop:
    """A stage of the journey: `place` is done, here, ended, paid or nothing (ahead); `pressing` for what is due today."""

    title: str
    place: str
    note: str = ""
    pressing: bool = False


def journey(programme: Programme, claim: Claim, history: Sequence[AuditEntry], limits: Limits) -> list[Stop]:
    """Return the stages of a claim: behind it by whom and when, where it is by when, ahead how long that takes."""
    path = _path(programme.flow, claim, history)
    places = {step.state: step.place for step in steps(path, claim.state, history)}
    if claim.state == "returned":
        places |= dict.fromkeys(path[1:], "ahead")
    stops = []
    stages = [stage for stage in STAGES if not set(path).isdisjoint(stage[1])]
    for title, states, event in stages if programme.flow.publicity else (*stages[:-2], UNPUBLICIZED):
        here = {places.get(state, "cut") for state in states}
        entry = last(history, event)
        if here == {"done"}:
            stops.append(Stop(gettext(title), "done", who(entry)))
        elif claim.state == "disbursed":
            stops.append(Stop(gettext("已发放"), "paid", who(entry)))
        elif "here" in here:
            stops.append(Stop(gettext(title), "here", *_limit(programme, claim, limits)))
        elif "ahead" in here:
            stops.append(Stop(gettext(title), "", _prospect(programme, claim, states)))
    if claim.state == "returned":
        stops.insert(1, Stop(gettext("退回修改"), "here", who(last(history, "return")), pressing=True))
    elif claim.state not in flow.ON_THE_WAY and claim.state != "disbursed":
        stops.append(
            Stop(state_title(claim.state, claim.programme), "ended", who(last(history, OVER[claim.state])))
        )
    elif sum(entry.event == "submit" for entry in history) > 1:
        stops[0] = Stop(gettext("申请"), "done", who(next(e for e in history if e.event == "submit")))
        stops.insert(1, Stop(gettext("退回后再提交"), "done", who(last(history, "submit"))))
    return stops


def _path(switches: Flow, claim: Claim, history: Sequence[AuditEntry]) -> tuple[str, ...]:
    """Return the states of the claim's way; by a second review if all have one, or if this one came to it."""
    came = any((entry.after or {}).get("state") == "in_second_review" for entry in history)
    return switches.path(switches.second_review_from == 0 or came or claim.state == "in_second_review")


def last(history: Sequence[AuditEntry], event: str) -> AuditEntry | None:
    return next((entry for entry in reversed(history) if entry.event == event), None)


def who(entry: AuditEntry | None) -> str:
    if entry is None:
        return ""
    return f"{short_day(_day(entry.at), g.today)} {short_name(entry)}"


def _day(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()


def _limit(programme: Programme, claim: Claim, limits: Limits) -> tuple[str, bool]:
    """Return by when a claim must leave the stage where it is, and whether that is near or over."""
    if claim.state == "draft":
        return gettext("{day} 建立，尚未提交").format(
            day=short_day(claim.application.created_on, g.today)
        ), False
    if claim.state == "approved" and programme.flow.publicity:
        return gettext("尚未公示"), False
    if claim.state == "publicizing" and claim.notice and claim.notice.ends_on >= g.today:
        return gettext("公示到 {day}").format(day=short_day(claim.notice.ends_on, g.today)), False
    state = flow.ENDED if claim.state == "publicizing" else claim.state
    due = flow.due(flow.Step(claim.programme, state, 1, claim.amount, claim.waiting_since), limits, g.today)
    if due is None:
        return "", False
    if due < g.today:
        return gettext("已过期限 {day}").format(day=short_day(due, g.today)), True
    if due == g.today:
        return gettext("今天到期"), True
    return gettext("{day}前办理").format(day=short_day(due, g.today)), limits.near(due, g.today)


def _counted(programme: Programme, days: str) -> str:
    unit = EveryDay if programme.flow.publicity == CALENDAR_DAYS else WorkCalendar
    return gettext(unit.counted).format(count=days)


def _prospect(programme: Programme, claim: Claim, states: tuple[str, ...]) -> str:
    """Return how long a stage will take, or from when on it can begin."""
    if "publicizing" in states and claim.policy:
        return _counted(programme, claim.policy["least_publicity_days"])
    if "publicized" in states and claim.state == "publicizing" and claim.notice:
        first = claim.notice.ends_on + timedelta(days=1)
        return gettext("最早 {day}").format(day=short_day(first, g.today)) if first > g.today else ""
    return ""
