"""The forms of a class and of a student's result."""

from __future__ import annotations

from sqlalchemy import select
from wtforms import (
    Form,
    HiddenField,
    SelectField,
    StringField,
    ValidationError,
)
from wtforms.validators import Length, NumberRange

from app.extensions import db
from app.kernel.errors import BadValue
from app.kernel.identifiers.phones import names_somebody
from app.kernel.messages import N_
from app.programmes.training import PROGRAMME
from app.programmes.training.classes import contacts
from app.programmes.training.model import Enrolment, Project, TrainingClass
from app.programmes.training.results import NO_CERTIFICATE
from app.programmes.training.sheet import NO, YES
from app.web.crud.options import options
from app.web.crud.table_forms import Required, table_form

FIELDS = (
    "project_id",
    "opens_on",
    "closes_on",
    "stop_from",
    "stop_to",
    "hours",
    "platform",
    "teacher",
    "contact",
)
"""What a form shows again, and what two people's changes are compared by; a phone never is."""


LABELS = {
    **PROGRAMME.labels,
    "opens_on": N_("预计开班日期"),
    "closes_on": N_("预计结业日期"),
}
SCORE = NumberRange(0, 100, N_("成绩应在0至100之间。"))


class ClassRules(Form):
    """A new class, or the one in `obj`, whose employer stays."""

    def __init__(self, *args, obj: TrainingClass | None = None, **kwargs):
        super().__init__(*args, obj=obj, **kwargs)
        if obj is not None:
            del self.employer, self.employer_id
            if obj.contact_phone_cipher:
                self.contact_phone.description = N_("已登记，不显示；不改则留空")
        current = obj.project_id if obj is not None else None
        projects = select(Project).where(Project.active | (Project.id == current)).order_by(Project.name)
        self.project_id.choices = options(
            (p.id, f"{p.name} · {p.level} · {p.hours}") for p in db.session.scalars(projects)
        )

    def validate_contact(self, _: StringField) -> None:
        self._refuse(contacts.NAMELESS, contacts.TWO)

    def validate_contact_phone(self, _: StringField) -> None:
        self._refuse(contacts.NO_PHONE)

    def _refuse(self, *sentences: str) -> None:
        """Say at a field what is wrong with the two together."""
        try:
            contacts.sorted_out(self.contact.data or "", self.contact_phone.data)
        except BadValue as error:
            if error.message.msgid in sentences:
                raise ValidationError(error.message.msgid) from None

    @property
    def values(self) -> dict[str, object]:
        """What the form says of the class itself."""
        return {name: self[name].data for name in (*FIELDS, "contact_phone")}


ClassForm = table_form(
    TrainingClass,
    LABELS,
    ("employer", "employer_id", *FIELDS, "contact_phone"),
    validators={"hours": [NumberRange(1, 2000, N_("课时应为1至2000。"))]},
    extra={
        "employer": StringField(N_("企业名称或编号"), [Length(max=200)]),
        "employer_id": HiddenField(),
        "project_id": SelectField(N_("培训项目"), coerce=int),
        "contact_phone": StringField(
            N_("联系人电话"),
            [Length(max=contacts.LONGEST_PHONE)],
            description=N_("手机或固定电话；加密保存，页面上只显示末四位"),
        ),
    },
    base=ClassRules,
)


class ResultRules(Form):
    def validate_certificate_no(self, field: StringField) -> None:
        if names_somebody(field.data or ""):
            raise ValidationError(NO_CERTIFICATE)


ResultForm = table_form(
    Enrolment,
    LABELS,
    ("theory_score", "practical_score", "passed", "certificate_no", "completed_on"),
    validators={"theory_score": [SCORE], "practical_score": [SCORE], "completed_on": [Required()]},
    extra={"passed": SelectField(N_("是否合格"), choices=options([(YES, N_("合格")), (NO, N_("不合格"))]))},
    base=ResultRules,
)
