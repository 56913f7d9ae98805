"""The desk of a policy officer: values that change, next year's calendar, what the programmes paid this year."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from flask import g, url_for

from app.engine.oversight.coming import CalendarPlan, OfYear, policy_desk
from app.extensions import db
from app.programmes.installed import programmes
from app.web.desk.lines import Line, by_day, of_tasks
from app.web.page.lanes import Lane, Scale, year_from
from app.web.page.timelines import GAP, NEXT, SHIPPED, Timeline, timelines
from app.web.wording.titles import programme_title
from app.web.wording.translations import gettext

AHEAD = timedelta(days=90)
AUTUMN = 10
"""The month from which next year's arrangement is due."""
MOST_LANES = 8


def facts() -> dict:
    """Return what the page shows."""
    desk, scale = policy_desk(db.session, g.today), year_from(g.today)
    lines = list(timelines(desk.values, g.today))
    changing = [line for line in lines if len(line.bars(scale)) > 1]
    sums = [line for line in lines if line.parameter.unit == "yuan" and line not in changing]
    return {
        "lines": by_day([*_of_values(lines), *_of_plan(desk.plan), *of_tasks()]),
        "scale": scale,
        "changing": len(changing),
        "count": len(lines),
        "lanes": [_lane(one, scale) for one in [*changing, *sums][:MOST_LANES]],
        "plan": desk.plan,
        "years": _years(desk.years),
        "months": desk.months,
        "parameters": [(programme, len(programme.policy.parameters)) for programme in programmes()],
    }


def _lane(line: Timeline, scale: Scale) -> Lane:
    """Return the lane of a parameter; its longest bar has room for the programme's name."""
    bars = line.bars(scale)
    longest = max(bars, key=lambda bar: bar.width)
    words = gettext("{value}，{programme}")
    text = words.format(value=longest.text, programme=gettext(line.programme.title))
    shown = [replace(bar, text=text) if bar is longest else bar for bar in bars]
    return Lane(gettext(line.parameter.title), shown)


def _of_values(lines: Sequence[Timeline]) -> Iterator[Line]:
    for line in lines:
        title, following = gettext(line.parameter.title), line.next
        if following is None or following.first - g.today > AHEAD:
            continue
        address = url_for("PolicyView.list", programme=line.programme.code, parameter=line.parameter.code)
        if line.kind(following) == GAP:
            what = gettext("{parameter}须续定").format(parameter=title)
            note = gettext("{value}，{day}止，其后没有取值").format(
                value=line.value(line.now), day=line.now.last
            )
            alarm = gettext("将空缺") if following.first - g.today <= timedelta(days=30) else ""
            yield Line(what, note, gettext("续定"), address, line.now.last, alarm)
        elif line.kind(following) == NEXT:
            what = gettext("{parameter}将改为{value}").format(parameter=title, value=line.value(following))
            note = f"{gettext(line.programme.title)}，{following.row.document}" if following.row else ""
            yield Line(what, note, gettext("查看"), address, following.first)
    if shipped := [line for line in lines if line.kind(line.now) == SHIPPED]:
        what = gettext("{count} 项参数还按出厂值执行").format(count=len(shipped))
        note = gettext("没有文件依据，印出的单据政策依据一栏留空")
        yield Line(what, note, gettext("补录"), url_for("PolicyView.list"), aside=gettext("不限期"))


def _of_plan(plan: CalendarPlan) -> Iterator[Line]:
    """Yield what next year's calendar waits for, from autumn on."""
    if plan.confirmed or g.today.month < AUTUMN:
        return
    what = gettext("{year}年放假安排还没有确认").format(year=plan.year)
    note = gettext("已经登记，请逐日核对") if plan.there else gettext("通知发布后登记；确认前公示期从严计算")
    endpoint = "YearView.confirm" if plan.there else "YearView.list"
    address = url_for(endpoint, pk=plan.year) if plan.there else url_for(endpoint)
    verb = gettext("核对") if plan.there else gettext("登记")
    yield Line(what, note, verb, address, date(plan.year - 1, 12, 31))


def _years(rows: Sequence[OfYear]) -> list[tuple[str, OfYear]]:
    """Return each programme's year by its title, and last the sum of all."""
    by_code = {row.programme: row for row in rows}
    shown = [
        (programme_title(p.code), by_code.get(p.code, OfYear(p.code, 0, Decimal(0), 0, 0, None, 0)))
        for p in programmes()
    ]
    people, amount, decided, refused, checks = (
        sum(getattr(row, name) for _, row in shown)
        for name in ("people", "amount", "decided", "refused", "post_checks")
    )
    days = [(row.days, row.people) for _, row in shown if row.days is not None and row.people]
    mean = sum((d * n for d, n in days), Decimal(0)) / sum(n for _, n in days) if days else None
    return [*shown, (gettext("合计"), OfYear("", people, amount, decided, refused, mean, checks))]
