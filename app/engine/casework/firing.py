"""One firing of a transition over a set of rows: guards as SQL, one compare-and-set, audit beside it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial

from sqlalchemy import column, select, table, text, update
from sqlalchemy.dialects.postgresql import JSONB

from app.engine.actor import Actor
from app.engine.casework.claim_moves import subject_of
from app.engine.progress import Progress
from app.engine.workflow.transition import Guard, Move, Subject, Transition
from app.kernel.messages import N_, Message

LOCK = """
    SELECT c.id FROM {table} c JOIN batch_rows b ON b.row_id = c.id
    WHERE b.batch_id = :batch_id ORDER BY c.id FOR UPDATE OF c
"""
NOTE_STATES = """
    UPDATE batch_rows b SET from_state = c.state FROM {table} c WHERE c.id = b.row_id AND b.batch_id = :batch_id
"""
REFUSE = """
    UPDATE batch_rows b
    SET moved = false, reason = jsonb_build_object('msgid', CAST(:sentence AS text), 'params', {facts})
    FROM {table} c
    WHERE c.id = b.row_id AND b.batch_id = :batch_id AND b.moved IS NULL AND ({refuses})
"""
REFUSE_VANISHED = """
    UPDATE batch_rows b
    SET moved = false, reason = jsonb_build_object('msgid', CAST(:sentence AS text), 'params', '{{}}'::jsonb)
    WHERE b.batch_id = :batch_id AND NOT EXISTS (SELECT 1 FROM {table} c WHERE c.id = b.row_id)
"""
MOVE = """
    UPDATE {table} AS c SET state = {target}, version = c.version + 1 {sets}
    FROM batch_rows b {candidates}
    WHERE b.row_id = c.id AND b.batch_id = :batch_id AND b.moved IS NULL AND c.state = ANY(:sources)
    RETURNING c.id, {amount} AS amount
"""
MARK_MOVED = (
    "UPDATE batch_rows SET moved = true WHERE batch_id = :batch_id AND moved IS NULL AND row_id = ANY(:ids)"
)
AUDIT = """
    INSERT INTO audit_entries (event, actor_id, actor_name, address, office_id, {columns},
                               batch_id, note, before, after)
    SELECT :event, :actor_id, :actor_name, :address, c.office_id, {values},
           b.batch_id, :note, jsonb_build_object('state', b.from_state),
           jsonb_build_object('state', c.state, 'amount', ({amount})::text) || CAST(:params AS jsonb) || {audited_facts}
    FROM batch_rows b JOIN {table} c ON c.id = b.row_id WHERE b.batch_id = :batch_id AND b.moved
