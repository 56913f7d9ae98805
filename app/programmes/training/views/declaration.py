"""Subsidy declaration (疫情培训补贴申报): filter the classes that may declare, declare, fill in the bank, submit."""

from __future__ import annotations

from collections.abc import Sequence

from flask import g, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.models.sqla.filters import FilterIn
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.decorators import has_access
from sqlalchemy import func, select

from app.engine.access.roles import AUDITOR, CLERK
from app.engine.cases.states import OPEN_OR_LIVE
from app.extensions import db
from app.kernel.messages import N_
from app.programmes.training import PROGRAMME, declaration
from app.programmes.training.model import Enrolment, TrainingApplication, TrainingClaim, TrainingClass
from app.programmes.training.states import DECLARABLE
from app.programmes.training.views.base import ClassList
from app.web.cases.applications import ApplicationView


class DeclarationView(ClassList):
    datamodel = SQLAInterface(TrainingClass)
    route_base = "/training/declarations"
    menu_title = N_("疫情培训补贴申报")
    menu_short = N_("申报")
    menu_icon = "apply"
    list_template = "declarations.html"
    base_filters = [["state", FilterIn, DECLARABLE]]
    include_route_methods = {"list", "declare"}
    granted = {CLERK: ("can_list", "can_declare"), AUDITOR: ("can_list",)}
    permission_titles = {"can_declare": N_("补贴申报")}

    def list_more(self, rows: Sequence) -> dict:
        declared = (
            select(Enrolment.class_id, func.count())
            .join(TrainingClaim, TrainingClaim.enrolment_id == Enrolment.id)
            .where(Enrolment.class_id.in_([row.id for row in rows]), TrainingClaim.state.in_(OPEN_OR_LIVE))
            .group_by(Enrolment.class_id)
        )
        return {**super().list_more(rows), "declared": dict(db.session.execute(declared).all())}

    @expose("/declare/<int:pk>", methods=["POST"])
    @has_access
    def declare(self, pk):
        """补贴首次申报, or a supplementary one: the students who have not been declared."""
        application = declaration.declare(db.session, g.actor, PROGRAMME, pk, g.today)
        return self.finish(url_for("TrainingApplicationView.show", pk=application.id, _anchor="bank"))


class TrainingApplicationView(ApplicationView):
    """The declarations themselves: bank details, papers, submission."""

    datamodel = SQLAInterface(TrainingApplication)
    programme = PROGRAMME
    menu = PROGRAMME.menu
    route_base = "/training/applications"
    menu_title = N_("补贴申报单")
    menu_short = N_("申报单")
    menu_icon = "sheet"
    list_template = "groups.html"
    include_route_methods = {
        "list",
        "show",
        "action_post",
        "account",
        "propose_account",
        "attach",
        "attachment",
        "detach",
        "apply",
    }
    rights = {CLERK: ("can_edit",)}
    loads = ["employer", "office", "training_class"]
    list_columns = ["number", "training_class.cohort_no", "employer.name", "office.name", "created_on"]
    label_columns = {**ApplicationView.label_columns, "training_class.cohort_no": N_("培训期号")}
    search_columns = ["number", "training_class.cohort_no", "employer", "office", "created_on"]

    def own_facts(self, application: TrainingApplication) -> list[tuple[str, str]]:
        return [(N_("培训期号"), application.training_class.cohort_no)]
