"""A programme is the sum of its parts; an inconsistent one is refused when the product starts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from app.engine.audit import EVENTS
from app.engine.cases import claim_accounts
from app.engine.cases.claims import Application, Claim
from app.engine.cases.classes import DATA
from app.engine.cases.papers import OTHER, TITLES, USUAL, Paper
from app.engine.cases.periods import Period
from app.engine.clear_text import Clearing
from app.engine.edition import Amount, Edition
from app.engine.own_fields import own_sql, own_value
from app.engine.policy import Policy
from app.engine.rules.in_force import NOT_IN_FORCE
from app.engine.rules.rule import RiskRule
from app.engine.sheets import Column, Sheet
from app.engine.workflow.flow import Flow
from app.engine.workflow.hooks import fields_there, papers_there
from app.engine.workflow.transition import Guard, Transition
from app.kernel.messages import N_

JUDGED = ("category", "starts_on", "ends_on")
PLACED = ("employer_uscc", "insured_region")
SHARED = ("name", "citizen_id", "phone", "remark")


@dataclass(frozen=True)
class Classes:
    """Groups in which people stand before anybody claims for them; the audit log knows them by `class_id`.

    `of_people`: from a SELECT of person ids to one of class ids; `numbered`: classes whose number begins with a text.
    `past`: a person's places in classes (`PastPlace`) as they were known at a moment. The rest is what a place is
    called, and what its title, state and standing are.
    """

    of_people: Callable[[Select], Select]
    numbered: Callable[[str], Select]
    past: Callable[[Session, int, datetime], list]
    place: str
    title: str
    state: str
    standing: str


@dataclass(frozen=True)
class Wording:
    """What an application's page and receipt call it: its steps, its people, how it is handed in."""

    begin: str = N_("单位")
    staff: str = N_("人员")
    created_on: str = N_("受理日期")
    people: str = N_("人员名单")
    passed: str = N_("通过")
    count: str = N_("通过校验 {count} 人")
    nobody: str = N_("请下载人员模板，填写后拖到上面，或点“选择文件”上传。")
    submit: str = N_("提交 {count} 人")
    receipt: str = N_("{programme}申请受理回执")
    amount: str = N_("申请金额（元）")


