"""What a rule is: a code, a title, one SQL statement over `candidates`, and the sentences that explain it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import reduce
from string import Formatter
from typing import Any

from app.engine.rules.field import Field
from app.kernel.messages import N_, Message, Param
from app.registers.lookup import TITLES as REGISTERS

PASS, WARN, FAIL, UNKNOWN = "pass", "warn", "fail", "unknown"

VERDICTS = {PASS: N_("通过"), WARN: N_("提示"), FAIL: N_("不通过"), UNKNOWN: N_("无法判断")}

NOT_LOADED = N_(
    "登记库未加载：{register}没有{region}{wanted}的数据（数据截至{until}）。请联系系统管理员装载登记库后重新校验。"
)
BLANK = N_("没有填写“{title}”，无法判断。请补填后再次校验。")
NOTHING = "—"
OPEN_ENDS = {"window_to": N_("不限")}
"""Facts whose absence says something."""
TWO = N_("{one} {other}")
COUNTED = "counted"
"""The fact that holds months (YYYY-MM) that have been counted."""


class Right(StrEnum):
    """What of a row must be right before a rule judges it: nothing, its citizen id, or its name as well."""

    NOTHING = "nothing"
    ID = "id"
    NAME = "name"


@dataclass(frozen=True)
class Advice:
    """How the rows that a rule stops stand together on a clerk's page; all texts may name facts of the evidence.

    `headline` and `remedy` stand above them, `brief` says by the evidence's `why` what is wrong with one of them, `wrong`
    are the facts that are marked in it. `suggests`: field → the fact that would satisfy the rule there. `hopeless`: no
    correction helps, the person has to leave the list.
    """

    headline: str = ""
    remedy: str = ""
    brief: Mapping[str, str] = field(default_factory=dict)
    wrong: tuple[str, ...] = ()
    suggests: Mapping[str, str] = field(default_factory=dict)
    hopeless: bool = False


@dataclass(frozen=True)
class RiskRule:
    """A rule; `sql` selects (row_id, verdict, evidence jsonb) from `candidates`.

    It may use :today, :programme and :small_and_medium, the scales of small and medium employers.

    `asks` says what must hold, in one sentence; it names policy parameters as `{code}`, or as what `given` calls them, a
    mapping to their codes. `titles` are the places in its texts that no evidence fills. `basis` is a document of its own,
    beside those of the parameters. `bound` are values of the statement's own :names, `applies_to` the choices whose rows
    alone are judged, if `asks` doesn't name them. `needs`: where one of these fields is blank, the verdict is unknown.

    `fields` are the sheet's columns that it reads and blames: a row whose cell there is
    unreadable is not judged by it. `blocking=False` turns a failure into a warning. `sentences` are picked by the evidence's
    `why`; those of `passes` go with the verdict pass. `registers`, code → title, are those whose missing data make a verdict unknown.
    `shared` are common table expressions that several rules read and that one batch works out once. A pass of a `routine`
    rule is no news: pages fold it away. `advice` is for the rows that may not become claims. A row is judged once what the
    rule `waits_for` is right; one that `settles_name` says whether the name is that person's. One `of_birth` reads the birth
    date and the sex, which are worked out for it. One that `counts` looks at the person's other claims, those of the same batch
    that nothing has stopped among them; one that is `monthly` is for claims of months.
    """

    code: str
    title: str
    asks: str
    sql: str
    fields: tuple[str, ...]
    sentences: Mapping[str, str]
    passes: tuple[str, ...] = ()
    registers: Mapping[str, str] = field(default_factory=dict)
    basis: str = ""
    blocking: bool = True
    shared: str = ""
    routine: bool = False
    advice: Advice = Advice()
    waits_for: Right = Right.NAME
    settles_name: bool = False
    of_birth: bool = False
    counts: bool = False
    monthly: bool = False
    given: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, Param] = field(default_factory=dict)
    bound: Mapping[str, object] = field(default_factory=dict)
    needs: Mapping[str, Field] = field(default_factory=dict)
    applies_to: Param = ""

    @property
    def parameters(self) -> list[str]:
        """The codes of the policy parameters that the rule depends on, in the order of its sentence."""
        named = (self.given.get(name, name) for name in placeholders(self.asks) if name not in self.titles)
        return list(dict.fromkeys((*named, *self.given.values())))

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        """The (verdict, sentence) pairs that a finding may have, passes first; sentences keep their placeholders."""
        stops = FAIL if self.blocking else WARN
        own = [(PASS if why in self.passes else stops, text) for why, text in self.sentences.items()]
        own.sort(key=lambda outcome: outcome[0] != PASS)
        lacks = UNKNOWN if self.blocking else WARN
        return own + [(lacks, NOT_LOADED)] * bool(self.registers)

    def briefly(self, evidence: Mapping[str, Any]) -> Message | None:
        """Return in short why a row was stopped, to stand under its headline; None where only the whole sentence says it."""
        if "missing" in evidence:
            facts = {"register": self._register(evidence["register"]), "wanted": spans(evidence["missing"])}
            return Message(N_("{register}没有{wanted}的数据"), **facts)
        sentence = self.advice.brief.get(str(evidence.get("why")))
        return None if sentence is None else self.with_facts(sentence, evidence)

    def with_facts(self, sentence: str, evidence: Mapping[str, Any]) -> Message:
        """Return one of the rule's texts with its facts."""
        known = {**self.titles, **{name: value for name, value in evidence.items() if value is not None}}
        return Message(sentence, **{name: known.get(name, NOTHING) for name in placeholders(sentence)})

    def explain(self, verdict: str, evidence: Mapping[str, Any]) -> Message:
        """Return the sentence for one finding, with its facts; Chinese, translated where it is shown."""
        if "faults" in evidence:
            return joined(Message.from_json(fault) for fault in evidence["faults"].values())
        if "blank" in evidence:
            return joined(Message(BLANK, title=self.needs[slot].title) for slot in evidence["blank"])
        known: dict[str, Any] = {
            k: spans(sorted(v)) if k == COUNTED else v for k, v in evidence.items() if v is not None
        }
        facts: dict[str, Any] = defaultdict(lambda: NOTHING, {**OPEN_ENDS, **self.titles, **known})
        sentence = self.sentences.get(str(facts["why"]), NOTHING)
        reason = Message(sentence, **{k: facts[k] for k in placeholders(sentence)})
        if verdict != UNKNOWN and "unknown" not in known:
            return reason
        if known.get("registers"):
            unread = [self._not_loaded({**facts, **one}) for one in known["registers"]]
            return joined([reason, *unread] if "lacking" in known else unread)
        if "register" not in known:
            return reason
        facts["wanted"] = spans(evidence["missing"]) if "missing" in evidence else facts["wanted"]
        lacking = self._not_loaded(facts)
        # the loaded span explains something only where some of the months are loaded
        return (
            Message(TWO, one=reason, other=lacking) if "missing" in evidence and "until" in known else lacking
        )

    def _not_loaded(self, facts: Mapping[str, Any]) -> Message:
        title = self._register(facts["register"])
        return Message(
            NOT_LOADED,
            register=title,
            **{name: facts.get(name, NOTHING) for name in ("region", "wanted", "until")},
        )

    def _register(self, code: str) -> str:
        """Return a register's title; one that is no longer asked shows its code."""
        return {**REGISTERS, **self.registers}.get(code, code)


