"""The moves of §6 as every subsidy makes them; a programme's workflow is built from these."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import text

from app.engine.numbers import notice_number
from app.engine.policy import stored
from app.engine.workflow import (
    DisbursementForm,
    Guard,
    Move,
    MustOpinionForm,
    OpinionForm,
    PlainForm,
    PublicityForm,
    ReasonForm,
    Transition,
)
from app.kernel.errors import BadValue
from app.kernel.messages import N_
from app.registers.workdays import WorkCalendar

OWN_OFFICE = Guard(
    "c.office_id <> :office_id", N_("只有受理本件的经办机构可以办理此操作。请联系该机构的经办人员。")
)

BANK_DETAILS = Guard(
    "(SELECT a.account_id FROM applications a WHERE a.id = c.application_id) IS NULL",
    N_("申请单的银行信息未填写完整。请先填写开户银行、户名和账号。"),
)

NOT_AN_EDITOR = Guard(
    """EXISTS (SELECT 1 FROM audit_entries e WHERE e.claim_id = c.id AND e.actor_id = :actor_id
                AND e.event IN ('edit', 'submit'))
       OR EXISTS (SELECT 1 FROM audit_entries e WHERE e.application_id = c.application_id AND e.claim_id IS NULL
                AND e.actor_id = :actor_id AND e.event IN ('apply', 'edit', 'import', 'attach', 'detach', 'remove'))""",
    N_("您录入、修改或提交过本件，不能由您审核。请由其他审核人员办理；人手不足时可请市（州）审核人员办理。"),
)

NOT_AN_APPROVER = Guard(
    """EXISTS (SELECT 1 FROM audit_entries e WHERE e.claim_id = c.id AND e.actor_id = :actor_id
                AND e.event = 'approve')""",
    N_("您审核通过了本件，不能由您发放。请由其他发放人员办理。"),
)

PUBLICITY_OVER = Guard(
    "(SELECT n.ends_on FROM notices n WHERE n.id = c.notice_id) >= :today",
    N_("公示到{ends_on}才期满，{possible}起才能办理公示通过。"),
    """(SELECT jsonb_build_object('ends_on', n.ends_on, 'possible', n.ends_on + 1)
        FROM notices n WHERE n.id = c.notice_id)""",
)


def _check_publicity(move: Move) -> None:
    start, end = move.params["start"], move.params["end"]
    if start < move.today:
        raise BadValue(
            N_("公示开始日期{start}早于今天{today}。请填写今天或以后的日期。"), start=start, today=move.today
        )
    least = move.programme.policy.at(stored(move.session, move.programme.code), start)["least_publicity_days"]
    calendar = WorkCalendar.load(move.session, start, max(start, end))
    earliest = calendar.reach(start, least)
    if end < earliest:
        raise BadValue(
            N_("公示期不足{least}个工作日（首尾两日都算）。{start}开始的公示，结束日期最早为{earliest}。"),
            least=least,
            start=start,
            earliest=earliest,
        )


def _make_notices(move: Move) -> Mapping[str, str]:
    offices = move.session.execute(
        text(
            """SELECT DISTINCT o.id, o.code FROM batch_rows b JOIN claims c ON c.id = b.claim_id
               JOIN offices o ON o.id = c.office_id WHERE b.batch_id = :batch AND b.moved IS NULL ORDER BY o.id"""
        ),
        {"batch": move.batch_id},
    ).all()
    rows = [
        {
            "number": notice_number(move.session, move.programme.prefix, office.code, move.today),
            "programme": move.programme.code,
            "office": office.id,
            "batch": move.batch_id,
            "start": move.params["start"],
            "end": move.params["end"],
        }
        for office in offices
    ]
    if rows:
        move.session.execute(
            text(
                """INSERT INTO notices (number, programme, office_id, batch_id, starts_on, ends_on)
                   VALUES (:number, :programme, :office, :batch, :start, :end)"""
            ),
            rows,
        )
    return {
        "notice_id": "(SELECT n.id FROM notices n WHERE n.batch_id = :batch_id AND n.office_id = claims.office_id)"
    }


def _check_disbursement(move: Move) -> None:
    if move.params["paid_on"] > move.today:
        raise BadValue(
            N_("发放日期{paid_on}晚于今天{today}。请填写实际付款日期。"),
            paid_on=move.params["paid_on"],
            today=move.today,
        )


def _freeze(_: Move) -> Mapping[str, str]:
    return {
        "policy": "candidates.policy",
        "amount": "{amount}",
        "account_id": "(SELECT a.account_id FROM applications a WHERE a.id = claims.application_id)",
        "submitted_on": ":today",
    }


def _pay(_: Move) -> Mapping[str, str]:
    return {
        "paid_on": ":paid_on",
        "voucher_no": ":voucher_no",
        "post_check": "coalesce((SELECT o.stops FROM outcomes o WHERE o.row_id = claims.id), false)",
    }


SUBMIT = Transition(
    "submit",
    N_("提交"),
    ("draft", "returned"),
    "submitted",
    PlainForm,
    (OWN_OFFICE, BANK_DETAILS),
    phase="submit",
    effect=_freeze,
)
WITHDRAW = Transition(
    "withdraw",
    N_("撤回"),
    ("draft", "submitted", "returned"),
    "withdrawn",
    ReasonForm,
    (OWN_OFFICE,),
    danger=True,
)
APPROVE = Transition(
    "approve", N_("审核通过"), ("submitted",), "approved", OpinionForm, (NOT_AN_EDITOR,), phase="approve"
)
REJECT = Transition(
    "reject", N_("审核不通过"), ("submitted",), "rejected", MustOpinionForm, (NOT_AN_EDITOR,), danger=True
)
RETURN = Transition("return", N_("退回修改"), ("submitted",), "returned", MustOpinionForm, (NOT_AN_EDITOR,))
PUBLICIZE = Transition(
    "publicize",
    N_("公示"),
    ("approved",),
    "publicizing",
    PublicityForm,
    check=_check_publicity,
    effect=_make_notices,
)
PASS_PUBLICITY = Transition(
    "pass_publicity",
    N_("公示通过"),
    ("publicizing",),
    "publicized",
    PlainForm,
    (PUBLICITY_OVER,),
    phase="pass_publicity",
)
FAIL_PUBLICITY = Transition(
    "fail_publicity", N_("公示不通过"), ("publicizing",), "publicity_failed", ReasonForm, danger=True
)
REVOKE = Transition("revoke", N_("撤销"), ("approved", "publicized"), "revoked", ReasonForm, danger=True)
DISBURSE = Transition(
    "disburse",
    N_("发放"),
    ("publicized",),
    "disbursed",
    DisbursementForm,
    (NOT_AN_APPROVER,),
    phase="disburse",
    marks=True,
    check=_check_disbursement,
    effect=_pay,
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
    DISBURSE,
)
