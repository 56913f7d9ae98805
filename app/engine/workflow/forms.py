"""What the dialog of a move asks for."""

from wtforms import DateField, Form, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from app.kernel.messages import N_


class PlainForm(Form):
    """Nothing to ask."""


class OpinionForm(Form):
    opinion = TextAreaField(N_("审核意见"), [Optional(), Length(max=500)])


class MustOpinionForm(Form):
    opinion = TextAreaField(N_("审核意见"), [DataRequired(N_("请填写审核意见。")), Length(max=500)])


class ReasonForm(Form):
    reason = TextAreaField(N_("原因"), [DataRequired(N_("请填写原因。")), Length(max=500)])


class DissolutionForm(Form):
    reason = TextAreaField(
        N_("解散原因"), [Optional(), Length(max=500)], description=N_("清单已经导出的，必须填写")
    )


class PublicityForm(Form):
    start = DateField(N_("公示开始日期"), [InputRequired(N_("请填写公示开始日期。"))])
    end = DateField(N_("公示结束日期"), [InputRequired(N_("请填写公示结束日期。"))])


class DisbursementForm(Form):
    paid_on = DateField(N_("发放日期"), [InputRequired(N_("请填写发放日期。"))])
    voucher_no = StringField(N_("凭证号"), [DataRequired(N_("请填写凭证号。")), Length(max=60)])
