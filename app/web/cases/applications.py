"""The application screen (manual 2.1.1): employer and region, people sheet, bank details, papers, apply."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import ClassVar

from flask import abort, g, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from wtforms import Form

from app.engine.access.roles import AUDITOR, CASHIER, CLERK, REVIEWER
from app.engine.cases import takings
from app.engine.cases.claims import Application, Attachment, Claim, FailedRow
from app.engine.cases.desks import office_of_application
from app.engine.cases.papers import lacking
from app.engine.cases.states import EDITABLE
from app.engine.casework.case_history import history_of, opinions
from app.engine.intake import rechecking
from app.engine.intake.application_accounts import keep_last_account, people_and_accounts
from app.engine.intake.applications import fill_in
from app.engine.intake.discarding import discard_application
from app.engine.programme import Programme
from app.engine.sheets import Column
from app.extensions import db
from app.kernel.messages import N_
from app.kernel.text import whole_number
from app.registers.lookup import covered
from app.web.cases.application_money import AccountRoutes, account_facts
from app.web.cases.application_papers import PaperRoutes
from app.web.cases.application_people import PeopleRoutes
from app.web.cases.application_rows import RowRoutes, failed_groups
from app.web.cases.opening import EmployerChoiceForm
from app.web.longwork.question_pages import waiting_for
from app.web.longwork.sheet_forms import row_form
from app.web.stages.bulk import ApplicationsView
from app.web.wording.titles import shared_facts
from app.web.wording.translations import gettext

SHOWN = 50
MOVES = (
    "submit",
    "withdraw",
    "approve",
    "approve_second",
    "reject",
    "return",
    "publicize",
    "pass_publicity",
    "fail_publicity",
    "revoke",
    "list",
    "disburse",
)
"""What can be done with all people of an application at once."""


class ApplicationView(PeopleRoutes, RowRoutes, AccountRoutes, PaperRoutes):
    """The generated list of applications, whose show page is where a clerk works on one."""

    menu_short = N_("申请")
    menu_icon = "apply"
    list_template = "applications.html"
    show_template = "application.html"
    joined = [*ApplicationsView.joined, "open_correction"]
    opening_form: ClassVar[type[Form]] = EmployerChoiceForm
    opening_template: ClassVar[str] = "application_new.html"
    include_route_methods: ClassVar[set[str]] = {
        "list",
        "show",
        "action_post",
        "add",
        "person",
        "template",
        "check",
        "failed",
        "correct",
        "recheck",
        "drop",
        "restore",
        "account",
        "propose_account",
        "attach",
        "attachment",
        "detach",
        "apply",
        "discard",
    }
    moves = MOVES
    page_of = Application
    list_columns = ["number", "employer.name", "region.name", "office.name", "created_on"]
    order_columns = ["number", "created_on"]
    readers = (CLERK, REVIEWER, CASHIER, AUDITOR)
    rights = {CLERK: ("can_add", "can_edit")}

    @property
    def reception(self) -> Sequence[str]:
        return self.granted[CLERK] if self.programme.flow.intake_below else ()

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self):
        form = self.opening_form(request.form)
        return self.form_page(
            form,
            lambda: self.finish(self._first_page(form.open(self.programme, g.today).id)),
            self.opening_template,
        )

    def _first_page(self, pk: int) -> str:
        """Return where a new application begins: with its own fields, if it has any."""
        return url_for(f"{self.endpoint}.edit", pk=pk) if self.programme.form else self._url(pk)

    def show_more(self, application: Application) -> dict:
        application_id = application.id
        # the programme's own class: else its columns would be fetched claim by claim
        placed = (Claim.employer, Claim.region) if self.programme.placed else ()
        named = (Claim.person, *placed, *((Claim.account,) if self.programme.pays_each else ()))
        passed = select(self.programme.claim).where(Claim.application_id == application_id)
        counts, paid = people_and_accounts(db.session, application)
        history = history_of(db.session, application_id)
        own = select(Attachment).where(Attachment.application_id == application_id)
        attachments = db.session.scalars(own.order_by(Attachment.id)).all()
        may_edit = self.appbuilder.sm.has_access("can_edit", self.class_permission_name)
        editable = may_edit and office_of_application(application, counts) == g.actor.office_id
        return {
            "programme": self.programme,
            "own_facts": self.own_facts(application),
            "counts": counts,
            "claims": db.session.scalars(
                passed.options(*map(joinedload, named)).order_by(Claim.id).limit(SHOWN)
            ).all(),
            **self._failed(application_id),
            "shown": SHOWN,
            "attachments": attachments,
            "lacking": lacking(self.programme.papers, {one.kind for one in attachments}),
            "edit_endpoint": f"{self.appbuilder.pages[self.programme.code, Claim].endpoint}.edit",
            "history": history,
            "last_sheet": next((e for e in reversed(history) if e.event == "import" and e.subject), None),
            "opinions": opinions(db.session, application_id) if editable and "returned" in counts else [],
            "takes_people": takings.takes_people(counts),
            "sent_in": takings.was_sent_in(db.session, application_id, counts),
            "errors": {},
            "coverage": coverage(self.programme, application.insured_region),
            "editable": editable,
            "unanswered": self.programme.unanswered(application),
            "fills_in": editable and set(counts) <= {*EDITABLE, "withdrawn"},
            **(waiting_for(self, application_id) if editable else {}),
            **account_facts(application, editable, counts, paid),
        }

    def _failed(self, application_id: int) -> dict:
        """Return the rows that did not pass by what stopped them: all, or the first under each rule where they are many."""
        own = select(FailedRow).where(FailedRow.application_id == application_id)
        rows = list(db.session.scalars(own.order_by(FailedRow.row_no, FailedRow.id).limit(SHOWN)))
        if len(rows) < SHOWN:
            by_rule: Mapping[str, int] = Counter(rechecking.stopped_by(row.findings)["rule"] for row in rows)
        else:
            by_rule = rechecking.counts_by_rule(db.session, application_id)
            rows = rechecking.first_of_each(db.session, application_id, max(1, SHOWN // len(by_rule)))
        return {
            "failed_count": sum(by_rule.values()),
            "failed": failed_groups(self.programme, rows, by_rule),
        }

    @expose("/edit/<pk>", methods=["GET", "POST"])
    @has_access
    def edit(self, pk):
        """Ask for what only this programme's applications have; one that is new begins with it."""
        application = self.item(pk)
        shared = self.programme.form or abort(404)
        current = {one.field: self._typed(application, one) for one in shared.columns}
        form = row_form(shared, request.form if request.method == "POST" else None, current)

        def save():
            fill_in(db.session, g.actor, self.programme, application.id, form.row.values, g.today)
            return self.finish(self._url(application.id), gettext("申请情况已保存。"))

        return self.form_page(form, save, "application_edit.html", lambda: {"row": self.item(pk)})

    def _typed(self, application: Application, column: Column) -> str:
        value = self.programme.shared_value(application, column)
        return "" if value is None else dict(column.choices).get(value, str(value))

    def own_facts(self, application: Application) -> Sequence[tuple[str, object]]:
        """Return (title, value) of what only this programme's applications have."""
        return shared_facts(self.programme, application)

    @expose("/apply/<int:pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def apply(self, pk):
        """补贴申请: all drafts of this application, through the same dialog as every move."""
        application, transition = self.item(str(pk)), self.programme.transitions["submit"]
        if application.account is None and (kept := whole_number(request.form.get("kept"))) is not None:
            keep_last_account(db.session, g.actor, application.id, g.vault, kept)
        drafts = select(Claim.id).where(
            Claim.application_id == application.id, Claim.state.in_(transition.sources)
        )
        return self.open_dialog(transition.name, drafts.order_by(Claim.id), self._url(pk))

    @expose("/discard/<int:pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def discard(self, pk):
        """Discard an application that was opened by mistake and holds nobody."""
        self.item(str(pk))
        number = discard_application(db.session, g.actor, pk)
        return self.finish(sentence=gettext("申请{number}已删除。").format(number=number))


def coverage(programme: Programme, region_code: str | None) -> list:
    """数据截至: what the registers cover of one region, one row a register, with those that a programme asks beside the five."""
    return covered(db.session, region_code, programme.registers)
