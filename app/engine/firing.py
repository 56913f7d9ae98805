"""One firing of a transition over a set of claims: guards as SQL, one compare-and-set, audit beside it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import text

from app.engine import rules, slots
from app.engine.actor import Actor
from app.engine.candidates import from_claims
from app.engine.states import LIVE, TITLES
from app.engine.workflow import Guard, Move, Transition
from app.kernel.messages import N_

LOCK = """
    SELECT c.id FROM claims c JOIN batch_rows b ON b.claim_id = c.id
    WHERE b.batch_id = :batch_id ORDER BY c.id FOR UPDATE OF c
"""
LOCK_APPLICATIONS = """
    SELECT a.id FROM applications a WHERE a.id IN
        (SELECT c.application_id FROM claims c JOIN batch_rows b ON b.claim_id = c.id WHERE b.batch_id = :batch_id)
    ORDER BY a.id FOR SHARE
"""
NOTE_STATES = """
    UPDATE batch_rows b SET from_state = c.state FROM claims c WHERE c.id = b.claim_id AND b.batch_id = :batch_id
"""
REFUSE = """
    UPDATE batch_rows b
    SET moved = false, reason = jsonb_build_object('msgid', CAST(:sentence AS text), 'params', {facts})
    FROM claims c
    WHERE c.id = b.claim_id AND b.batch_id = :batch_id AND b.moved IS NULL AND ({refuses})
"""
REFUSE_BY_RULES = """
    UPDATE batch_rows b
    SET moved = false, reason = jsonb_build_object('msgid', CAST(:sentence AS text), 'params', '{}'::jsonb),
        findings = o.findings
    FROM outcomes o WHERE o.row_id = b.claim_id AND b.batch_id = :batch_id AND b.moved IS NULL AND o.stops
"""
REFUSE_VANISHED = """
    UPDATE batch_rows b
    SET moved = false, reason = jsonb_build_object('msgid', CAST(:sentence AS text), 'params', '{}'::jsonb)
    WHERE b.batch_id = :batch_id AND NOT EXISTS (SELECT 1 FROM claims c WHERE c.id = b.claim_id)
"""
STORE_CHECKS = """
    INSERT INTO checks (claim_id, phase, day, stops, warns, findings)
    SELECT row_id, :phase, :today, stops, warns, findings FROM outcomes
"""
MOVE = """
    UPDATE claims SET state = :target, version = version + 1 {sets}
    FROM batch_rows b {candidates}
    WHERE b.claim_id = claims.id AND b.batch_id = :batch_id AND b.moved IS NULL AND claims.state = ANY(:sources)
    RETURNING claims.id, claims.amount
"""
MARK_MOVED = (
    "UPDATE batch_rows SET moved = true WHERE batch_id = :batch_id AND moved IS NULL AND claim_id = ANY(:ids)"
)
AUDIT = """
    INSERT INTO audit_entries (event, actor_id, actor_name, address, office_id, programme, application_id, claim_id,
                               batch_id, note, before, after)
    SELECT :event, :actor_id, :actor_name, :address, c.office_id, c.programme, c.application_id, c.id,
           b.batch_id, :note, jsonb_build_object('state', b.from_state),
           jsonb_build_object('state', c.state, 'amount', c.amount::text) || CAST(:params AS jsonb)
    FROM batch_rows b JOIN claims c ON c.id = b.claim_id WHERE b.batch_id = :batch_id AND b.moved
