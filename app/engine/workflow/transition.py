"""The moves of a claim: a transition names sources, target, form, validation hooks and what it writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from flask_appbuilder import Model
from sqlalchemy.orm import InstrumentedAttribute, Session
from wtforms import Form

from app.engine.actor import Actor
from app.engine.cases import states
from app.kernel.messages import N_, Message

if TYPE_CHECKING:
    from app.engine.programme import Programme

FREE = ("opinion", "reason")
"""Parameters of moves that people type freely."""


@dataclass(frozen=True)
class Guard:
    """A validation hook: refuses the rows (alias `c`) for which `refuses` holds; `facts` is jsonb SQL that fills the sentence.

    SQL may use :actor_id, :office_id, :today, :batch_id and what `values` binds.
    """

    refuses: str
    sentence: str
    facts: str = "'{}'::jsonb"
    values: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class RiskCheck:
    """A validation hook: the programme's rules run again; with `marks` a failing claim is marked 付后核查 and still moves."""

    marks: bool = False


@dataclass(frozen=True)
class Move:
    """One firing: what a transition's `check` and `effect` may look at."""

    session: Session
    programme: Programme
    batch_id: str
    params: Mapping[str, Any]
    today: date
    actor: Actor


class Moving(Protocol):
    """A firing as a subject sees it: refuses rows of the batch, and runs SQL that reads it as :batch_id."""

    move: Move
    transition: Transition

    def execute(self, statement: str, **values: object): ...

    def refuse(self, guard: Guard, **values: object) -> None: ...


@dataclass(frozen=True)
class Counted:
    """How the dialog and the result of a bulk action count what moves; `money` where an amount moves with it."""

    extent: str
    changed: str
    nothing: str
    moved: str
    refused: str
    done: str
    money: bool = True


PEOPLE = Counted(
    extent=N_("共 {count} 人，合计 {amount} 元"),
    changed=N_("另有 {count} 人在勾选后有变动，不会办理。请办理后返回列表重新勾选。"),
    nothing=N_("没有可以办理的人员。请返回列表重新勾选。"),
    moved=N_("已办理 {count} 人，{amount} 元"),
    refused=N_("未办理 {count} 人，原因见下表"),
    done=N_("已办理{moved}人，未办理{refused}人。"),
)


@dataclass(frozen=True)
class Subject:
    """What transitions move: rows of one table that have an office, a state and a version; SQL reads them as `c`.

    `titles` names the states. `line()` of the model gives a result page's cells under `headers`, and its amount.
    `audited` are further columns of the audit entry, `audited_facts` is SQL for further facts of it, `locks` is SQL to run before the rows are locked,
    `loads` the relations that a result page reads. `judge`
    refuses what the rules stop, `take` what somebody else holds already; `leave` gives back after the move.
    `counted` says how many move; `version` is SQL of a number that rises with whatever a decision on the row rests on, `payment_list` of its list.
    """

    model: type[Model]
    titles: Mapping[str, str]
    headers: tuple[str, ...]
    amount: str
    audited: Mapping[str, str]
    judge: Callable[[Moving], None]
    take: Callable[[Moving], None]
    leave: Callable[[Moving], None]
    audited_facts: str = "'{}'::jsonb"
    locks: tuple[str, ...] = ()
    loads: tuple[InstrumentedAttribute, ...] = ()
    counted: Counted = PEOPLE
    version: str = "c.version"
    payment_list: str = "CAST(NULL AS bigint)"

    @property
    def unchanged(self) -> str:
        """SQL: whether a row (`c`) is as the batch (`b`) found it; false for a batch that kept no version."""
        return f"(b.version IS NOT DISTINCT FROM {self.version} AND b.payment_list_id IS NOT DISTINCT FROM {self.payment_list})"

    @property
    def table(self) -> str:
        return self.model.__tablename__


@dataclass(frozen=True)
class Detour:
    """Rows (alias `c`) for which the SQL `where` holds go to `target` instead; `values` are bound to it.

    `sentence` says how many go there, `done` how many went.
    """

    where: str
    target: str
    sentence: str
    done: str
    values: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class Transition:
    """`duty` is the role that makes the move; `subject` is None for claims, which most transitions move.

    `hooks` are asked in their order, the rules last; a row that one refuses stays, with its reason. `advise` says what to
    know before the parameters are chosen, `cautions` what the dialog of a batch (by its id) says of its rows; `check`
    refuses parameters (raises BadValue); `effect` writes what the move needs beside the rows and returns their columns to
    set, as SQL. `suggests` fills in parameters that can be reckoned.
    `then` and `final` tell whoever makes the move what comes next and what can't be taken back; `makes` is the
    column of a claim that points at what the effect makes of many; `detour` parts a set by where its rows go;
    `claim_titles` name the states of claims, where the programme calls one otherwise.
    """

    name: str
    title: str
    sources: tuple[str, ...]
    target: str
    form: type[Form]
    hooks: tuple[Guard | RiskCheck, ...] = ()
    danger: bool = False
    duty: str = ""
    subject: Subject | None = None
    advise: Callable[[Session, Programme, date], Message | None] | None = None
    check: Callable[[Move], None] | None = None
    effect: Callable[[Move], Mapping[str, str]] | None = None
    cautions: Callable[[Session, str], Sequence[Message]] | None = None
    suggests: Callable[[Session, Programme, date], Mapping[str, date]] | None = None
    then: str = ""
    final: str = ""
    makes: str = ""
    detour: Detour | None = None
    claim_titles: Mapping[str, str] = field(default_factory=lambda: states.TITLES)

    @property
    def targets(self) -> tuple[str, ...]:
        """The states to which it may lead."""
        return (self.target, self.detour.target) if self.detour else (self.target,)

    @property
    def guards(self) -> tuple[Guard, ...]:
        return tuple(hook for hook in self.hooks if isinstance(hook, Guard))

    @property
    def risk_check(self) -> RiskCheck | None:
        return next((hook for hook in self.hooks if isinstance(hook, RiskCheck)), None)

    @property
    def freezes(self) -> bool:
        """Whether the move fixes amount, policy and account; moves after it judge by that policy."""
        return self.name == "submit"

    @property
    def titles(self) -> Mapping[str, str]:
        """The names of the states of what it moves."""
        return self.subject.titles if self.subject else self.claim_titles
