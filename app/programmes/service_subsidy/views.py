"""The service subsidy's screens (manual 3.1): application, query, review, publicity and outcome, disbursement."""

from __future__ import annotations

from datetime import date
from functools import partial

from flask import g, request
from flask_appbuilder.models.sqla.interface import SQLAInterface
from wtforms import Form, HiddenField, RadioField, StringField
from wtforms.validators import Length

from app.engine.cases.claims import Application, Notice
from app.engine.cases.payments import PaymentList
from app.engine.intake.applications import open_application, person_payee
from app.engine.programme import Programme
from app.engine.sessions import shares
from app.extensions import db
from app.kernel.errors import BadValue
from app.kernel.messages import N_
from app.programmes.service_subsidy import PROGRAMME
from app.programmes.service_subsidy.model import ServiceApplication, ServiceClaim
from app.registers.lookup import find_employer
from app.web.cases.applications import ApplicationView
from app.web.cases.subsidy import (
    DisbursementView,
    OutcomeView,
    PostCheckView,
    PublicityView,
    QueryView,
    ReviewView,
)
from app.web.crud.options import options
from app.web.stages.notices import NoticesView
from app.web.stages.payments import PaymentListsView


class PayeeForm(Form):
    """Who applies: an institution, or a person for him- or herself; each has fields of its own."""

    payee_kind = RadioField(
        N_("补贴享受对象"), choices=options([("unit", N_("单位")), ("person", N_("个人"))]), default="unit"
    )
    employer = StringField(N_("人力资源服务机构"), [Length(max=200)])
    employer_id = HiddenField()
    citizen_id = StringField(N_("公民身份号码"), [Length(max=40)])
    name = StringField(N_("姓名"), [Length(max=100)])

    def open(self, programme: Programme, today: date) -> Application:
        """Open an application of the payee. Raises BadValue, NotFound."""
        if self.payee_kind.data == "person":
            number = self.citizen_id.data or ""
            finding = partial(person_payee, db.session, g.vault, number, self.name.data or "", today)
            person = shares.look_up(db.engine, g.actor, request.endpoint, number, finding)
            return open_application(
                db.session, g.actor, programme, None, None, today, payee_person_id=person.id
            )
        if not (self.employer.data or "").strip():
            raise BadValue(N_("请输入人力资源服务机构的名称、统一社会信用代码或单位编号，并从提示中选择。"))
        institution = find_employer(db.session, self.employer_id.data, self.employer.data)
        if institution.kind != "hr_institution":
            raise BadValue(
                N_("{name}不是经营性人力资源服务机构，不能以单位申请。请核对所选单位。"),
                name=institution.name,
            )
        return open_application(db.session, g.actor, programme, institution.id, None, today)


class Service:
    """What the screens share: the programme and its place in the menu."""

    programme = PROGRAMME
    menu = PROGRAMME.menu


class ServiceApplicationView(Service, ApplicationView):
    datamodel = SQLAInterface(ServiceApplication)
    route_base = "/service/applications"
    menu_title = N_("就业创业服务补助申请")
    begins = PROGRAMME.title
    opening_form = PayeeForm
    opening_template = "payee_new.html"
    list_columns = ["number", "payee_kind", "payee.name", "office.name", "created_on"]
    search_columns = ["number", "payee_kind", "employer", "payee_person", "office", "created_on"]


class ServiceQueryView(Service, QueryView):
    datamodel = SQLAInterface(ServiceClaim)
    route_base = "/service/query"
    menu_title = N_("就业创业服务补助查询")


class ServiceReviewView(Service, ReviewView):
    datamodel = SQLAInterface(ServiceClaim)
    route_base = "/service/review"
    menu_title = N_("就业创业服务补助审核")


class ServicePublicityView(Service, PublicityView):
    datamodel = SQLAInterface(ServiceClaim)
    route_base = "/service/publicity"
    menu_title = N_("就业创业服务补助公示与公示结果")


class ServiceOutcomeView(Service, OutcomeView):
    datamodel = SQLAInterface(ServiceClaim)
    route_base = "/service/outcome"
    menu_title = N_("就业创业服务补助公示期满")


class ServiceNoticesView(Service, NoticesView):
    datamodel = SQLAInterface(Notice)
    route_base = "/service/notices"
    menu_title = N_("就业创业服务补助公示名册")


class ServiceDisbursementView(Service, DisbursementView):
    datamodel = SQLAInterface(ServiceClaim)
    route_base = "/service/disbursement"
    menu_title = N_("就业创业服务补助发放")


class ServicePaymentListsView(Service, PaymentListsView):
    datamodel = SQLAInterface(PaymentList)
    route_base = "/service/payment_lists"
    menu_title = N_("就业创业服务补助发放清单")


class ServicePostCheckView(Service, PostCheckView):
    datamodel = SQLAInterface(ServiceClaim)
    route_base = "/service/post_check"
    menu_title = N_("就业创业服务补助付后核查")


VIEWS = (
    ServiceApplicationView,
    ServiceQueryView,
    ServiceReviewView,
    ServicePublicityView,
    ServiceOutcomeView,
    ServiceNoticesView,
    ServiceDisbursementView,
    ServicePaymentListsView,
    ServicePostCheckView,
)
