"""The table of moves once more, in plain Python: what the engine is held against."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

import chinese_calendar

from app.engine.actor import Actor
from app.engine.casework import claim_moves, firing
from app.engine.workflow import hooks as guards
from app.registers.calendar.festivals import possible_holidays

DRAFTS = {"draft", "returned"}
LIVE = {"submitted", "returned", "approved", "publicizing", "publicized", "disbursed"}
MOVES = {
    "submit": (DRAFTS, "submitted"),
    "withdraw": (DRAFTS | {"submitted"}, "withdrawn"),
    "approve": ({"submitted"}, "approved"),
    "reject": ({"submitted"}, "rejected"),
    "return": ({"submitted"}, "returned"),
    "publicize": ({"approved"}, "publicizing"),
    "pass_publicity": ({"publicizing"}, "publicized"),
    "fail_publicity": ({"publicizing"}, "publicity_failed"),
    "revoke": ({"approved", "publicized"}, "revoked"),
    "list": ({"publicized"}, "publicized"),
    "dissolve": ({"publicized"}, "publicized"),
    "disburse": ({"publicized"}, "disbursed"),
}
JUDGING = {"submit", "approve", "pass_publicity", "list"}
LEAST_DAYS = 5
LAST_YEAR = 2026
RAISED_FROM = date(2026, 6, 1)
WINDOW_FROM = date(2020, 1, 23)


@dataclass
class Case:
    """One claim as the table sees it."""

    id: int
    application: int
    office: int
    person: int
    start: date
    state: str = "draft"
    amount: Decimal = Decimal("1000.00")
    account: int | None = None
    notice_end: date | None = None
    listed: bool = False
    post_check: bool = False
    paid_on: date | None = None
    editors: set[int] = field(default_factory=set)
    approvers: set[int] = field(default_factory=set)
    objections: list[str] = field(default_factory=list)


@dataclass
class World:
    """All claims, who touched their applications, whose contributions are paid, and what day it is."""

    today: date
    cases: dict[int, Case]
    editors: dict[int, set[int]]
    accounts: dict[int, int | None]
    unpaid: set[int] = field(default_factory=set)
    entries: int = 0

    def places(self) -> dict[int, int]:
        """Person → the one live claim."""
        live = [case for case in self.cases.values() if case.state in LIVE]
        found = {case.person: case.id for case in live}
        assert len(found) == len(live)
        return found

    def allows(self, move: str, chosen: list[int], params: dict) -> bool:
        """Whether the parameters may be, for these claims."""
        if move == "publicize":
            return params["start"] >= self.today and enough(params["start"], params["end"])
        if move != "disburse":
            return True
        waiting = (self.cases[claim] for claim in chosen if self.cases[claim].state == "publicized")
        return params["paid_on"] <= self.today and all(
            case.notice_end < params["paid_on"] for case in waiting
        )

    def move(self, move: str, actor: Actor, chosen: list[int], params: dict) -> dict[int, str | None]:
        """Moves what may move: claim → None, or the sentence (as a msgid) that refuses it."""
        places = self.places()
        answers = {}
        for case in sorted((self.cases[c] for c in chosen), key=lambda case: case.id):
            answers[case.id] = self._refusal(move, case, actor) or self._judged(move, case, places)
        for case in (self.cases[c] for c, reason in answers.items() if reason is None):
            if move == "submit" and places.setdefault(case.person, case.id) != case.id:
                answers[case.id] = claim_moves.LOST_RACE.sentence
            else:
                self._write(move, case, actor, params)
        return answers

    def stops(self, case: Case) -> bool:
        """Whether the day's facts and the contract fail a rule."""
        return case.person in self.unpaid or case.start < WINDOW_FROM

    def _judged(self, move: str, case: Case, places: dict[int, int]) -> str | None:
        taken = places.get(case.person, case.id) != case.id
        return claim_moves.STOPPED[move] if move in JUDGING and (taken or self.stops(case)) else None

    def _refusal(self, move: str, case: Case, actor: Actor) -> str | None:
        if not (actor.scope.whole or case.office in actor.scope.office_ids):
            return firing.VANISHED
        if case.state not in MOVES[move][0]:
            return firing.WRONG_STATE
        own_hands = actor.user_id in case.editors | self.editors[case.application]
        refused = {
            guards.OWN_OFFICE: move in ("submit", "withdraw") and case.office != actor.office_id,
            guards.BANK_DETAILS: move == "submit" and self.accounts[case.application] is None,
            guards.NOT_AN_EDITOR: move in ("approve", "reject", "return") and own_hands,
            guards.PUBLICITY_OVER: move == "pass_publicity" and self.today <= case.notice_end,
            guards.NO_OBJECTION_OPEN: move == "pass_publicity" and "open" in case.objections,
            guards.NO_OBJECTION_UPHELD: move == "pass_publicity" and "upheld" in case.objections,
            guards.ON_NO_LIST: move in ("revoke", "list") and case.listed,
            guards.ON_A_LIST: move == "dissolve" and not case.listed,
            guards.NOT_AN_APPROVER: move == "disburse" and actor.user_id in case.approvers,
        }
        return next((guard.sentence for guard, holds in refused.items() if holds), None)

    def _write(self, move: str, case: Case, actor: Actor, params: dict) -> None:
        case.state = MOVES[move][1]
        self.entries += 1
        if move == "submit":
            case.editors.add(actor.user_id)
            case.amount = Decimal(1500 if case.start >= RAISED_FROM else 1000)
            case.account = self.accounts[case.application]
        elif move == "approve":
            case.approvers.add(actor.user_id)
        elif move == "publicize":
            case.notice_end = params["end"]
        elif move in ("list", "dissolve"):
            case.listed = move == "list"
        elif move == "disburse":
            case.post_check, case.paid_on = self.stops(case), params["paid_on"]


def enough(start: date, end: date) -> bool:
    """At least five working days, the cautious ones of years that nobody has confirmed."""
    term = [start + timedelta(days=n) for n in range((end - start).days + 1)]
    return sum(counts(day) for day in term) >= LEAST_DAYS


def counts(day: date) -> bool:
    if day.year > LAST_YEAR:
        return day.weekday() < 5 and day not in possible_holidays(day.year)
    return chinese_calendar.is_workday(day)
