"""The forms with which an application begins: who applies, where people are insured, into which account."""

from __future__ import annotations

from datetime import date

from flask import g
from sqlalchemy import select
from wtforms import Form, HiddenField, SelectField, StringField
from wtforms.validators import InputRequired

from app.engine.cases.claims import Application
from app.engine.intake.applications import open_application
from app.engine.programme import Programme
from app.extensions import db
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
        self.region.choices = options(region_choices())
        if not self.region.raw_data:
            self.region.data = g.actor.office_code[:6]

    def open(self, programme: Programme, today: date) -> Application:
        """Open an application of the typed employer. Raises NotFound."""
        employer = find_employer(db.session, self.employer_id.data, self.employer.data)
        return open_application(db.session, g.actor, programme, employer.id, self.region.data, today)


def region_choices() -> list[tuple[str, str]]:
    """Return every region of the province, indented by level."""
    indent = {"province": "", "prefecture": "　", "county": "　　"}
    regions = db.session.execute(select(Region.code, Region.level, Region.name).order_by(Region.code))
    return [(code, indent[level] + name) for code, level, name in regions]
