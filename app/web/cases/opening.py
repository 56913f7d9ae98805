"""The forms with which an application begins: who applies, where people are insured, into which account."""

from __future__ import annotations

from datetime import date
from functools import partial

from flask import g, request
from sqlalchemy import select
from wtforms import Form, HiddenField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from app.engine.cases.claims import Application
from app.engine.intake.applications import open_application, person_payee
from app.engine.programme import Programme
from app.engine.sessions import shares
from app.extensions import db
from app.kernel.errors import BadValue
from app.kernel.messages import N_
from app.registers.lookup import find_employer
from app.registers.organisation import Region
from app.web.crud.options import LongSelect, options


class EmployerChoiceForm(Form):
    employer = StringField(
        N_("单位"), [InputRequired(N_("请输入单位名称、统一社会信用代码或单位编号，并从提示中选择。"))]
    )
    employer_id = HiddenField()
    region = SelectField(N_("单位参保地"), widget=LongSelect())

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.region:
            return
        self.region.choices = options(region_choices())
        if not self.region.raw_data:
            self.region.data = g.actor.office_code[:6]

    def open(self, programme: Programme, today: date) -> Application:
        """Open an application of the typed employer. Raises NotFound."""
        employer = find_employer(db.session, self.employer_id.data, self.employer.data)
        return open_application(db.session, g.actor, programme, employer.id, self.region.data, today)


class EachForm(EmployerChoiceForm):
    """Where each of the people is paid: the unit that hands in for them, if there is one."""

    employer = StringField(N_("申报单位"), [Length(max=200)])

    def open(self, programme: Programme, today: date) -> Application:
        """Open an application that pays each of its people. Raises BadValue, NotFound."""
        typed = (self.employer.data or "").strip()
        if not typed and "person" not in programme.payees:
            raise BadValue(N_("请输入申报单位的名称、统一社会信用代码或单位编号，并从提示中选择。"))
        unit = find_employer(db.session, self.employer_id.data, typed) if typed else None
        region = self.region.data if self.region else None
        return open_application(db.session, g.actor, programme, unit and unit.id, region, today)


class PlacedForm(EachForm):
    """The same, where each row says where a person is insured."""

    region = None


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


def region_choices() -> list[tuple[str, str]]:
    """Return every region of the province, indented by level."""
    indent = {"province": "", "prefecture": "　", "county": "　　"}
    regions = db.session.execute(select(Region.code, Region.level, Region.name).order_by(Region.code))
    return [(code, indent[level] + name) for code, level, name in regions]
