"""业务统计: the office's figures as tables with drawn bars, which a printer and a screen reader read alike."""

from __future__ import annotations

from flask import g
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access

from app.engine.access.roles import AUDITOR, CASHIER, CLERK, REVIEWER
from app.engine.cases.states import STATES
from app.engine.oversight import figures
from app.extensions import db
from app.kernel.messages import N_
from app.programmes.installed import programmes
from app.web.crud.views import Screen


class FiguresView(Screen, BaseView):
    """What the office and those below it did."""

    route_base = "/desk/figures"
    default_view = "show"
    menu = (N_("业务经办"),)
    menu_title = N_("业务统计")
    menu_icon = "chart"
    entry_permission = "can_show"
    replica_reads = ("show",)
    granted = dict.fromkeys((CLERK, REVIEWER, CASHIER, AUDITOR), ("can_show",))
    reception = ("can_show",)

    @expose("/")
    @has_access
    def show(self):
        sums = figures.by_state(db.session)
        states = {(row.programme, row.state): row for row in sums}
        refused = figures.refusals(db.session, g.today)
        return self.render_template(
            "figures.html",
            programmes=programmes(),
            states={
                p.code: [states[p.code, state] for state in STATES if (p.code, state) in states]
                for p in programmes()
            },
            refused={
                p.code: [(p.rule(row.rule), row.count) for row in refused if row.programme == p.code]
                for p in programmes()
            },
            today=g.today,
            **figures_of_months(),
        )


def figures_of_months() -> dict[str, list]:
    """Return the last twelve months, and what their two charts draw."""
    months = figures.by_month(db.session, g.today)
    return {
        "months": months,
        "submitted": [(m.month, m.submitted) for m in months],
        "paid": [(m.month, m.amount) for m in months],
    }
