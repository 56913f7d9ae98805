"""A programme's way from the application to the money: a variant with switches, never a free graph; it names its moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from app.engine.cases.desks import TAKEN_IN
from app.engine.cases.states import LIVE, TITLES
from app.engine.workflow import moves
from app.engine.workflow.hooks import NOT_THE_FIRST_REVIEWER
from app.engine.workflow.transition import Detour, Transition
from app.kernel.messages import N_, Message
from app.registers.calendar.workdays import EveryDay, WorkCalendar

WORKING_DAYS, CALENDAR_DAYS = "working_days", "calendar_days"
OF_PUBLICITY, OF_LISTS = ("publicize", "pass_publicity", "fail_publicity"), ("list", "dissolve")
SUM_REACHES = f"""(SELECT sum(s.amount) FROM claims s
                   WHERE s.application_id = c.application_id AND s.state IN {LIVE}) >= :second_review_from"""  # noqa: S608  # nosec B608  # constants of the code
"""Whether the live claims of the claim's application come to the amount from which it is reviewed twice."""


@dataclass(frozen=True)
class Flow:
    """The switches. `competent`: whose the cases are (`COMPETENCES`); `intake_below`: offices below the county take them in too.

    `second_review_from`: an application whose live claims come to this sum, CNY, is reviewed by a second person; 0
    means each, None no one. `publicity`: the unit of its least length (`WORKING_DAYS`, `CALENDAR_DAYS`); None: what is
    approved is paid without one. `by_list`: payment lists are made, from which money is paid, as it also is directly.
    Raises ValueError for a sum below 0 and for an unknown unit.
    """

    second_review_from: Decimal | None = None
    publicity: str | None = WORKING_DAYS
    by_list: bool = True
    competent: str = TAKEN_IN
    intake_below: bool = False

    def __post_init__(self) -> None:
        if self.second_review_from is not None and self.second_review_from < 0:
            raise ValueError("the sum from which a second review is due is below 0")
        if self.publicity not in (WORKING_DAYS, CALENDAR_DAYS, None):
            raise ValueError(f"publicity is counted in {self.publicity}, an unknown unit")

    @property
    def reviews_twice(self) -> bool:
        """Whether some application is reviewed by a second person."""
        return self.second_review_from is not None

    @property
    def payable(self) -> str:
        """The state from which a claim is paid."""
        return "publicized" if self.publicity else "approved"

    @property
    def titles(self) -> Mapping[str, str]:
        """The states' names; what is approved waits for its payment where there is no publicity."""
        return TITLES if self.publicity else {**TITLES, "approved": TITLES["publicized"]}

    def path(self, second_review: bool) -> tuple[str, ...]:
        """Return the states of a claim that nothing stops, with or without a second review."""
        reviewed = ("submitted", "in_second_review") if second_review else ("submitted",)
        publicity = ("publicizing", "publicized") if self.publicity else ()
        return ("draft", *reviewed, "approved", *publicity, "disbursed")

    def calendar(self, session: Session, first: date, *, hold: bool = False) -> WorkCalendar:
        """Return the calendar by which publicity is counted from a day on; with `hold` nobody changes it before the commit."""
        if self.publicity == CALENDAR_DAYS:
            return EveryDay()
        return WorkCalendar.load(session, first, hold=hold)

    def days(self, count: int) -> Message:
        """Return a length of publicity in words, with its unit."""
        words = N_("{count}天") if self.publicity == CALENDAR_DAYS else N_("{count}个工作日")
        return Message(words, count=count)

    @property
    def transitions(self) -> tuple[Transition, ...]:
        """The moves of a claim, in the order of its way; those of every subsidy where no switch says otherwise."""
        gone = {*(() if self.publicity else OF_PUBLICITY), *(() if self.by_list else OF_LISTS)}
        ways = (way for move in moves.SUBSIDY if move.name not in gone for way in self._variants(move))
        return tuple(ways if self.publicity else (replace(way, claim_titles=self.titles) for way in ways))

    def _variants(self, move: Transition) -> tuple[Transition, ...]:
        """Return what one of the usual moves becomes; the first review's approval may be followed by the second's."""
        if move is moves.APPROVE:
            second = (self._on(moves.APPROVE_SECOND),) if self.reviews_twice else ()
            return (self._first_review(), *second)
        if move in (moves.REJECT, moves.RETURN):
            return (self._of_both_reviews(move),)
        return (self._of_payment(move),)

    def _first_review(self) -> Transition:
        """Return the first review's approval: on to the second, past it, or by the application's sum."""
        if self.second_review_from is None:
            return self._on(moves.APPROVE)
        if self.second_review_from == 0:
            return replace(
                moves.APPROVE,
                target="in_second_review",
                then=N_("转入待复审，由另一名审核人员复审。"),
                final=N_("不能改回待审核；有误的由复审人员退回。"),
            )
        detour = Detour(
            SUM_REACHES,
            "in_second_review",
            N_(
                "其中 {count} 人所属的申请合计达到 {second_review_from} 元，转入待复审，由另一名审核人员复审。"
            ),
            N_("其中 {count} 人转入待复审。"),
            {"second_review_from": self.second_review_from},
        )
        return replace(self._on(moves.APPROVE), detour=detour)

    def _on(self, move: Transition) -> Transition:
        """Return the last review's approval, whose words say what comes next."""
        if self.publicity:
            return move
        final = {
            "approve": N_("不能改回待审核；发放前只能撤销，须写明原因。"),
            "approve_second": N_("不能改回待复审；发放前只能撤销，须写明原因。"),
        }
        then = N_("转入待发放，由发放人员编制清单。") if self.by_list else N_("转入待发放，由发放人员发放。")
        return replace(move, then=then, final=final[move.name])

    def _of_both_reviews(self, move: Transition) -> Transition:
        """Return a refusal that either review may give; the second one by another person."""
        if not self.reviews_twice:
            return move
        return replace(
            move,
            sources=(*move.sources, "in_second_review"),
            hooks=(*move.hooks, NOT_THE_FIRST_REVIEWER),
        )

    def _of_payment(self, move: Transition) -> Transition:
        """Return a move; one that starts from what has passed publicity starts where claims are paid from."""
        if self.publicity or "publicized" not in move.sources:
            return move
        target = "approved" if move.target == "publicized" else move.target
        return replace(move, sources=("approved",), target=target)
