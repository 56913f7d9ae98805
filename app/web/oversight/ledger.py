"""The ledger page (台账): payments by month and place, sums per notice, application, list; both as workbooks."""

from __future__ import annotations

import io
from decimal import Decimal

from flask import g, request
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy import select

from app.engine.access.roles import AUDITOR, CASHIER, REVIEWER
from app.engine.oversight import ledger
from app.engine.sheets import export
from app.extensions import db
from app.kernel.messages import N_
from app.programmes.installed import programme_of, programmes
from app.registers.organisation import Office
from app.web.crud.views import Screen
from app.web.page.downloads import hand_out, mark
from app.web.wording.translations import gettext

LEVEL_TITLES = {"office": N_("按机构"), "prefecture": N_("按市（州）"), "province": N_("全省")}
GROUP_TITLES = {
    "programme": N_("按补贴项目"),
    "notice": N_("按公示"),
    "application": N_("按申请单"),
    "payment_list": N_("按发放清单"),
}
OFFERED = {"county": 1, "prefecture": 2, "province": 3}
"""How many levels an office may sum up: a county's share of a prefecture would pass for the whole."""

PAID_HEADERS = (N_("地区或机构"), N_("月份"), N_("补贴项目"), N_("发放人数"), N_("发放金额（元）"))
SUMS_HEADERS = (
    N_("编号"),
    N_("补贴项目"),
    N_("有效人数"),
    N_("有效金额（元）"),
    N_("已发放人数"),
    N_("已发放金额（元）"),
    N_("审计日志金额（元）"),
    N_("核对"),
)


class LedgerView(Screen, BaseView):
    route_base = "/ledger"
    default_view = "monthly"
    menu = (N_("业务经办"),)
    menu_title = N_("发放台账")
    menu_icon = "pay"
    entry_permission = "can_monthly"
    replica_reads = ("monthly", "sums")
    granted = dict.fromkeys((REVIEWER, CASHIER, AUDITOR), ("can_monthly", "can_sums"))
    permission_titles = {"can_sums": N_("查看汇总"), "can_monthly": N_("查看月报")}

    @expose("/")
    @has_access
    @permission_name("monthly")
    def monthly(self):
        levels, level, year = self._asked()
        rows = ledger.monthly(db.session, year, level, _one_of(request.args.get("programme"), _codes()))
        total = sum((row.amount for row in rows), Decimal(0))
        if request.args.get("download"):
            lines = [(r.place, r.month, _title(r.programme), r.count, r.amount) for r in rows]
            lines.append((gettext("合计"), "", "", sum(r.count for r in rows), total))
            return _download(gettext("发放台账"), f"{year}-{level}", PAID_HEADERS, lines)
        return self.render_template(
            "ledger.html",
            rows=rows,
            total=total,
            count=sum(row.count for row in rows),
            year=year,
            level=level,
            levels={name: LEVEL_TITLES[name] for name in levels},
            programmes=programmes(),
            title_of=_title,
        )

    @expose("/sums")
    @has_access
    @permission_name("sums")
    def sums(self):
        """Show what was paid equals the sum of claims: per programme, notice, application and payment list."""
        _, _, year = self._asked()
        by = _one_of(request.args.get("by"), GROUP_TITLES) or "programme"
        rows = ledger.reconciled(db.session, by, year)
        if request.args.get("download"):
            return _download(gettext("发放核对"), f"{year}-{by}", SUMS_HEADERS, [_line(by, r) for r in rows])
        return self.render_template(
            "sums.html",
            rows=rows,
            by=by,
            year=year,
            groups=GROUP_TITLES,
            title_of=_title,
            paid=sum((row.paid for row in rows), Decimal(0)),
            live=sum((row.live for row in rows), Decimal(0)),
            audited=sum((row.audited for row in rows), Decimal(0)),
        )

    def _asked(self) -> tuple[tuple[str, ...], str, int]:
        """Return (levels that this login may sum up, the chosen one, the year)."""
        office = db.session.scalars(select(Office).where(Office.id == g.actor.office_id)).one_or_none()
        levels = ledger.LEVELS[: OFFERED[office.region.level] if office else 1]
        level = _one_of(request.args.get("level"), levels) or levels[0]
        text = request.args.get("year", "")
        this_year = g.today.year
        year = int(text) if text in map(str, range(2000, 2101)) else this_year
        return levels, level, year


def _download(title: str, name: str, headers: tuple[str, ...], lines: list):
    stream = io.BytesIO()
    export(f"{title} {name}", [gettext(h) for h in headers], lines, stream, mark())
    return hand_out(stream, f"{title}-{name}", subject=f"{title} {name}", after={"rows": len(lines)})


def _line(by: str, row: ledger.Sums) -> tuple:
    name = _title(row.group) if by == "programme" else row.group
    agrees = gettext("一致") if row.agrees else gettext("不一致")
    return name, _title(row.programme), row.claims, row.live, row.paid_claims, row.paid, row.audited, agrees


def _codes() -> tuple[str, ...]:
    return tuple(p.code for p in programmes())


def _title(code: str) -> str:
    return gettext(programme_of(code).title)


def _one_of(text: str | None, allowed) -> str | None:
    return text if text in allowed else None
