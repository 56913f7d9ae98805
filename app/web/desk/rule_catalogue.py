"""规则说明: what a programme's rules, parameters and moves say of themselves, as of today."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup, escape

from app.engine.policy import Parameter, Span
from app.engine.policy_values import PolicyValue
from app.engine.programme import Programme
from app.engine.rules import RiskRule
from app.engine.workflow.transition import Transition
from app.kernel.messages import N_
from app.web.wording.formats import fact, show
from app.web.wording.translations import gettext

BLANK = Markup('<span class="blank">…</span>')
"""What stands where a finding states a fact of its person."""
OPEN = N_("不限")
ONLY = N_("只对{choices}：{asks}")


@dataclass(frozen=True)
class DatedValue:
    """A policy parameter's value over a span of days."""

    parameter: Parameter
    span: Span

    @property
    def value(self) -> str:
        """What people read; an open end of dates says so."""
        return gettext(OPEN) if self.span.value is None else str(show(self.span.value))

    @property
    def document(self) -> str:
        """The document that the policy officer names, or what the product says of its own default."""
        return self.span.row.document if self.span.row else gettext(self.parameter.document)


@dataclass(frozen=True)
class ExplainedRule:
    """A rule with what it asks today, its findings as (verdict, sentence) pairs, and the documents that it rests on."""

    rule: RiskRule
    asks: Markup
    findings: list[tuple[str, Markup]]
    parameters: list[DatedValue]
    documents: list[str]


def dated_values(
    programme: Programme, policy_rows: Sequence[PolicyValue], today: date
) -> dict[str, list[DatedValue]]:
    """Return each parameter's values by its code: the one in force today first, then those that follow."""
    return {
        code: [
            DatedValue(parameter, span)
            for span in programme.policy.timeline(policy_rows, code)
            if span.last >= today
        ]
        for code, parameter in programme.policy.parameters.items()
    }


def explain(programme: Programme, in_force: Mapping[str, DatedValue]) -> list[ExplainedRule]:
    """Return a programme's rules in its order; one without documents of its own rests on the programme's."""
    values = {code: Markup("<b>{}</b>").format(one.value) for code, one in in_force.items()}
    explained = []
    for rule in programme.rules:
        own = [in_force[code] for code in rule.parameters]
        documents = [gettext(rule.basis)] * bool(rule.basis) + _named(own) or _named(in_force.values())
        explained.append(ExplainedRule(rule, _asks(rule, values), _findings(rule), own, documents))
    return explained


def refusals(move: Transition) -> list[Markup]:
    """Return the sentences by which a move's guards refuse a row."""
    return [_filled(guard.sentence, {}) for guard in move.guards]


def _named(parameters: Iterable[DatedValue]) -> list[str]:
    """Return the documents that policy officers name for the values in force, each once."""
    return list(dict.fromkeys(one.span.row.document for one in parameters if one.span.row))


def _asks(rule: RiskRule, values: Mapping[str, Markup]) -> Markup:
    """Return what a rule asks, with the values in force; of whom, where its own words don't say so."""
    given = {slot: values[code] for slot, code in rule.given.items()}
    asks = _filled(rule.asks, {**given, **values, **_titles(rule)})
    if not rule.applies_to:
        return asks
    return _filled(ONLY, {"choices": str(fact(rule.applies_to)), "asks": asks})


def _titles(rule: RiskRule) -> dict[str, str]:
    return {name: str(fact(title)) for name, title in rule.titles.items()}


def _findings(rule: RiskRule) -> list[tuple[str, Markup]]:
    titles = gettext("、").join(map(gettext, rule.registers.values()))
    register = {"register": titles} if titles else {}
    known = {**_titles(rule), **register}
    return [(verdict, _filled(sentence, known)) for verdict, sentence in rule.outcomes]


def _filled(sentence: str, values: Mapping[str, str]) -> Markup:
    return escape(gettext(sentence)).format_map(defaultdict(lambda: BLANK, values))
