"""The moves of a claim as every subsidy makes them; a programme's workflow is built from these, 规则说明 shows them."""

from __future__ import annotations

from app.engine.workflow.dissolution import cautions, check_dissolution, dissolve_lists
from app.engine.workflow.effects import (
    advise_publicity,
    check_disbursement,
    check_publicity,
    freeze,
    make_notices,
    make_payment_lists,
    pay,
    suggest_publicity,
)
from app.engine.workflow.forms import (
    DisbursementForm,
    DissolutionForm,
    MustOpinionForm,
    OpinionForm,
    PlainForm,
    PublicityForm,
    ReasonForm,
)
from app.engine.workflow.hooks import (
    BANK_DETAILS,
    HANDED_ON,
    NO_OBJECTION_OPEN,
    NO_OBJECTION_UPHELD,
    NOT_AN_APPROVER,
    NOT_AN_EDITOR,
    NOT_THE_FIRST_REVIEWER,
    ON_A_LIST,
    ON_NO_LIST,
    OWN_ACCOUNT,
    OWN_OFFICE,
    PUBLICITY_LONG_ENOUGH,
    PUBLICITY_OVER,
    RULES,
    RULES_MARK,
)
from app.engine.workflow.transition import Transition
from app.kernel.messages import N_

SUBMIT = Transition(
    "submit",
    N_("提交"),
    ("draft", "returned"),
    "submitted",
    PlainForm,
    hooks=(OWN_OFFICE, BANK_DETAILS, OWN_ACCOUNT, RULES),
    effect=freeze,
    duty="clerk",
    then=N_("转入待审核，审核前可以撤回；退回的会回到您的待办。"),
    final=N_("金额、适用政策和收款账户从提交起固定。"),
)
WITHDRAW = Transition(
    "withdraw",
    N_("撤回"),
    ("draft", "submitted", "returned"),
    "withdrawn",
    ReasonForm,
    hooks=(HANDED_ON, OWN_OFFICE),
    danger=True,
    duty="clerk",
    then=N_("这些人员退出本次申请，以后可以另行申请。"),
    final=N_("撤回后不能恢复，须重新录入。"),
)
APPROVE = Transition(
    "approve",
    N_("审核通过"),
    ("submitted",),
    "approved",
    OpinionForm,
    hooks=(NOT_AN_EDITOR, RULES),
    duty="reviewer",
    then=N_("转入待公示，公示期满后发放。"),
    final=N_("不能改回待审核；公示前只能撤销，须写明原因。"),
)
APPROVE_SECOND = Transition(
    "approve_second",
    N_("复审通过"),
    ("in_second_review",),
    "approved",
    OpinionForm,
    hooks=(NOT_AN_EDITOR, NOT_THE_FIRST_REVIEWER, RULES),
    duty="reviewer",
    then=N_("转入待公示，公示期满后发放。"),
    final=N_("不能改回待复审；公示前只能撤销，须写明原因。"),
)
REJECT = Transition(
    "reject",
    N_("审核不通过"),
    ("submitted",),
    "rejected",
    MustOpinionForm,
    hooks=(NOT_AN_EDITOR,),
    danger=True,
    duty="reviewer",
    then=N_("本次申请到此为止，可以打印告知书送达。"),
    final=N_("不能恢复；仍要申请的，须重新提交。"),
)
RETURN = Transition(
    "return",
    N_("退回修改"),
    ("submitted",),
    "returned",
    MustOpinionForm,
    hooks=(NOT_AN_EDITOR,),
    duty="reviewer",
    then=N_("回到经办人的待办，更正后可再次提交。"),
)
PUBLICIZE = Transition(
    "publicize",
    N_("公示"),
    ("approved",),
    "publicizing",
    PublicityForm,
    advise=advise_publicity,
    suggests=suggest_publicity,
    check=check_publicity,
    effect=make_notices,
    duty="reviewer",
    then=N_("按经办机构生成公示名册，可以打印张贴；期满后办理公示结果。"),
    final=N_("公示期只能延长，不能缩短。"),
    makes="notice",
)
PASS_PUBLICITY = Transition(
    "pass_publicity",
    N_("公示通过"),
    ("publicizing",),
    "publicized",
    PlainForm,
    hooks=(PUBLICITY_OVER, PUBLICITY_LONG_ENOUGH, NO_OBJECTION_OPEN, NO_OBJECTION_UPHELD, RULES),
    duty="reviewer",
    then=N_("转入待发放，由发放人员编制清单。"),
    final=N_("不能改回公示中；发放前只能撤销，须写明原因。"),
)
FAIL_PUBLICITY = Transition(
    "fail_publicity",
    N_("公示不通过"),
    ("publicizing",),
    "publicity_failed",
    ReasonForm,
    danger=True,
    duty="reviewer",
    then=N_("本次申请到此为止，可以打印告知书送达。"),
    final=N_("不能恢复；仍要申请的，须重新提交。"),
)
REVOKE = Transition(
    "revoke",
    N_("撤销"),
    ("approved", "publicized"),
    "revoked",
    ReasonForm,
    hooks=(ON_NO_LIST,),
    danger=True,
    duty="reviewer",
    then=N_("本次申请到此为止，可以打印告知书送达。"),
    final=N_("不能恢复；仍要申请的，须重新提交。"),
)
LIST = Transition(
    "list",
    N_("编制发放清单"),
    ("publicized",),
    "publicized",
    PlainForm,
    hooks=(ON_NO_LIST, RULES),
    effect=make_payment_lists,
    duty="cashier",
    then=N_("生成发放清单，核对后导出，办理付款。发放前可以解散。"),
    makes="payment_list",
)
DISSOLVE = Transition(
    "dissolve",
    N_("解散发放清单"),
    ("publicized",),
    "publicized",
    DissolutionForm,
    hooks=(ON_A_LIST,),
    danger=True,
    check=check_dissolution,
    effect=dissolve_lists,
    cautions=cautions,
    duty="cashier",
    then=N_("人员回到待发放，可以重新编制清单。"),
    final=N_("清单编号不再使用。"),
)
DISBURSE = Transition(
    "disburse",
    N_("发放"),
    ("publicized",),
    "disbursed",
    DisbursementForm,
    hooks=(NOT_AN_APPROVER, RULES_MARK),
    check=check_disbursement,
    effect=pay,
    duty="cashier",
    then=N_("记为已发放，计入发放台账和个人的补贴记录。"),
    final=N_("发放后不能撤回。"),
)

SUBSIDY = (
    SUBMIT,
    WITHDRAW,
    APPROVE,
    REJECT,
    RETURN,
    PUBLICIZE,
    PASS_PUBLICITY,
    FAIL_PUBLICITY,
    REVOKE,
    LIST,
    DISSOLVE,
    DISBURSE,
)
