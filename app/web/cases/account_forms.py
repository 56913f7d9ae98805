"""The form of a bank account, filled in from the one that it changes or that the payee had last."""

from __future__ import annotations

from collections.abc import Mapping

from wtforms import Form, HiddenField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length

from app.engine.cases.accounts import KINDS, NO_BRANCH, NO_NUMBER, Account, Details
from app.engine.intake.application_accounts import is_holder
from app.kernel.identifiers import bank
from app.kernel.messages import N_
from app.kernel.text import whole_number
from app.registers.models import Employer, Person
from app.web.crud.options import options
from app.web.wording.translations import gettext

FIELDS = ("bank_name", "branch_no", "kind", "holder")


def _digits(typed: str | None) -> str | None:
    return bank.digits(typed) if typed else typed


class AccountForm(Form):
    """`offered` is the account whose number stays when none is typed; its holder is offered when it is the payee."""

    holder = StringField(N_("户名"), [InputRequired(N_("请填写户名。")), Length(max=200)])
    kind = SelectField(N_("账户类型"), [InputRequired(N_("请选择账户类型。"))])
    number = StringField(N_("银行账号"), filters=[_digits], render_kw={"inputmode": "numeric"})
    bank_name = StringField(
        N_("开户银行（支行全称）"), [InputRequired(N_("请填写开户银行的支行全称。")), Length(max=100)]
    )
    branch_no = StringField(
        N_("开户行行号（12位）"),
        [InputRequired(N_("请填写开户行行号，可向开户银行查询。"))],
        filters=[_digits],
        render_kw={"inputmode": "numeric"},
    )
    kept = HiddenField()

    def __init__(
        self,
        typed: Mapping[str, str] | None,
        payee: Employer | Person,
        offered: Account | None,
        prefix: str = "",
    ) -> None:
        current = {name: getattr(offered, name) for name in FIELDS} if offered else {}
        if not offered or not is_holder(payee, offered.holder):
            current["holder"] = payee.name
        current["kept"] = offered.id if offered else ""
        super().__init__(typed, data=current, prefix=prefix)
        kinds = KINDS["unit" if isinstance(payee, Employer) else "person"]
        self.kind.choices = options((kind, gettext(title)) for kind, title in kinds.items())
        if self.kind.data is None:
            self.kind.data = next(iter(kinds))
        self.offered = offered
        if offered:
            self.number.description = gettext("尾号{last4}；不改则留空").format(last4=offered.last4)
        else:
            self.number.validators = [InputRequired(N_("请填写银行账号。"))]
            self.number.flags.required = True

    def validate_number(self, field: StringField) -> None:
        if field.data and not bank.is_account_number(field.data):
            raise ValidationError(NO_NUMBER)

    def validate_branch_no(self, field: StringField) -> None:
        if not bank.is_branch_number(field.data or ""):
            raise ValidationError(NO_BRANCH)

    @property
    def details(self) -> Details:
        """What was typed."""
        return Details(
            self.bank_name.data, self.branch_no.data, self.kind.data, self.holder.data, self.number.data or ""
        )

    @property
    def kept_id(self) -> int | None:
        """The account whose number stays, as the page posts it; None when the posted value names none."""
        return whole_number(self.kept.data) if isinstance(self.kept.data, str) else None


class CorrectionForm(AccountForm):
    """Another account for what has been submitted, and why."""

    reason = TextAreaField(N_("更正原因"), [InputRequired(N_("请填写更正原因。")), Length(max=500)])
