"""Any moves, by anybody, on any claims, in any order: what happens is what the table of `model.py` says.

The default run is bounded; `WORKFLOW_EXAMPLES=2000 pytest tests/engine/workflow/test_any_order.py` looks longer.
An example runs in one transaction that is rolled back, so the facts are made once.
"""

from __future__ import annotations

import os
from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask import current_app
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from app.engine.audit import AuditEntry
from app.engine.cases.claims import Application, Claim, Notice
from app.engine.cases.periods import Slot
from app.engine.casework import objections
from app.engine.casework.batch import BatchRow
from app.engine.intake import application_accounts, applications
from app.engine.policy_values import PolicyValue
from app.engine.scope import seeing
from app.kernel.errors import BadValue, NotFound, Refused
from tests.desk import province
from tests.desk.subsidies import HIRING as PROGRAMME
from tests.engine.workflow.model import DRAFTS, MOVES, RAISED_FROM, Case, World

EXAMPLES = int(os.environ.get("WORKFLOW_EXAMPLES", "20"))
STEPS = 10
FIRST_DAY = date(2026, 3, 2)
PEOPLE = 8
HELD = {0: [0, 1, 2, 3, 4], 1: [3, 4, 5, 6], 2: [0, 1, 5, 7], 3: [2, 7]}
"""Application → its people; most people stand in two, of one county or of both."""
OPENED = {0: "clerk", 1: "both", 2: "clerk_b", 3: "clerk_b"}
WITHOUT_BANK = 3
CLAIMS = sum(map(len, HELD.values()))
STARTS = (date(2026, 3, 1), date(2026, 6, 15), date(2019, 12, 1))
REVIEWERS = ("reviewer", "reviewer_b", "prefecture", "approver_cashier", "both")
FITTING = {
    "submit": ("clerk", "both", "clerk_b", "prefecture"),
    "withdraw": ("clerk", "clerk_b", "prefecture"),
    "disburse": ("cashier", "prefecture", "approver_cashier"),
}
HAPPY = ("submit", "approve", "publicize", "pass_publicity", "list", "disburse")
DAYS = ((0, 6), (0, 7), (0, 14), (1, 7), (0, 3), (-1, 9), (2, 0))

everybody = st.sampled_from(sorted(province.LOGINS))
subsets = st.frozensets(st.integers(0, CLAIMS - 1), max_size=CLAIMS)
few = st.frozensets(st.integers(0, CLAIMS - 1), max_size=4)
one = st.integers(0, CLAIMS - 1)
others = st.one_of(
    st.tuples(st.just("advance"), st.integers(1, 12)),
    st.tuples(st.just("correct"), everybody, one, st.sampled_from(STARTS)),
    st.tuples(st.just("bank"), st.sampled_from(("clerk", "both", "clerk_b")), st.sampled_from(sorted(HELD))),
    st.tuples(st.just("pay"), st.integers(0, PEOPLE - 1), st.booleans()),
)


def any_move(draw) -> tuple:
    """Any move by anybody on any claims; now and then of a batch that was made in a wider sight."""
    return (
        draw(st.sampled_from(sorted(MOVES))),
        draw(everybody),
        draw(subsets),
        draw(st.booleans()),
        draw(st.sampled_from(DAYS)),
    )


def likely_move(draw, cases: list[Case]) -> tuple:
    """A move that some claims wait for, by somebody whose work it is, on most of those."""
    waiting = {case.state for case in cases}
    move = draw(
        st.sampled_from([m for m, (sources, _) in sorted(MOVES.items()) if sources & waiting] or ["submit"])
    )
    chosen = {n for n, case in enumerate(cases) if case.state in MOVES[move][0]} - draw(few)
    return (
        move,
        draw(st.sampled_from(FITTING.get(move, REVIEWERS))),
        chosen,
        draw(st.booleans()),
        draw(st.sampled_from(DAYS)),
    )


def objection(draw, cases: list[Case]) -> tuple:
    """Somebody objects, most likely to a claim under publicity, or an objection is decided."""
    shown = [n for n, case in enumerate(cases) if case.state == "publicizing"] or range(CLAIMS)
    held = [n for n, case in enumerate(cases) if "open" in case.objections]
    if held and draw(st.booleans()):
        return "decide", draw(st.sampled_from(held)), draw(st.booleans())
    return "object", draw(st.sampled_from(("clerk", "clerk_b", "prefecture"))), draw(st.sampled_from(shown))


def any_step(draw, cases: list[Case]) -> tuple:
    kind = draw(st.sampled_from(("likely", "likely", "likely", "any", "objection", "other")))
    if kind == "likely":
        return likely_move(draw, cases)
    if kind == "any":
        return any_move(draw)
    return objection(draw, cases) if kind == "objection" else draw(others)


