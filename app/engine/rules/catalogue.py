"""The catalogue: every rule that a definition may use, with the fields and parameters that it asks for.

A rule enters it by being declared with `offer`; the module must be imported by its package.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from re import fullmatch
from types import MappingProxyType
from typing import Any

from app.engine.rules.field import Field, FieldKind
from app.engine.rules.rule import Advice, Right, RiskRule
from app.engine.rules.slot import Part, Slot, fault, listed, unknown_name
from app.engine.rules.words import Words
from app.kernel.messages import N_, Message
from app.registers.lookup import TITLES as REGISTERS
from app.registers.written import Written

_OFFERED: dict[str, CatalogueRule] = {}
CATALOGUE: Mapping[str, CatalogueRule] = MappingProxyType(_OFFERED)

ONLY = N_("只适用于")
BAD_CODE = N_("应为大写字母、连字符和数字，如 {example}。")
NO_ADVICE = Advice()


@dataclass(frozen=True)
class CatalogueRule:
    """A rule as it is offered: general texts, slots, and a function from the SQL in the slots to the rule's statement.

    `statement` takes the SQL of each slot by its name, None for an empty one, and of `rows`, the condition on
    `candidates c` for those that are judged; of a register's slot the look-ups. Texts name a field as `{slot_title}`; what it asks names a parameter as
    `{slot}`; other texts name facts of the `evidence`. `fields` are columns of every sheet that it reads; with `placed`
    also those that name the row's employer and region. `example` is what an entry may give. The rest as `RiskRule`.
    """

    name: str
    words: Words
    statement: Callable[..., str | Written]
    slots: tuple[Slot, ...] = ()
    evidence: tuple[str, ...] = ()
    example: Mapping[str, object] = field(default_factory=dict)
    passes: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    placed: bool = False
    register: str = ""
    basis: str = ""
    blocking: bool = True
    shared: str = ""
    routine: bool = False
    waits_for: Right = Right.NAME
    settles_name: bool = False
    of_birth: bool = False
    counts: bool = False
    monthly: bool = False

    def make(
        self,
        code: str,
        given: Mapping[str, object],
        *,
        words: Mapping | None = None,
        only: tuple[Field, Sequence[str]] | None = None,
        warns: bool | None = None,
        document: str = "",
        place: tuple[str, ...] = (),
    ) -> RiskRule:
        """Return the rule of a programme under its `code`, with the slots filled by `given`. Raises BadValue.

        Of a field's slot that is a `Field`, of a parameter's its code, of any other a value. `words` replace general texts;
        `only` rows with one of these choices are judged; `warns` makes a failure a warning, or a warning a failure;
        `document` is what it rests on; `place` are the sheet's columns of a row's employer and region, where it has any.
        """
        if not fullmatch("[A-Z]+-[0-9]+", code):
            raise fault(code, N_("编号"), Message(BAD_CODE, example="HS-01"))
        parts = self._parts(code, given)
        choice = _choice(code, only)
        titles = {name: title for part in parts.values() for name, title in part.titles.items()}
        parameters = {slot: part.parameter for slot, part in parts.items() if part.parameter}
        spoken = self.words.replaced(
            code,
            words or {},
            [*titles, *parameters, *parameters.values()],
            [*titles, *self.evidence],
        )
        sql, bound = self._written(choice, parts)
        return RiskRule(
            code=code,
            title=spoken.title,
            asks=spoken.asks,
            sql=sql,
            fields=self._fields(parts, choice, place),
            sentences=spoken.sentences,
            passes=self.passes,
            registers=self._registers(parts),
            basis=document or self.basis,
            blocking=self.blocking if warns is None else not warns,
            shared=self.shared,
            routine=self.routine,
            advice=self._advice(spoken.advice, parts),
            waits_for=self.waits_for,
            settles_name=self.settles_name,
            of_birth=self.of_birth,
            counts=self.counts,
            monthly=self.monthly,
            given=parameters,
            titles=titles,
            bound=bound,
            needs=self._needs(parts, choice),
            applies_to="" if "asks" in (words or {}) else choice.titles.get("only", ""),
        )

    def _parts(self, code: str, given: Mapping[str, object]) -> dict[str, Part]:
        slots = {slot.name: slot for slot in self.slots}
        for name in given:
            if name not in slots:
                raise unknown_name(code, self.words.title, name, slots)
        return {name: slot.filled(code, given) for name, slot in slots.items()}

    def _written(self, choice: Part, parts: Mapping[str, Part]) -> Written:
        made = self.statement(rows=choice.sql, **{slot: part.sql for slot, part in parts.items()})
        sql, values = made if isinstance(made, Written) else (made, {})
        return Written(
            sql, values | {k: v for part in (*parts.values(), choice) for k, v in part.bound.items()}
        )

    def _registers(self, parts: Mapping[str, Part]) -> dict[str, str]:
        own = {self.register: REGISTERS[self.register]} if self.register else {}
        return own | {code: title for part in parts.values() for code, title in part.registers.items()}

    def _fields(self, parts: Mapping[str, Part], choice: Part, place: tuple[str, ...]) -> tuple[str, ...]:
        read = (part.read for part in (choice, *parts.values()))
        own = (one.code for one in read if one and one.in_sheet)
        return tuple(dict.fromkeys((*self.fields, *own, *(place if self.placed else ()))))

    def _needs(self, parts: Mapping[str, Part], choice: Part) -> dict[str, Field]:
        needed = {slot.name: parts[slot.name].read for slot in self.slots if not slot.blank_tells}
        if choice.read and choice.read.required:
            needed["only"] = choice.read
        return {name: one for name, one in needed.items() if one}

    def _advice(self, advice: Advice, parts: Mapping[str, Part]) -> Advice:
        """Return the advice with the sheet's fields in the place of the slots for which it suggests a fact."""
        read = ((parts[slot].read, fact) for slot, fact in advice.suggests.items())
        return replace(advice, suggests={one.code: fact for one, fact in read if one and one.in_sheet})


def offer(
    name: str,
    title: str,
    asks: str,
    sentences: Mapping[str, str],
    advice: Advice = NO_ADVICE,
    **parts: Any,
) -> Callable[[Callable[..., str | Written]], CatalogueRule]:
    """Declare a rule of the catalogue by the function that returns its SQL; `sentences` are keyed by the evidence's `why`.

    The `advice` suggests facts by slot; `parts` are those of `CatalogueRule`.
    """
    if name in _OFFERED:
        raise ValueError(f"two rules of the catalogue are called {name}")

    def wrap(statement: Callable[..., str | Written]) -> CatalogueRule:
        words = Words(title, asks, sentences, advice)
        _OFFERED[name] = CatalogueRule(name, words, statement, **parts)
        return _OFFERED[name]

    return wrap


def _choice(code: str, only: tuple[Field, Sequence[str]] | None) -> Part:
    """Return the condition on the rows that are judged; of a field that must be filled, a blank one is unknown."""
    if only is None:
        return Part("true")
    one, choices = only
    if one.kind is not FieldKind.CHOICE or not choices:
        raise fault(code, ONLY, Message(N_("应为一个选项栏目和其中的选项。")))
    titles = dict(one.choices)
    for choice in choices:
        if choice not in titles:
            raise unknown_name(code, ONLY, choice, titles)
    bound = f"{code}_only".lower().replace("-", "_")
    blank = f" OR {one.sql} IS NULL" if one.required else ""
    return Part(
        f"({one.sql} = ANY(:{bound}){blank})",
        one,
        bound={bound: list(choices)},
        titles={"only": listed(titles[choice] for choice in choices)},
    )
