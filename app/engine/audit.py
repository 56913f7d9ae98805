"""The append-only record of who did what, when, from where; also the history of a claim."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import BigInteger, DateTime, ForeignKey, String, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, foreign, joinedload, mapped_column, relationship

from app.engine.actor import Actor
from app.engine.cases.claims import Application, Claim
from app.engine.free_text import FreeText
from app.kernel.file_names import visible
from app.kernel.free_text import without_numbers
from app.kernel.messages import N_
from app.registers.models import row_id
from app.registers.organisation import Office, User

EVENTS = {
    "apply": N_("新建申请"),
    "edit": N_("修改"),
    "import": N_("导入名单"),
    "remove": N_("移除"),
    "restore": N_("撤销移除"),
    "discard": N_("删除空草稿"),
    "attach": N_("上传附件"),
    "detach": N_("删除附件"),
    "submit": N_("提交"),
    "withdraw": N_("撤回"),
    "approve": N_("审核通过"),
    "approve_second": N_("复审通过"),
    "reject": N_("审核不通过"),
    "return": N_("退回"),
    "publicize": N_("公示"),
    "pass_publicity": N_("公示通过"),
    "fail_publicity": N_("公示不通过"),
    "extend_publicity": N_("延长公示"),
    "revoke": N_("撤销"),
    "disburse": N_("发放"),
    "propose_account": N_("提出账户更正"),
    "correct_account": N_("签字更正账户"),
    "refuse_account": N_("驳回账户更正"),
    "withdraw_account": N_("撤回账户更正"),
    "list": N_("编制发放清单"),
    "dissolve": N_("解散发放清单"),
    "objection": N_("登记异议"),
    "objection_decided": N_("处理异议"),
    "submit_class": N_("提交开班审核"),
    "approve_class": N_("开班审核通过"),
    "reject_class": N_("开班审核不通过"),
    "return_class": N_("退回开班"),
    "cancel_class": N_("取消班级"),
    "complete_student": N_("登记结业成绩"),
    "import_results": N_("导入结业成绩"),
    "graduate": N_("提交结业审核"),
    "submit_completion": N_("提交结业审核（0.5.0 以前）"),
    "approve_completion": N_("结业审核通过"),
    "return_completion": N_("退回结业"),
    "project_change": N_("调整培训项目"),
    "export": N_("导出"),
    "download": N_("下载"),
    "lookup": N_("按号码查询"),
    "dossier": N_("查阅人员档案"),
    "reveal": N_("查看完整信息"),
    "register_load": N_("装载登记库"),
    "register_upload": N_("上传登记库文件"),
    "refuse_register_upload": N_("不装载登记库文件"),
    "withdraw_register_upload": N_("撤回登记库文件"),
    "register_edit": N_("修改登记库"),
    "policy_change": N_("调整政策参数"),
    "policy_signed": N_("签发政策参数"),
    "definition_draft": N_("起草项目定义"),
    "definition_signed": N_("签发项目定义"),
    "calendar_change": N_("调整工作日历"),
    "office_change": N_("修改机构资料"),
    "user_change": N_("调整用户"),
    "role_change": N_("调整角色"),
    "own_role_change": N_("调整自定角色"),
    "duty_given": N_("授权待确认"),
    "duty_confirmed": N_("确认授权"),
    "duty_refused": N_("不予确认授权"),
    "duty_recalled": N_("收回待确认授权"),
    "duty_rule": N_("调整授权确认要求"),
    "handover": N_("移交工作"),
    "attempt_refused": N_("越权操作被拒绝"),
    "login": N_("登录"),
    "login_failed": N_("登录失败"),
    "login_locked": N_("错误次数过多，拒绝登录"),
    "code_failed": N_("二次验证失败"),
    "logout": N_("退出登录"),
    "cas_logout": N_("统一认证退出"),
    "cas_provisioned": N_("统一认证首次登录"),
    "second_factor_bound": N_("绑定二次验证"),
    "second_factor_reset": N_("重置二次验证"),
    "second_factor_roles": N_("调整二次验证要求"),
    "unlock": N_("解锁账号"),
    "kick": N_("强制退出"),
    "password_change": N_("修改密码"),
    "key_rotation": N_("更换加密密钥"),
    "clear_text": N_("隐去存量号码"),
    "key_made": N_("发放接口密钥"),
    "key_confirmed": N_("确认接口密钥"),
    "key_revoked": N_("撤销接口密钥"),
    "api_read": N_("接口查询"),
    "clock_change": N_("调整演示日期"),
}


class AuditEntry(Model):
    """One entry. `office_id` is the case's office, else the actor's; ids, phones and accounts never stand here."""

    __tablename__ = "audit_entries"
    __scope__ = "office_id"

    id: Mapped[int] = row_id()
    at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.clock_timestamp(), index=True
    )
    event: Mapped[str] = mapped_column(String(30), index=True)
    actor_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    actor_name: Mapped[str] = mapped_column(String(130))
    address: Mapped[str] = mapped_column(String(60))
    office_id: Mapped[int | None] = mapped_column(ForeignKey("offices.id"), index=True)
    programme: Mapped[str | None] = mapped_column(String(32))
    application_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    claim_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    class_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    batch_id: Mapped[str | None] = mapped_column(String(36), index=True)
    subject: Mapped[str | None] = mapped_column(FreeText(200))
    note: Mapped[str | None] = mapped_column(FreeText(500))
    before: Mapped[dict | None] = mapped_column(JSONB)
    after: Mapped[dict | None] = mapped_column(JSONB)
    office: Mapped[Office | None] = relationship()
    actor: Mapped[User | None] = relationship(
        primaryjoin=lambda: foreign(AuditEntry.actor_id) == User.id, viewonly=True
    )
    application: Mapped[Application | None] = relationship(
        primaryjoin=lambda: foreign(AuditEntry.application_id) == Application.id, viewonly=True
    )
    claim: Mapped[Claim | None] = relationship(
        primaryjoin=lambda: foreign(AuditEntry.claim_id) == Claim.id, viewonly=True
    )


NAMED = joinedload(AuditEntry.actor).load_only(User.username)
"""Reads the user name with each entry, for a history that shows who did it."""


def record(session: Session, actor: Actor, event: str, **facts: Any) -> None:
    """Add one entry to the caller's transaction; `facts` are columns of `AuditEntry`.

    Ids, phones and accounts are masked wherever they stand, for a name or a title may be one.

    Raises KeyError for an event that is not on the closed list.
    """
    EVENTS[event]
    facts.setdefault("office_id", actor.office_id)
    masked = {name: _masked(value) for name, value in facts.items()}
    if masked.get("subject"):
        masked["subject"] = visible(masked["subject"])
    name = visible(without_numbers(actor.name))
    session.add(
        AuditEntry(event=event, actor_id=actor.user_id, actor_name=name, address=actor.address, **masked)
    )


def _masked(value: object) -> Any:
    """Return the same with every long number in it masked, however deep; numbers as such are counts and rows' own."""
    if isinstance(value, str):
        return without_numbers(value)
    if isinstance(value, Mapping):
        return {_masked(key): _masked(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_masked(one) for one in value]
    return value
