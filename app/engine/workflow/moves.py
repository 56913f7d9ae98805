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
    NO_OBJECTION_OPEN,
    NO_OBJECTION_UPHELD,
    NOT_AN_APPROVER,
    NOT_AN_EDITOR,
    ON_A_LIST,
    ON_NO_LIST,
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
    hooks=(OWN_OFFICE, BANK_DETAILS, RULES),
    effect=freeze,
    duty="clerk",
)
WITHDRAW = Transition(
    "withdraw",
    N_("撤回"),
    ("draft", "submitted", "returned"),
    "withdrawn",
    ReasonForm,
    hooks=(OWN_OFFICE,),
    danger=True,
    duty="clerk",
)
APPROVE = Transition(
    "approve",
    N_("审核通过"),
    ("submitted",),
    "approved",
    OpinionForm,
    hooks=(NOT_AN_EDITOR, RULES),
    duty="reviewer",
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
)
RETURN = Transition(
    "return",
    N_("退回修改"),
    ("submitted",),
    "returned",
    MustOpinionForm,
    hooks=(NOT_AN_EDITOR,),
    duty="reviewer",
)
PUBLICIZE = Transition(
    "publicize",
    N_("公示"),
    ("approved",),
    "publicizing",
    PublicityForm,
    advise=advise_publicity,
    check=check_publicity,
    effect=make_notices,
    duty="reviewer",
)
PASS_PUBLICITY = Transition(
    "pass_publicity",
    N_("公示通过"),
    ("publicizing",),
    "publicized",
    PlainForm,
    hooks=(PUBLICITY_OVER, PUBLICITY_LONG_ENOUGH, NO_OBJECTION_OPEN, NO_OBJECTION_UPHELD, RULES),
    duty="reviewer",
)
FAIL_PUBLICITY = Transition(
    "fail_publicity",
    N_("公示不通过"),
    ("publicizing",),
    "publicity_failed",
    ReasonForm,
    danger=True,
    duty="reviewer",
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
