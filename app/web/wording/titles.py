"""What things are called on a page: states, roles, programmes, events, stored facts, users.

The user name stands beside a person's name, so that two people of one name differ; some users log in by an id or a
phone, which histories mask.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from markupsafe import Markup

from app.engine.access import own_roles
from app.engine.access.roles import TITLES as ROLE_TITLES
from app.engine.audit import EVENTS, AuditEntry
from app.engine.cases import states
from app.engine.cases.claims import Application, Claim
from app.engine.casework.case_history import Moved
from app.engine.programme import Programme
from app.engine.rules.rule import VERDICTS
from app.engine.sheets import Column, Kind
from app.engine.workflow.transition import Transition
from app.extensions import db
from app.kernel.free_text import without_numbers
from app.kernel.messages import N_
from app.programmes.installed import programme_for, programme_of, programme_or_none
from app.registers.models import Employer
from app.registers.organisation import User
from app.web.wording.formats import NOTHING, show
from app.web.wording.translations import contextual, gettext

FIELD_TITLES = {
    "state": N_("状态"),
    "amount": N_("金额（元）"),
    "category": N_("人员类别"),
    "contract_start": N_("合同开始日期"),
    "contract_end": N_("合同终止日期"),
    "phone_cipher": N_("联系电话"),
    "remark": N_("备注"),
    "start": N_("公示开始"),
    "end": N_("公示结束"),
    "paid_on": N_("发放日期"),
    "voucher_no": N_("凭证号"),
    "rows": N_("行数"),
    "passed": N_("通过"),
    "failed": N_("未通过"),
    "account_id": N_("银行账户"),
    "last4": N_("账号末四位"),
    "correction_id": N_("账户更正"),
    "roles": N_("角色"),
    "office": N_("机构"),
    "days": N_("天数"),
    "value": N_("值"),
    "parameter": N_("参数"),
    "starts_on": N_("生效日期"),
    "ends_on": N_("失效日期"),
    "document": N_("文件依据"),
    "active": N_("启用"),
    "attachment_id": N_("附件"),
    "sha256": N_("文件校验值"),
    "exported_at": N_("导出时间"),
    "failed_rows": N_("未通过行数"),
    "drafts": N_("草稿数"),
    "person_id": N_("人员编号"),
    "day": N_("截至日期"),
    "shown": N_("查看的内容"),
    "objection_id": N_("异议"),
    "policy": N_("政策参数"),
    "left": N_("仍为旧密钥"),
    "cause": N_("事由"),
    "kind": N_("类别"),
    "read": N_("读入行数"),
    "stored": N_("写入行数"),
    "refused": N_("拒绝行数"),
    "added": N_("新增行数"),
    "changed": N_("变更的事实"),
    "coverage": N_("装载范围"),
    "asked": N_("查询条件"),
    "name": N_("姓名"),
    "phone": N_("联系电话"),
    "region_code": N_("地区"),
    "unit_no": N_("单位编号"),
    "scale": N_("企业规模"),
    "paid": N_("缴费"),
    "cancelled_on": N_("注销日期"),
    "returned_on": N_("返乡日期"),
    "destination": N_("转移地"),
    "given_by": N_("经办管理员"),
    "required": N_("须由第二名管理员确认"),
    "freed": N_("随即生效的授权"),
}
PHASES = {
    "check": N_("人员校验时"),
    "submit": N_("提交时"),
    "approve": N_("审核时"),
    "approve_second": N_("复审时"),
    "pass_publicity": N_("公示结果时"),
    "list": N_("编制发放清单时"),
    "disburse": N_("发放时"),
}
WRITINGS: Mapping[Kind, Callable[[object], str]] = {
    Kind.MONTH: lambda day: str(day)[:7],
    Kind.DECIMAL: str,
}
"""By kind: how people write it, where that isn't how its value is shown."""
SHOWN = {
    "citizen_id": N_("公民身份号码"),
    "phone": N_("联系电话"),
    "account": N_("收款账户"),
    "contact_phone": N_("班级联系人电话"),
}
"""What somebody had shown in full."""


def claim_titles(programme: str | None) -> Mapping[str, str]:
    """Return what the states of a programme's claims are called, by its code."""
    known = programme_or_none(programme)
    return known.flow.titles if known else states.TITLES


def state_title(state: str, programme: str | None) -> str:
    return gettext(claim_titles(programme)[state])


def source_titles(move: Transition) -> list[str]:
    """Return the states from which a move is possible."""
    return [gettext(move.titles[state]) for state in move.sources]


def role_title(role: str) -> str:
    """Return what a role is called: one of the product's in the language of the page, an office's own as its office wrote it."""
    if role in ROLE_TITLES:
        return contextual("role", ROLE_TITLES[role])
    own = own_roles.known(db.session).get(role)
    return own.title if own else role


def programme_title(code: str) -> str:
    return gettext(programme_of(code).title)


def verdict_title(verdict: str) -> str:
    return gettext(VERDICTS[verdict])


def event_title(event: str) -> str:
    return gettext(EVENTS[event])