@dataclass(frozen=True)
class Programme:
    """What a subsidy is.

    `judged` names the field (the same on sheet and claim) behind each column that rules read. `own` are further fields
    of both, columns of the claim or kept in its `own`: rules read them as `own->>'field'`. `policy_date` is the field whose
    day picks the policy; None is the day of submission. With `placed` each row
    names the employing enterprise and the insured region; without, the application does. A person has one live claim for
    each part of the `period` at most; with `by_sheet` claims come from the rows of `sheet`; `further_sheets` are read for other ends.
    `workflow` follows from `flow`, unless more moves belong to it.
    `labels` name columns and facts that the sheet doesn't. `former`: what moves were called in earlier releases;
    `clearings` hide what those kept in clear. `english`: of its own texts, by their Chinese. `address` begins the addresses of its
    screens, `short` their titles in English, `payees` may apply, or hand in where it `pays_each` of the people into an account of their own; of its own fields `listed` are columns of lists and `searched`
    fields of their search. `form` has the fields of an application, kept in its `own`, `papers` the kinds of paper that it takes. `version` is the one of the definition that it was made of, `versions` yields the editions of a definition as they stand in the database.
    """

    code: str
    title: str
    prefix: str
    sheet: Sheet
    rules: tuple[RiskRule, ...]
    policy: Policy
    judged: Mapping[str, str]
    policy_date: str | None
    menu: tuple[str, ...]
    flow: Flow = Flow()
    workflow: tuple[Transition, ...] = ()
    application: type[Application] = Application
    claim: type[Claim] = Claim
    own: tuple[str, ...] = ()
    placed: bool = False
    period: Period = Period()
    by_sheet: bool = True
    version: int = 1
    address: str = ""
    short: str = ""
    payees: tuple[str, ...] = ("unit",)
    pays_each: bool = False
    listed: tuple[str, ...] = ()
    searched: tuple[str, ...] = ()
    classes: Classes | None = None
    form: Sheet | None = None
    further_sheets: tuple[Sheet, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    former: Mapping[str, str] = field(default_factory=dict)
    clearings: tuple[Clearing, ...] = ()
    wording: Wording = Wording()
    english: Mapping[str, str] = field(default_factory=dict)
    papers: tuple[Paper, ...] = USUAL
    amount: Amount = Amount()
    versions: Callable[[Session], Sequence[Edition]] | None = None
    transitions: Mapping[str, Transition] = field(init=False)
    columns: Mapping[str, Column] = field(init=False)

    def __post_init__(self) -> None:
        if not self.workflow:
            object.__setattr__(self, "workflow", self.flow.transitions)
        if hooks := self._completeness():
            object.__setattr__(self, "workflow", tuple(_asking(move, hooks) for move in self.workflow))
        object.__setattr__(self, "transitions", {t.name: t for t in self.workflow})
        object.__setattr__(self, "columns", {column.field: column for column in self.sheet.columns})
        for problem in self._problems():
            raise ValueError(f"programme {self.code}: {problem}")

    def _completeness(self) -> tuple[Guard, ...]:
        """Return what refuses to send in what lacks a field or a paper."""
        needed = [one for one in self.form.columns if one.required] if self.form else []
        papers = [paper for paper in self.papers if paper.required]
        return (
            *([fields_there({one.field: one.title for one in needed})] if needed else ()),
            *([papers_there({paper.code: paper.title for paper in papers})] if papers else ()),
        )

    @property
    def fixed(self) -> tuple[str, ...]:
        """The sheet's fields that no correction of a claim changes: another person is a withdrawal and a new claim."""
        part = (self.period.field,) if self.period.field else ()
        return ("name", "citizen_id", *(PLACED if self.placed else ()), *part)

    @property
    def own_columns(self) -> tuple[Column, ...]:
        """The sheet's columns of its own fields."""
        return tuple(self.columns[name] for name in self.own if name in self.columns)

    @property
    def kept(self) -> tuple[str, ...]:
        """The sheet's fields that the claim keeps, beside what every programme does."""
        return (*self.judged.values(), *self.own)

    @property
    def shared(self) -> tuple[str, ...]:
        """The fields of an application."""
        return tuple(one.field for one in self.form.columns) if self.form else ()

    def shared_value(self, application: Application, column: Column) -> Any:
        """Return what an application keeps in a field of its own."""
        return own_value(application.own, column.field, column.kind)

    def unanswered(self, application: Application) -> list[Column]:
        """Return the required fields of an application that hold nothing yet."""
        columns = self.form.columns if self.form else ()
        return [one for one in columns if one.required and application.own.get(one.field) is None]

    def paper_title(self, kind: str) -> str:
        """Return what a kind of paper is called; one that the programme took in an earlier version counts as another."""
        titles = {**TITLES, **{paper.code: paper.title for paper in self.papers}}
        return titles.get(kind, TITLES[OTHER])

    def editions(self, session: Session) -> Sequence[Edition]:
        """Return what judges its claims, by their policy dates; they don't overlap."""
        if self.versions:
            return self.versions(session)
        return [Edition(1, self.rules, self.policy, self.amount)]

    def is_column(self, field: str) -> bool:
        """Return whether a kept field is a column of the claim, not kept in its `own`."""
        return field in self.claim.__mapper__.columns

    def value(self, claim: Claim, field: str) -> Any:
        """Return what a claim keeps in a field."""
        if field in self.own and not self.is_column(field):
            return own_value(claim.own, field, self.columns[field].kind)
        return getattr(claim, field)

    def field_sql(self, field: str) -> str:
        """Return the SQL of a kept field over claims (`c`)."""
        return f"c.{field}" if self.is_column(field) else own_sql("c", field, self.columns[field].kind)

    @property
    def day_sql(self) -> str:
        """The SQL of a claim's (`c`) policy date, over :today."""
        return self.field_sql(self.policy_date) if self.policy_date else "CAST(:today AS date)"

    def policy_day(self, claim: Claim) -> date | None:
        """Return the day whose policy judges a claim; of one that is not submitted yet there may be none."""
        return self.value(claim, self.policy_date) if self.policy_date else claim.submitted_on

    @property
    def registers(self) -> dict[str, str]:
        """The registers that its rules and its amount ask, code → title."""
        of_each = [rule.registers for rule in self.rules] + [self.amount.registers]
        return {code: title for registers in of_each for code, title in registers.items()}

    def transition(self, name: str) -> Transition:
        """Return the move of a stored name, also of one that it had in an earlier release (`former`: old name → new)."""
        return self.transitions[self.former.get(name, name)]

    def rule(self, code: str) -> RiskRule:
        """Return the rule behind a finding; raises StopIteration for one that the programme no longer has."""
        return next(r for r in (*self.rules, NOT_IN_FORCE) if r.code == code)

    def _problems(self) -> Iterator[str]:
        codes = [rule.code for rule in self.rules]
        if len(set(codes)) < len(codes):
            yield "a rule code stands twice"
        for model in (self.application, self.claim):
            if model.__mapper__.polymorphic_identity not in (self.code, DATA):
                yield f"{model.__name__} belongs to another programme"
        least = self.policy.parameters.get("least_publicity_days")
        if self.flow.publicity and least is None:
            yield "the policy lacks least_publicity_days"
        if self.flow.publicity and least and least.unit != self.flow.publicity:
            yield f"least_publicity_days is counted in {least.unit}, publicity in {self.flow.publicity}"
        yield from self._workflow_problems()
        yield from self._sheet_problems(set(self.columns))

    def _workflow_problems(self) -> Iterator[str]:
        if len(self.transitions) < len(self.workflow):
            yield "a transition stands twice"
        for transition in self.workflow:
            if not {*transition.sources, *transition.targets} <= set(transition.titles):
                yield f"transition {transition.name} names an unknown state"
            if transition.name not in EVENTS:
                yield f"transition {transition.name} is no event of the audit log"

    def _sheet_problems(self, fields: set[str]) -> Iterator[str]:
        for rule in self.rules:
            if not set(rule.fields) <= fields:
                yield f"rule {rule.code} reads a column that the sheet lacks"
            if not set(rule.parameters) <= set(self.policy.parameters):
                yield f"rule {rule.code} names a parameter that the policy lacks"
        if self.placed and not set(PLACED) <= fields:
            yield "the sheet of people placed elsewhere lacks the employing enterprise or the insured region"
        if self.period.field and self.period.field not in self.own:
            yield f"{self.period.field}, which says of what a claim is, is kept nowhere"
        if self.policy_date and self.policy_date not in self.kept:
            yield f"{self.policy_date}, which picks the policy, is kept nowhere"
        for column, name in self.judged.items():
            if column not in JUDGED or not self.is_column(name) or (self.by_sheet and name not in fields):
                yield f"judged column {column} has no field {name}"
        for name in self.own:
            if name not in fields and (self.by_sheet or not self.is_column(name)):
                yield f"own field {name} is neither in the sheet nor a column of the claim"
        accounts = claim_accounts.FIELDS if self.pays_each else ()
        if lost := fields - {*SHARED, *self.kept, *accounts, *(PLACED if self.placed else ())}:
            yield f"the sheet's columns {sorted(lost)} are kept nowhere"


def _asking(move: Transition, hooks: tuple[Guard, ...]) -> Transition:
    """Return a move; the one that sends in asks for these too, after the office and before the rules."""
    return replace(move, hooks=(*move.hooks[:1], *hooks, *move.hooks[1:])) if move.freezes else move