"""

BATCH_ROWS = table(
    "batch_rows", column("batch_id"), column("row_id"), column("moved"), column("reason", JSONB)
)
WRONG_STATE = N_("当前状态为“{state}”，不能办理“{action}”，可能已由他人办理。请刷新列表。")
VANISHED = N_("没有找到这条记录。请刷新列表后重新勾选。")
NOT_KEPT = Guard(
    "b.version IS NULL",
    N_("这次勾选是系统升级前留下的，无法确认此后有无变动，没有办理。请返回列表重新勾选。"),
)
ANOTHER_LIST = Guard(
    "b.payment_list_id IS DISTINCT FROM {payment_list}",
    N_(
        "您打开办理窗口后，此件的发放清单有变动（当时：{then}；现在：{now}），没有办理。请返回列表核对后重新勾选。"
    ),
    """jsonb_build_object(
           'then', coalesce((SELECT l.number FROM payment_lists l WHERE l.id = b.payment_list_id), :on_none),
           'now', coalesce((SELECT l.number FROM payment_lists l WHERE l.id = {payment_list}), :on_none))""",
)
CHANGED = Guard(
    "NOT {unchanged}",
    N_(
        "您打开办理窗口后，此件有变动（如退回、修改、更换账户、重新提交），没有办理。请返回列表核对最新内容后重新勾选。"
    ),
)
ON_NO_LIST = N_("未编入清单")


@dataclass
class Firing:
    """Moves the rows of one prepared batch; a row that may not move never stops those that may."""

    move: Move
    transition: Transition
    actor: Actor
    progress: Progress = field(default_factory=Progress)

    @property
    def subject(self) -> Subject:
        return subject_of(self.transition)

    def fire(self) -> tuple[int, Decimal]:
        """Move the batch; return how many rows moved and their sum, CNY. The refused rows carry their reasons."""
        if self.transition.check:
            self.transition.check(self.move)
        for share, step in (
            (0.1, self._lock),
            (0.2, self._refuse_by_guards),
            (0.6, partial(self.subject.judge, self)),
            (0.7, partial(self.subject.take, self)),
        ):
            step()
            self.progress.reach(share)
        moved, amount = self._compare_and_set()
        self.progress.reach(0.9)
        self.subject.leave(self)
        self._audit()
        return moved, amount

    def execute(self, statement: str, **values: object):
        """Run SQL that reads the batch as :batch_id."""
        return self.move.session.execute(text(statement), {"batch_id": self.move.batch_id, **values})

    def refuse(self, guard: Guard, **values: object) -> None:
        """Take the rows that a guard refuses out of play, each with its reason."""
        statement = REFUSE.format(table=self.subject.table, refuses=guard.refuses, facts=guard.facts)
        self.execute(statement, sentence=guard.sentence, **values)

    def _lock(self) -> None:
        for statement in self.subject.locks:
            self.execute(statement)
        table = self.subject.table
        self.execute(LOCK.format(table=table))
        self.execute(NOTE_STATES.format(table=table))
        self.execute(REFUSE_VANISHED.format(table=table), sentence=VANISHED)

    def _refuse_by_guards(self) -> None:
        self._refuse_unseen()
        titles = json.dumps(dict(self.transition.titles))
        state_facts = (
            "jsonb_build_object('state', CAST(:titles AS jsonb)->>c.state, 'action', CAST(:action AS text))"
        )
        self.refuse(
            Guard("NOT (c.state = ANY(:sources))", WRONG_STATE, state_facts),
            sources=list(self.transition.sources),
            titles=titles,
            action=self.transition.title,
        )
        known = {"actor_id": self.actor.user_id, "office_id": self.actor.office_id, "today": self.move.today}
        for guard in self.transition.guards:
            self.refuse(guard, **known, **guard.values)
        self._refuse_changed()

    def _refuse_unseen(self) -> None:
        """Refuse what the actor doesn't see, whoever fires it: a batch may have been prepared by another one."""
        model, rows = self.subject.model, BATCH_ROWS.c
        seen = select(model.id).where(model.id == rows.row_id, self.actor.scope.clause(model))
        waiting = (rows.batch_id == self.move.batch_id) & rows.moved.is_(None)
        refusing = update(BATCH_ROWS).where(waiting, ~seen.exists())
        self.move.session.execute(refusing.values(moved=False, reason=Message(VANISHED).as_json()))

    def _refuse_changed(self) -> None:
        """Refuse what is no longer as the dialog showed it; after the guards, which say more exactly what has happened."""
        self.refuse(NOT_KEPT)
        subject = self.subject
        self.refuse(
            Guard(
                ANOTHER_LIST.refuses.format(payment_list=subject.payment_list),
                ANOTHER_LIST.sentence,
                ANOTHER_LIST.facts.format(payment_list=subject.payment_list),
            ),
            on_none=ON_NO_LIST,
        )
        self.refuse(Guard(CHANGED.refuses.format(unchanged=subject.unchanged), CHANGED.sentence))

    def _compare_and_set(self) -> tuple[int, Decimal]:
        sets = self.transition.effect(self.move) if self.transition.effect else {}
        clause = "".join(f", {column} = {sql}" for column, sql in sets.items())
        detour = self.transition.detour
        statement = MOVE.format(
            table=self.subject.table,
            target=f"CASE WHEN {detour.where} THEN '{detour.target}' ELSE :target END"
            if detour
            else ":target",
            amount=self.subject.amount,
            sets=clause,
            candidates="JOIN candidates ON candidates.claim_id = b.row_id" if self.transition.freezes else "",
        )
        rows = self.execute(
            statement,
            target=self.transition.target,
            sources=list(self.transition.sources),
            today=self.move.today,
            **(detour.values if detour else {}),
            **self.move.params,
        ).all()
        self.execute(MARK_MOVED, ids=[row.id for row in rows])
        return len(rows), sum((row.amount for row in rows), Decimal(0))

    def _audit(self) -> None:
        params = {k: str(v) for k, v in self.move.params.items() if v}
        note = params.pop("opinion", None) or params.pop("reason", None)
        audited, audited_facts = self.subject.audited, self.subject.audited_facts
        statement = AUDIT.format(
            table=self.subject.table,
            amount=self.subject.amount,
            columns=", ".join(audited),
            values=", ".join(audited.values()),
            audited_facts=audited_facts,
        )
        self.execute(
            statement,
            event=self.transition.name,
            actor_id=self.actor.user_id,
            actor_name=self.actor.name,
            address=self.actor.address,
            note=note,
            params=json.dumps(params),
        )