def field_title(field: str, programme: str | None = None) -> str:
    """Return what a stored field is called: by the product, else by the sheet of the programme (a code) that keeps it."""
    known = programme_or_none(programme)
    if known and field in known.labels:
        return gettext(known.labels[field])
    column = _kept_column(programme, field)
    return gettext(FIELD_TITLES.get(field) or (column.title if column else field))


def fact_title(
    field: str, value: object, programme: str | None = None, event: str | None = None
) -> str | Markup:
    """Return a stored fact of the audit log; states and choices by their names, which depend on what the event moved."""
    if field == "state" and value:
        return gettext(_titles_of(programme, event).get(str(value), str(value)))
    if field == "shown" and value in SHOWN:
        return gettext(SHOWN[value])
    if isinstance(value, dict):
        return gettext("；").join(
            f"{field_title(k, programme)}{gettext('：')}{show(v)}" for k, v in value.items()
        )
    if isinstance(value, list):
        return gettext("、").join(role_title(str(v)) for v in value)
    if isinstance(value, str):
        # entries of 0.5.0 are sealed with what they hold
        value = without_numbers(value)
    column = _kept_column(programme, field)
    return value_title(column, value) if column else show(value)


def _titles_of(programme: str | None, event: str | None) -> Mapping[str, str]:
    """Return the states of what an event of a programme moves; those of claims where it moves nothing."""
    known = programme_or_none(programme)
    move = known.transitions.get(event) if known and event else None
    return move.titles if move else claim_titles(programme)


def kept_titles(programme: Programme) -> list[str]:
    """Return what is called that which the programme keeps of each person beyond what all programmes do."""
    return [field_title(name, programme.code) for name in programme.kept]


def kept_values(programme: Programme, claim: Claim) -> list[str | Markup]:
    """Return a claim's values under those titles."""
    shown, ends = [], programme.judged.get("ends_on")
    for name in programme.kept:
        column, value = programme.columns.get(name), programme.value(claim, name)
        if value is None and name == ends:
            value = gettext("无固定期限")
        shown.append(value_title(column, value) if column else show(value))
    return shown


def part_titles(programme: Programme) -> list[str]:
    """Return what is called that which tells a person's claims apart, for the head of a table: nothing, month or tranche."""
    return [field_title(programme.period.field, programme.code)] if programme.period.field else []


def part_values(claim: Claim) -> list[str]:
    """Return of which part of its programme a claim is, under those titles."""
    period = programme_for(claim).period
    return [gettext(period.title(claim.slot_no))] if period.field else []


def shared_facts(programme: Programme, application: Application) -> list[tuple[str, object]]:
    """Return (title, value) of what only this programme's applications have."""
    columns = programme.form.columns if programme.form else ()
    values = ((one, programme.shared_value(application, one)) for one in columns)
    return [(one.title, None if value is None else value_title(one, value)) for one, value in values]


def _kept_column(programme: str | None, field: str) -> Column | None:
    """Return the column behind a field that a programme keeps, of a person or of the application."""
    known = programme_or_none(programme)
    if known and known.form and field in known.shared:
        return known.form.column(field)
    return known.columns.get(field) if known and field in known.kept else None


def phase_title(phase: str) -> str:
    return gettext(PHASES[phase])


def value_title(column: Column, value: object) -> str | Markup:
    """Return what a sheet's column holds as people read it; of the audit log, as text."""
    if column.choices:
        return choice_title(column, value)
    if value is not None and column.kind in WRITINGS:
        return WRITINGS[column.kind](value)
    return show(value)


def written(column: Column, value: object) -> str:
    """Return a value as its cell on the sheet would be written."""
    if column.choices:
        return dict(column.choices).get(str(value), str(value))
    return WRITINGS[column.kind](value) if column.kind in WRITINGS else str(value)


def choice_title(column: Column, value: object) -> str:
    """Return the label of a choice as the sheet names it."""
    titles = dict(column.choices)
    return gettext(titles[value]) if value in titles else NOTHING


def payee_title(application: Application) -> str:
    """Return who is paid, or hands in for the people that are, with the number that tells namesakes apart."""
    payee = application.payee
    if payee is None:
        return gettext("名单上各人")
    number = payee.uscc if isinstance(payee, Employer) else payee.masked_id
    return gettext("{name}（{number}）").format(name=payee.name, number=number)


def payee_name(application: Application) -> str:
    """Return the bare name of who is paid, or of who hands in for the people that are."""
    return (application.payee and application.payee.name) or payee_title(application)


def user_title(user: User) -> str:
    """Return the name, surname first, as the offices write it."""
    return _beside(f"{user.last_name}{user.first_name}", user)


def actor_title(entry: AuditEntry | Moved) -> str:
    """Return who did it, by the name of that day; commands have no user."""
    return _beside(entry.actor_name, entry.actor)


def short_name(entry: AuditEntry | Moved) -> str:
    """Return the bare name of that day, for a line whose title says the rest."""
    return without_numbers(entry.actor_name)


def _beside(name: str, user: User | None) -> str:
    if user is None:
        return without_numbers(name)
    return without_numbers(gettext("{name}（{number}）").format(name=name, number=user.username))
