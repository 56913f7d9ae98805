"""The desk of an auditor: payments to look into, counts of what looks unusual, the log's seals, who looked at numbers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from flask import g, url_for

from app.engine.oversight import watch
from app.engine.oversight.watch import Watch
from app.extensions import db
from app.kernel.dates import add_months
from app.kernel.messages import N_
from app.kernel.money import format_yuan
from app.programmes.installed import programme_of
from app.web.desk.lines import Line, of_tasks
from app.web.page.findings import readable
from app.web.wording.translations import gettext

COUNTS = {
    watch.REFUSED: (N_("越权操作被系统拦下"), N_("没有办成，记入审计日志")),
    watch.LATE: (N_("非工作时间办理"), N_("早七点前、晚八点后和双休日的提交、审核、公示、发放")),
    watch.CORRECTED: (N_("更正收款账户"), N_("审核人员签字后，未发放的一并改用新账户")),
    watch.REVOKED: (N_("撤销已通过的"), N_("公示前由审核人员撤销")),
    watch.OBJECTED: (N_("公示异议"), N_("公示期内登记的异议")),
    watch.EXPORTED: (N_("导出名单"), N_("导出为表格的次数")),
    watch.REVEALED: (N_("查看完整号码"), N_("证件、电话、账号由谁何时看过")),
}
"""What is counted: its name, and what it is."""
BOXES = 30


def facts() -> dict:
    """Return what the page shows."""
    desk = watch.watch(db.session, g.today)
    days = [g.today - timedelta(days=n) for n in reversed(range(BOXES))]
    sealed = {one.day: one.entries for one in desk.sealed}
    return {
        "lines": [*_lines(desk), *of_tasks()],
        "waiting": desk.waiting,
        "counts": [
            (gettext(title), gettext(note), *desk.counts.get(what, (0, 0)), _address(what))
            for what, (title, note) in COUNTS.items()
        ],
        "sealed": [(day, sealed.get(day)) for day in days],
        "last": desk.last,
        "looks": desk.looks,
    }


def _lines(desk: Watch) -> Iterator[Line]:
    for one in desk.checks:
        programme = programme_of(one.programme)
        stops = [finding for finding in readable(programme, one.findings or ()) if finding.stops]
        reason = stops[0].title if stops else gettext("发放时复核未通过")
        what = gettext("{name}，{reason}").format(name=one.name, reason=reason)
        note = gettext("{programme} {amount} 元，{employer}").format(
            programme=gettext(programme.title), amount=format_yuan(one.amount), employer=one.employer or "—"
        )
        address = url_for("DossierView.show", pk=one.person_id)
        paid = f"{one.paid_on:%m-%d}" if one.paid_on else ""
        yield Line(what, note, gettext("核查"), address, aside=gettext("已发放"), below=paid)


def _address(what: str) -> str:
    """Return the log's entries of the two months that are counted."""
    first: date = add_months(g.today.replace(day=1), -1)
    event = None if what == watch.LATE else what
    return url_for("AuditView.list", at_from=first.isoformat(), event=event)
