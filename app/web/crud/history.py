"""A person's page: all that the person was ever claimed for, across programmes, within what the viewer may see."""

from __future__ import annotations

from decimal import Decimal

from flask import abort
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.engine.access.roles import AUDITOR, CASHIER, CLERK, REVIEWER
from app.engine.cases.claims import Claim
from app.extensions import db
from app.web.crud.paging import key_of
from app.web.crud.views import Screen

MOST = 500


class HistoryView(Screen, BaseView):
    """Opened from a claim: who sees one claim of a person sees those of the others that are in scope."""

    route_base = "/desk/history"
    default_view = "show"
    granted = dict.fromkeys((CLERK, REVIEWER, CASHIER, AUDITOR), ("can_show",))

    @expose("/<int:pk>")
    @has_access
    def show(self, pk):
        wanted = select(Claim).where(Claim.id == key_of(Claim.id.type, str(pk)))
        claim = db.session.scalars(wanted).one_or_none() or abort(404)
        own = select(Claim).where(Claim.person_id == claim.person_id).order_by(Claim.id.desc()).limit(MOST)
        related = (Claim.application, Claim.employer, Claim.office)
        rows = db.session.scalars(own.options(*map(selectinload, related))).all()
        paid = sum((row.amount for row in rows if row.state == "disbursed"), Decimal(0))
        return self.render_template("person.html", claim=claim, rows=rows, paid=paid)
