"""Papers for people (A4): receipt of an application, review form, refusal, list of those who did not pass."""

from __future__ import annotations

from datetime import date

from flask import g
from flask_appbuilder.baseviews import BaseView, expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import select

from app.engine.access.roles import AUDITOR, CASHIER, CLERK, REVIEWER
from app.engine.audit import NAMED, AuditEntry
from app.engine.cases.claims import Application, Claim, FailedRow
from app.engine.cases.finding import find_application, find_claim
from app.engine.cases.takings import sent_in_on
from app.engine.intake.application_accounts import people_and_accounts
from app.engine.programme import Programme
from app.extensions import db
from app.kernel.errors import Refused
from app.kernel.messages import N_
from app.programmes.installed import programme_for
from app.registers.organisation import Office
from app.web.crud.views import Screen
from app.web.page.findings import cells_of, latest_findings, readable
from app.web.stages.notices import legal_basis
from app.web.wording.totals import state_counts
from app.web.wording.translations import gettext

REFUSALS = {"rejected": "reject", "publicity_failed": "fail_publicity", "revoked": "revoke"}


class PrintView(Screen, BaseView):
    """Each paper is one page of its own; what may be printed is what may be seen."""

    route_base = "/print"
    default_view = "receipt"
    granted = {
        CLERK: ("can_receipt", "can_failed", "can_review_form", "can_refusal"),
        REVIEWER: ("can_receipt", "can_failed", "can_review_form", "can_refusal"),
        CASHIER: ("can_receipt",),
        AUDITOR: ("can_receipt", "can_failed", "can_review_form", "can_refusal"),
    }
    reception = ("can_receipt", "can_failed")
    permission_titles = {
        "can_receipt": N_("打印受理回执"),
        "can_failed": N_("打印未通过告知单"),
        "can_refusal": N_("打印告知书"),
        "can_review_form": N_("打印审核表"),
    }

    @expose("/receipt/<int:pk>")
    @has_access
    def receipt(self, pk):
        """受理回执: what the office took in, and on which day."""
        application = find_application(db.session, pk)
        sent_in = sent_in_on(db.session, pk)
        if sent_in is None:
            raise Refused(
                N_("申请{number}还没有提交，不能打印受理回执。请先提交申请。"), number=application.number
            )
        counts = state_counts(Claim.application_id, [pk], Claim.submitted_on.is_not(None)).get(pk, {})
        facts = {"sent_in": sent_in, "accounts": people_and_accounts(db.session, application)[1]}
        return self._paper("print/receipt.html", application, counts=counts, **facts)

    @expose("/failed/<int:pk>")
    @has_access
    def failed(self, pk):
        """校验未通过告知单: whom the check stopped, by which rule, with which facts."""
        application = find_application(db.session, pk)
        programme = programme_for(application)
        query = select(FailedRow).where(FailedRow.application_id == pk).order_by(FailedRow.row_no)
        rows = [
            (row, cells_of(row), [f for f in readable(programme, row.findings) if f.stops])
            for row in db.session.scalars(query)
        ]
        return self._paper("print/failed.html", application, rows=rows)

    @expose("/review/<int:pk>")
    @has_access
    def review_form(self, pk):
        """审核表: the person, the contract, every rule's finding, and who decided what."""
        claim = find_claim(db.session, pk)
        history = select(AuditEntry).where(AuditEntry.claim_id == pk).options(NAMED).order_by(AuditEntry.id)
        programme = programme_for(claim)
        return self._paper(
            "print/review.html",
            claim.application,
            claim=claim,
            findings=latest_findings(programme, pk),
            history=db.session.scalars(history).all(),
        )

    @expose("/refusal/<int:pk>")
    @has_access
    def refusal(self, pk):
        """不予补贴告知书: what was decided, which rule, facts and documents, where to complain."""
        claim = find_claim(db.session, pk)
        programme = programme_for(claim)
        if claim.state not in REFUSALS:
            raise Refused(N_("此人没有审核不通过、公示未通过或被撤销，不需要告知书。请核对当前状态。"))
        decided = (
            select(AuditEntry)
            .where(AuditEntry.claim_id == pk, AuditEntry.event == REFUSALS[claim.state])
            .order_by(AuditEntry.id.desc())
            .limit(1)
        )
        _, findings = latest_findings(programme, pk)
        day = programme.policy_day(claim) or g.today
        stops = [finding for finding in findings if finding.stops]
        return self._paper(
            "print/refusal.html",
            claim.application,
            documents=legal_basis(programme, claim.office, day),
            claim=claim,
            decision=db.session.scalars(decided).one(),
            findings=[(one, _rests_on(programme, claim.office, one.code, day)) for one in stops],
        )

    def _paper(self, template: str, application: Application, **more):
        """Return a paper; one that decides says on which documents, any other rests on those of today."""
        programme = programme_for(application)
        facts = {"documents": legal_basis(programme, application.office, g.today), **more}
        return self.render_template(template, application=application, programme=programme, **facts)


def _rests_on(programme: Programme, office: Office, code: str, day: date) -> list[str]:
    """Return the documents and articles behind a rule: its own, and those of the values that it asks for."""
    rule = programme.rule(code)
    own = [gettext(rule.basis)] if rule.basis else []
    return own + (legal_basis(programme, office, day, rule.parameters) if rule.parameters else [])