def joined(sentences: Iterable[Message]) -> Message:
    """Return sentences as one, in their order."""
    return reduce(lambda one, other: Message(TWO, one=one, other=other), sentences)


def missing_months(days: str, first: str, last: str) -> str:
    """Express the months (JSON, YYYY-MM) from one day's to another's of which a coverage holds no day; NULL when none lacks."""
    return f"""(
        SELECT jsonb_agg(to_char(m, 'YYYY-MM') ORDER BY m)
        FROM generate_series(date_trunc('month', {first}), date_trunc('month', {last}), interval '1 month') m
        WHERE NOT coalesce({days} && daterange(m::date, (m + interval '1 month')::date), false)
    )"""  # noqa: S608  # nosec B608  # constants of the code


def spans(months: Iterable[str]) -> str:
    """Return months (YYYY-MM, in order) as a person reads them: 2026-03、2026-05～2026-08."""
    runs: list[list[str]] = []
    for month in months:
        if runs and _number(month) == _number(runs[-1][-1]) + 1:
            runs[-1].append(month)
        else:
            runs.append([month])
    return "、".join(run[0] if len(run) == 1 else f"{run[0]}～{run[-1]}" for run in runs)


def _number(month: str) -> int:
    year, _, rest = month.partition("-")
    return int(year) * 12 + int(rest)


def rule(
    code: str,
    title: str,
    asks: str,
    *,
    fields: tuple[str, ...],
    passes: tuple[str, ...] = (),
    register: str = "",
    shared: str = "",
    **sentences: str,
) -> Callable[[Callable[[], str]], RiskRule]:
    """Make a programme's own rule of a function that returns its SQL; `sentences` are keyed by the evidence's `why`."""
    registers = {register: REGISTERS[register]} if register else {}

    def wrap(statement: Callable[[], str]) -> RiskRule:
        return RiskRule(
            code, title, asks, statement(), fields, sentences, passes, registers=registers, shared=shared
        )

    return wrap


def placeholders(sentence: str) -> list[str]:
    """Return the names between braces in a sentence, in their order."""
    return [name for _, name, _, _ in Formatter().parse(sentence) if name]