def on_the_way(draw, move: str) -> list[tuple]:
    """A step to the money in good order, of all claims but a few."""
    logins = FITTING[move][:3] if move == "submit" else ("prefecture",)
    left_out = draw(few)
    wait = [("advance", 8)] if move == "pass_publicity" else []
    return wait + [(move, login, set(range(CLAIMS)) - left_out, False, (0, 7)) for login in logins]


class Stage:
    """The engine on one side, the table on the other; every step is taken by both and compared."""

    def __init__(self, session, actors, held, people):
        self.session, self.actors, self.people = session, actors, people
        accounts = dict(session.execute(select(Application.id, Application.account_id)).all())
        self.applications, self.claims = list(accounts), sorted(c for ids in held.values() for c in ids)
        rows = session.execute(
            select(Claim.id, Claim.application_id, Claim.office_id, Claim.person_id).order_by(Claim.id)
        )
        cases = {row.id: Case(*row, start=province.CONTRACT_START) for row in rows}
        opened = {a: {actors[OPENED[n]].user_id} for n, a in enumerate(self.applications)}
        self.world = World(FIRST_DAY, cases, opened, accounts)

    def take(self, step: tuple) -> None:
        deed = getattr(self, step[0], None)
        if deed is None:
            self.move(*step)
        else:
            deed(*step[1:])
        self.compare()

    def advance(self, days: int) -> None:
        self.world.today += timedelta(days=days)

    def move(self, move: str, login: str, chosen, wide: bool, days: tuple[int, int]) -> None:
        actor, params = self.actors[login], self._params(move, days)
        seen = [
            c
            for c in (self.claims[n] for n in chosen)
            if wide or self.world.cases[c].office in actor.scope.office_ids
        ]
        with self.session.begin_nested() as saved:
            with seeing(self.session, self.actors["prefecture"].scope if wide else actor.scope):
                chosen_rows = select(Claim.id).where(Claim.id.in_([self.claims[n] for n in chosen]))
                transition = PROGRAMME.transitions[move]
                made = province.batch.prepare(
                    self.session, actor, PROGRAMME, transition, chosen_rows, province.TODAY
                )
            try:
                done = province.run(self.session, actor, made.id, self.world.today, **params)
            except BadValue:
                assert not self.world.allows(move, seen, params), (move, params)
                saved.rollback()
                return
        assert self.world.allows(move, seen, params), (move, params)
        self._compare_batch(done, self.world.move(move, actor, seen, params))

    def _compare_batch(self, done, expected: dict[int, str | None]) -> None:
        rows = self.session.execute(
            select(BatchRow.row_id, BatchRow.moved, BatchRow.reason).where(BatchRow.batch_id == done.id)
        ).all()
        answers = {row.row_id: None if row.moved else row.reason["msgid"] for row in rows}
        assert answers == expected
        moved = [c for c, reason in expected.items() if reason is None]
        assert (done.moved, done.refused) == (len(moved), len(rows) - len(moved))
        assert done.moved_amount == sum((self.world.cases[c].amount for c in moved), Decimal(0))
        audited = self.session.scalars(select(AuditEntry.claim_id).where(AuditEntry.batch_id == done.id))
        assert sorted(audited) == sorted(moved)

    def _params(self, move: str, days: tuple[int, int]) -> dict:
        start = self.world.today + timedelta(days=days[0])
        return {
            "publicize": {"start": start, "end": start + timedelta(days=days[1])},
            "disburse": {"paid_on": self.world.today + timedelta(days=3 - days[1]), "voucher_no": "PZ-1"},
            "reject": {"opinion": "不符"},
            "return": {"opinion": "补材料"},
            "withdraw": {"reason": "录错"},
            "fail_publicity": {"reason": "查实"},
            "revoke": {"reason": "查实"},
        }.get(move, {})

    def correct(self, login: str, number: int, start: date) -> None:
        actor, case = self.actors[login], self.world.cases[self.claims[number]]
        held = self.session.get(Claim, case.id, populate_existing=True)
        may = case.office == actor.office_id and case.state in DRAFTS
        values, vault = {"contract_start": start}, current_app.extensions["vault"]
        if self._done(
            may,
            lambda: applications.edit_claim(
                self.session, actor, PROGRAMME, case.id, held.version, values, vault, province.TODAY
            ),
            actor,
        ):
            if case.start != start:
                case.editors.add(actor.user_id)
            case.start = start

    def bank(self, login: str, number: int) -> None:
        actor, application = self.actors[login], self.applications[number]
        own = next(c for c in self.world.cases.values() if c.application == application).office
        vault = current_app.extensions["vault"]
        payee = self.session.get(Application, application).payee
        account = province.typed_account(payee.name)
        saving = lambda: application_accounts.save_account(self.session, actor, application, vault, account)  # noqa: E731
        states = {c.state for c in self.world.cases.values() if c.application == application}
        open_to_change = states <= {"withdrawn"} or bool(states & set(DRAFTS))
        if self._done(own == actor.office_id and open_to_change, saving, actor):
            self.world.editors[application].add(actor.user_id)
            held = self.session.get(Application, application, populate_existing=True).account_id
            assert held != self.world.accounts[application]
            self.world.accounts[application] = held

    def _done(self, may: bool, deed, actor) -> bool:
        """Does it when it may be done; otherwise it must be refused. Answers whether it was done."""
        with self.session.begin_nested() as saved, seeing(self.session, actor.scope):
            try:
                deed()
                self.session.flush()
            except (Refused, NotFound):
                saved.rollback()
                assert not may
                return False
        assert may
        return True

    def pay(self, person: int, paid: bool) -> None:
        found = self.people[person]
        self.session.execute(
            text("UPDATE contributions SET paid = :paid WHERE person_id = :person"),
            {"paid": paid, "person": found},
        )
        (self.world.unpaid.discard if paid else self.world.unpaid.add)(found)

    def object(self, login: str, number: int) -> None:
        actor, case = self.actors[login], self.world.cases[self.claims[number]]
        may = case.office == actor.office_id and case.state == "publicizing"
        raised = max(self.world.today, self._notice_start(case)) if may else self.world.today
        if may and raised > self.world.today:
            return
        said = {"raised_on": raised, "raised_by": "张先生", "contact": None, "content": "未到岗"}
        vault = current_app.extensions["vault"]
        registering = lambda: objections.register(  # noqa: E731
            self.session, actor, case.id, vault, self.world.today, **said
        )
        if self._done(may, registering, actor):
            case.objections.append("open")

    def _notice_start(self, case: Case) -> date:
        notice = select(Notice.starts_on).join(Claim, Claim.notice_id == Notice.id)
        return self.session.scalars(notice.where(Claim.id == case.id)).one()

    def decide(self, number: int, upheld: bool) -> None:
        case, reviewer = self.world.cases[self.claims[number]], self.actors["prefecture"]
        held = self.session.scalars(
            select(objections.Objection.id)
            .where(objections.Objection.claim_id == case.id)
            .order_by(objections.Objection.id)
        ).all()
        assert len(held) == len(case.objections)
        if "open" in case.objections:
            at = case.objections.index("open")
            objections.decide(self.session, reviewer, held[at], upheld, "核实", self.world.today)
            self.session.flush()
            case.objections[at] = "upheld" if upheld else "dismissed"

    def compare(self) -> None:
        """Both sides hold the same claims, places and history."""
        stored = self.session.execute(
            select(
                Claim.id,
                Claim.state,
                Claim.amount,
                Claim.account_id,
                Claim.post_check,
                Claim.paid_on,
                Claim.payment_list_id.is_not(None),
                func.coalesce(Notice.ends_on, None),
            ).outerjoin(Notice, (Notice.id == Claim.notice_id) & (Notice.office_id == Claim.office_id))
        )
        expected = {
            (c.id, c.state, c.amount, c.account, c.post_check, c.paid_on, c.listed, c.notice_end)
            for c in self.world.cases.values()
        }
        assert set(map(tuple, stored)) == expected
        slots = self.session.execute(select(Slot.person_id, Slot.claim_id)).all()
        assert dict(map(tuple, slots)) == self.world.places()
        entries = select(func.count()).where(AuditEntry.batch_id.is_not(None))
        assert self.session.scalar(entries) == self.world.entries


@pytest.fixture
def stage(session, actors, employers):
    """Makes the facts once; each call begins an example."""
    people = province.make_people(session, PEOPLE)
    held = {}
    for number, members in HELD.items():
        clerk = actors[OPENED[number]]
        application = province.take_in(
            session, clerk, employers[clerk.office_code], bank=number != WITHOUT_BANK
        )
        held[number] = province.draft(session, application, [people[m] for m in members])
    raised = {"programme": PROGRAMME.code, "parameter": "amount", "value": "1500", "document": "〔2026〕3号"}
    session.add(PolicyValue(**raised, starts_on=RAISED_FROM))
    session.commit()
    return lambda: Stage(session, actors, held, people)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize="WORKFLOW_EXAMPLES" not in os.environ,
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_what_happens_is_what_the_table_says(stage, session, data):
    played, draw = stage(), data.draw
    try:
        for move in HAPPY[: draw(st.integers(0, len(HAPPY)))]:
            for step in on_the_way(draw, move):
                played.take(step)
        for _ in range(STEPS):
            played.take(any_step(draw, list(played.world.cases.values())))
    finally:
        session.rollback()
