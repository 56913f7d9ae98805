"""What a move demands of its parameters, and what it writes beside the claims."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.engine.cases.numbers import list_number, notice_number
from app.engine.policy_values import stored
from app.engine.workflow.transition import Move
from app.kernel.errors import BadValue
from app.kernel.messages import N_, Message

if TYPE_CHECKING:
    from app.engine.programme import Programme

AHEAD = timedelta(days=30)
"""How far publicity is planned ahead."""


def check_publicity(move: Move) -> None:
    start, end = move.params["start"], move.params["end"]
    if end < start:
        raise BadValue(
            N_("公示结束日期{end}早于公示开始日期{start}，两个日期可能填反了。请核对后重新填写。"),
            start=start,
            end=end,
        )
    if start < move.today:
        raise BadValue(
            N_("公示开始日期{start}早于今天{today}。请填写今天或以后的日期。"), start=start, today=move.today
        )
    least = least_days(move.session, move.programme, start)
    calendar = move.programme.flow.calendar(move.session, start, hold=True)
    if calendar.count(start, end) < least:
        earliest = calendar.reach(start, least)
        caution = calendar.caution(start, earliest)
        raise BadValue(
            N_("公示期不足{least}（首尾两日都算）。{start}开始的公示，结束日期最早为{earliest}。{caution}"),
            least=move.programme.flow.days(least),
            start=start,
            earliest=earliest,
            caution=caution or "",
        )


def advise_publicity(session: Session, programme: Programme, today: date) -> Message | None:
    """Return what to know before choosing the days: that a year within reach isn't confirmed yet."""
    calendar = programme.flow.calendar(session, today)
    earliest = calendar.reach(today, least_days(session, programme, today))
    caution = calendar.caution(today, earliest + AHEAD)
    if caution is None:
        return None
    return Message(
        N_("今天开始的公示，结束日期最早为{earliest}。{caution}"), earliest=earliest, caution=caution
    )


def suggest_publicity(session: Session, programme: Programme, today: date) -> Mapping[str, date]:
    """Return today and the earliest lawful end; nothing where the calendar doesn't reach that far."""
    calendar = programme.flow.calendar(session, today)
    try:
        return {"start": today, "end": calendar.reach(today, least_days(session, programme, today))}
    except BadValue:
        return {"start": today}


def least_days(session: Session, programme: Programme, start: date) -> int:
    """Return how many days, in the unit of its flow, a publicity of the programme that starts on that day lasts at least."""
    return programme.policy.at(stored(session, programme.code), start)["least_publicity_days"]


def make_notices(move: Move) -> Mapping[str, str]:
    _one_an_office(
        move,
        notice_number,
        """INSERT INTO notices (number, programme, office_id, batch_id, starts_on, ends_on)
           VALUES (:number, :programme, :office, :batch, :start, :end)""",
        start=move.params["start"],
        end=move.params["end"],
    )
    return {
        "notice_id": "(SELECT n.id FROM notices n WHERE n.batch_id = :batch_id AND n.office_id = c.office_id)"
    }


def make_payment_lists(move: Move) -> Mapping[str, str]:
    _one_an_office(
        move,
        list_number,
        """INSERT INTO payment_lists (number, programme, office_id, batch_id, made_on)
           VALUES (:number, :programme, :office, :batch, :today)""",
        today=move.today,
    )
    return {
        "payment_list_id": """(SELECT l.id FROM payment_lists l
                               WHERE l.batch_id = :batch_id AND l.office_id = c.office_id)"""
    }


def _one_an_office(
    move: Move, numbering: Callable[[Session, str, str, date], str], statement: str, **facts: Any
) -> None:
    """Write one numbered record for each office whose claims move: a mixed set yields several."""
    offices = move.session.execute(
        text(
            """SELECT DISTINCT o.id, o.code FROM batch_rows b JOIN claims c ON c.id = b.row_id
               JOIN offices o ON o.id = c.office_id WHERE b.batch_id = :batch AND b.moved IS NULL ORDER BY o.id"""
        ),
        {"batch": move.batch_id},
    ).all()
    rows = [
        {
            "number": numbering(move.session, move.programme.prefix, office.code, move.today),
            "programme": move.programme.code,
            "office": office.id,
            "batch": move.batch_id,
            **facts,
        }
        for office in offices
    ]
    if rows:
        move.session.execute(text(statement), rows)


LAST_DAY = """
    SELECT max(n.ends_on) FROM batch_rows b JOIN claims c ON c.id = b.row_id JOIN notices n ON n.id = c.notice_id
    WHERE b.batch_id = :batch AND c.state = 'publicized'
"""


def check_disbursement(move: Move) -> None:
    over = move.session.scalar(text(LAST_DAY), {"batch": move.batch_id})
    if over is not None and move.params["paid_on"] <= over:
        raise BadValue(
            N_("发放日期{paid_on}在公示期内，公示到{over}才期满。最早可填{earliest}，请核对实际付款日期。"),
            paid_on=move.params["paid_on"],
            over=over,
            earliest=over + timedelta(days=1),
        )
    if move.params["paid_on"] > move.today:
        raise BadValue(
            N_("发放日期{paid_on}晚于今天{today}。请填写实际付款日期。"),
            paid_on=move.params["paid_on"],
            today=move.today,
        )


def freeze(_: Move) -> Mapping[str, str]:
    return {
        "definition_version": "candidates.version",
        "policy": "candidates.policy",
        "amount": "candidates.amount",
        "account_id": """(SELECT CASE WHEN a.payee_kind = 'each' THEN c.account_id ELSE a.account_id END
                          FROM applications a WHERE a.id = c.application_id)""",
        "submitted_on": ":today",
        "first_submitted_on": "coalesce(c.first_submitted_on, c.submitted_on, :today)",
        "warned": "coalesce((SELECT o.warns FROM outcomes o WHERE o.row_id = c.id), false)",
    }


def pay(_: Move) -> Mapping[str, str]:
    return {
        "paid_on": ":paid_on",
        "voucher_no": ":voucher_no",
        "post_check": "coalesce((SELECT o.stops FROM outcomes o WHERE o.row_id = c.id), false)",
    }
