"""A programme is the sum of its parts; an inconsistent one is refused when the product starts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Select
from sqlalchemy.orm import Session

from app.engine.audit import EVENTS
from app.engine.cases.claims import Application, Claim
from app.engine.clear_text import Clearing
from app.engine.policy import Policy
from app.engine.rules.rule import RiskRule
from app.engine.sheets import Column, Sheet
from app.engine.workflow.transition import Transition
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

    `judged` names the field (the same on sheet and claim) behind each column that rules read; the contract's start
    also picks the policy. `own` are further fields of both: rules read them as `own->>'field'`. With `placed` each row
    names the employing enterprise and the insured region; without, the application does. With `once` a person has one
    live claim at most; with `by_sheet` claims come from the rows of `sheet`; `further_sheets` are read for other ends.
    `labels` name columns and facts that the sheet doesn't. `former`: what moves were called in earlier releases;
    `clearings` hide what those kept in clear. `amount` is SQL over `candidates` that yields one person's amount.
    """

    code: str
    title: str
    prefix: str
    application: type[Application]
    claim: type[Claim]
    sheet: Sheet
    rules: tuple[RiskRule, ...]
    workflow: tuple[Transition, ...]
    policy: Policy
    judged: Mapping[str, str]
    menu: tuple[str, ...]
    own: tuple[str, ...] = ()
    placed: bool = False
    once: bool = True
    by_sheet: bool = True
    classes: Classes | None = None
    further_sheets: tuple[Sheet, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    former: Mapping[str, str] = field(default_factory=dict)
    clearings: tuple[Clearing, ...] = ()
    wording: Wording = Wording()
    amount: str = "CAST(candidates.policy->>'amount' AS numeric(12, 2))"
    transitions: Mapping[str, Transition] = field(init=False)
    columns: Mapping[str, Column] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "transitions", {t.name: t for t in self.workflow})
        object.__setattr__(self, "columns", {column.field: column for column in self.sheet.columns})
        for problem in self._problems():
            raise ValueError(f"programme {self.code}: {problem}")

    @property
    def fixed(self) -> tuple[str, ...]:
        """The sheet's fields that no correction of a claim changes: another person is a withdrawal and a new claim."""
        return ("name", "citizen_id", *(PLACED if self.placed else ()))

    @property
    def kept(self) -> tuple[str, ...]:
        """The sheet's fields that are columns of the claim, and that a correction may change."""
        return (*self.judged.values(), *self.own)

    def transition(self, name: str) -> Transition:
        """Return the move of a stored name, also of one that it had in an earlier release (`former`: old name → new)."""
        return self.transitions[self.former.get(name, name)]

    def rule(self, code: str) -> RiskRule:
        """Return the rule behind a finding; raises StopIteration for one that the programme no longer has."""
        return next(r for r in self.rules if r.code == code)

    def _problems(self) -> Iterator[str]:
        codes = [rule.code for rule in self.rules]
        if len(set(codes)) < len(codes):
            yield "a rule code stands twice"
        for model in (self.application, self.claim):
            if model.__mapper__.polymorphic_identity != self.code:
                yield f"{model.__name__} belongs to another programme"
        if "least_publicity_days" not in self.policy.parameters:
            yield "the policy lacks least_publicity_days"
        yield from self._workflow_problems()
        yield from self._sheet_problems(set(self.columns))

    def _workflow_problems(self) -> Iterator[str]:
        if len(self.transitions) < len(self.workflow):
            yield "a transition stands twice"
        for transition in self.workflow:
            if not {*transition.sources, transition.target} <= set(transition.titles):
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
        if "starts_on" not in self.judged:
            yield "no field says on which day the policy is picked"
        columns = set(self.claim.__mapper__.columns.keys())
        both = fields & columns if self.by_sheet else columns
        for column, name in self.judged.items():
            if column not in JUDGED or name not in both:
                yield f"judged column {column} has no field {name}"
        for name in self.own:
            if name not in both:
                yield f"own field {name} is no column of sheet and claim"
        if lost := fields - {*SHARED, *self.kept, *(PLACED if self.placed else ())}:
            yield f"the sheet's columns {sorted(lost)} are kept nowhere"