"""

OUT_OF_SCOPE = Guard("NOT (c.office_id = ANY(:office_ids))", N_("没有找到这条记录。请刷新列表后重新勾选。"))
WRONG_STATE = N_("当前状态为“{state}”，不能办理“{action}”，可能已由他人办理。请刷新列表。")
VANISHED = N_("没有找到这条记录。请刷新列表后重新勾选。")
STOPPED = N_("系统风控校验未通过，见所列规则。请核实后退回修改，或待数据更新后再办理。")


@dataclass
class Firing:
    """Moves the claims of one prepared batch; a claim that may not move never stops those that may."""

    move: Move
    transition: Transition
    actor: Actor

    def fire(self) -> tuple[int, Decimal]:
        """Returns how many claims moved and their sum, CNY; the refused rows carry their reasons."""
        if self.transition.check:
            self.transition.check(self.move)
        self._lock()
        self._refuse_by_guards()
        if self.transition.phase:
            self._rerun_rules()
        if self.transition.target in LIVE:
            self._take_slots()
        moved, amount = self._compare_and_set()
        if self.transition.target not in LIVE:
            slots.give_back(self.move.session, self.move.batch_id)
        self._audit()
        return moved, amount

    def _execute(self, statement: str, **values: object):
        return self.move.session.execute(text(statement), {"batch_id": self.move.batch_id, **values})

    def _lock(self) -> None:
        self._execute(LOCK_APPLICATIONS)
        self._execute(LOCK)
        self._execute(NOTE_STATES)
        self._execute(REFUSE_VANISHED, sentence=VANISHED)

    def _refuse_by_guards(self) -> None:
        scope = self.actor.scope
        if not scope.whole:
            self._refuse(OUT_OF_SCOPE, office_ids=list(scope.office_ids))
        titles = json.dumps(TITLES)
        state_facts = (
            "jsonb_build_object('state', CAST(:titles AS jsonb)->>c.state, 'action', CAST(:action AS text))"
        )
        self._refuse(
            Guard("NOT (c.state = ANY(:sources))", WRONG_STATE, state_facts),
            sources=list(self.transition.sources),
            titles=titles,
            action=self.transition.title,
        )
        known = {"actor_id": self.actor.user_id, "office_id": self.actor.office_id, "today": self.move.today}
        for guard in self.transition.guards:
            self._refuse(guard, **known)

    def _refuse(self, guard: Guard, **values: object) -> None:
        self._execute(
            REFUSE.format(refuses=guard.refuses, facts=guard.facts), sentence=guard.sentence, **values
        )

    def _rerun_rules(self) -> None:
        programme, session = self.move.programme, self.move.session
        frozen = self.transition.phase != "submit"
        from_claims(session, programme, self.move.batch_id, frozen=frozen)
        rules.run(session, programme.code, programme.rules, self.move.today)
        self._execute(STORE_CHECKS, phase=self.transition.phase, today=self.move.today)
        if not self.transition.marks:
            self._execute(REFUSE_BY_RULES, sentence=STOPPED)

    def _take_slots(self) -> None:
        slots.take(self.move.session, self.move.programme.code, self.move.batch_id)
        self._refuse(slots.LOST_RACE, programme=self.move.programme.code, title=self.move.programme.title)

    def _compare_and_set(self) -> tuple[int, Decimal]:
        sets = self.transition.effect(self.move) if self.transition.effect else {}
        assigned = {
            column: sql.replace("{amount}", self.move.programme.amount) for column, sql in sets.items()
        }
        clause = "".join(f", {column} = {sql}" for column, sql in assigned.items())
        freezing = any("candidates." in sql for sql in assigned.values())
        statement = MOVE.format(
            sets=clause, candidates="JOIN candidates ON candidates.claim_id = b.claim_id" if freezing else ""
        )
        rows = self._execute(
            statement,
            target=self.transition.target,
            sources=list(self.transition.sources),
            today=self.move.today,
            **self.move.params,
        ).all()
        self._execute(MARK_MOVED, ids=[row.id for row in rows])
        return len(rows), sum((row.amount for row in rows), Decimal(0))

    def _audit(self) -> None:
        params = {k: str(v) for k, v in self.move.params.items() if v}
        note = params.pop("opinion", None) or params.pop("reason", None)
        self._execute(
            AUDIT,
            event=self.transition.name,
            actor_id=self.actor.user_id,
            actor_name=self.actor.name,
            address=self.actor.address,
            note=note,
            params=json.dumps(params),
        )
