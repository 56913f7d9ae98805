"""The forms of a class and of a student's result."""

from __future__ import annotations

from sqlalchemy import select
from wtforms import (
    DateField,
    DecimalField,
    Form,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.extensions import db
from app.kernel.errors import BadValue
from app.kernel.identifiers.phones import names_somebody
from app.kernel.messages import N_
from app.programmes.training.classes import contacts
from app.programmes.training.model import Project, TrainingClass
from app.programmes.training.results import NO_CERTIFICATE
from app.programmes.training.sheet import NO, YES
from app.web.crud.options import options

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


class ClassForm(Form):
    """A new class, or the one in `obj`, whose employer stays."""

    employer = StringField(N_("企业名称或编号"), [Length(max=200)])
    employer_id = HiddenField()
    project_id = SelectField(N_("培训项目"), coerce=int)
    opens_on = DateField(N_("预计开班日期"), [InputRequired(N_("请填写预计开班日期。"))])
    closes_on = DateField(N_("预计结业日期"), [InputRequired(N_("请填写预计结业日期。"))])
    stop_from = DateField(N_("停工开始日期"), [InputRequired(N_("请填写停工开始日期。"))])
    stop_to = DateField(N_("停工结束日期"), [InputRequired(N_("请填写停工结束日期。"))])
    hours = IntegerField(
        N_("课时"), [InputRequired(N_("请填写课时。")), NumberRange(1, 2000, N_("课时应为1至2000。"))]
    )
    platform = StringField(N_("培训平台"), [InputRequired(N_("请填写培训平台。")), Length(max=60)])
    teacher = StringField(N_("授课教师"), [InputRequired(N_("请填写授课教师。")), Length(max=60)])
    contact = StringField(N_("班级联系人"), [InputRequired(N_("请填写班级联系人。")), Length(max=100)])
    contact_phone = StringField(
        N_("联系人电话"),
        [Length(max=contacts.LONGEST_PHONE)],
        description=N_("手机或固定电话；加密保存，页面上只显示末四位"),
    )

    def __init__(self, *args, obj: TrainingClass | None = None, **kwargs):
        super().__init__(*args, obj=obj, **kwargs)
        if obj is not None:
            del self.employer, self.employer_id
            if obj.contact_phone_cipher:
                self.contact_phone.description = N_("已登记，不显示；不改则留空")
        held = obj.project_id if obj is not None else None
        projects = select(Project).where(Project.active | (Project.id == held)).order_by(Project.name)
        self.project_id.choices = options(
            (p.id, f"{p.name} · {p.level} · {p.hours}") for p in db.session.scalars(projects)
        )

    def validate_contact(self, _: StringField) -> None:
        self._refuse(contacts.NAMELESS, contacts.TWO)

    def validate_contact_phone(self, _: StringField) -> None:
        self._refuse(contacts.NO_PHONE)

    def _refuse(self, *sentences: str) -> None:
        """Says at a field what is wrong with the two together."""
        try:
            contacts.sorted_out(self.contact.data or "", self.contact_phone.data)
        except BadValue as error:
            if error.message.msgid in sentences:
                raise ValidationError(error.message.msgid) from None

    @property
    def values(self) -> dict[str, object]:
        """What the form says of the class itself."""
        return {name: self[name].data for name in (*FIELDS, "contact_phone")}


class ResultForm(Form):
    theory_score = DecimalField(
        N_("理论成绩"), [Optional(), NumberRange(0, 100, N_("成绩应在0至100之间。"))], places=2
    )
    practical_score = DecimalField(
        N_("实操成绩"), [Optional(), NumberRange(0, 100, N_("成绩应在0至100之间。"))], places=2
    )
    passed = SelectField(N_("是否合格"), choices=options([(YES, N_("合格")), (NO, N_("不合格"))]))
    certificate_no = StringField(
        N_("证书编号"), [Length(max=60)], filters=[lambda text: (text or "").strip() or None]
    )
    completed_on = DateField(N_("结业日期"), [InputRequired(N_("请填写结业日期。"))])

    def validate_certificate_no(self, field: StringField) -> None:
        if names_somebody(field.data or ""):
            raise ValidationError(NO_CERTIFICATE)
