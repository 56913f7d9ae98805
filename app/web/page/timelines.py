"""The values of parameters over time, as pictures and in words: in force, to come, past, and where nobody has given one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from app.engine.policy import Parameter, Span
from app.engine.policy_values import PolicyValue
from app.engine.programme import Programme
from app.kernel.messages import N_
from app.programmes.installed import programmes
from app.web.page.lanes import Bar, Scale
from app.web.wording.formats import show
from app.web.wording.translations import gettext

UNITS = {
    "yuan": N_("元"),
    "months": N_("个月"),
    "working_days": N_("个工作日"),
    "calendar_days": N_("天"),
    "times": N_("次"),
    "age": N_("周岁"),
    "date": N_("日期"),
}
PAST, NOW, NEXT, GAP, SHIPPED = "past", "now", "next", "gap", "shipped"


@dataclass(frozen=True)
class Timeline:
    """One parameter: all of time in spans, and the day from which one looks."""

    programme: Programme
    parameter: Parameter
    spans: Sequence[Span]
    today: date

    @property
    def now(self) -> Span:
        return next(span for span in self.spans if span.holds(self.today))

    @property
    def next(self) -> Span | None:
        """The span after the present one."""
        return next((span for span in self.spans if span.first > self.today), None)

    @property
    def gaps(self) -> int:
        """How many gaps the values leave."""
        return sum(self.kind(span) == GAP for span in self.spans)

    @property
    def unit(self) -> str:
        return gettext(UNITS[self.parameter.unit])

    def kind(self, span: Span) -> str:
        """Return how a span stands: a value that ended and that nobody has continued leaves a gap."""
        if span.row is None:
            return GAP if span is not self.spans[0] else SHIPPED
        return PAST if span.last < self.today else NEXT if span.first > self.today else NOW

    def words(self, span: Span) -> str:
        """Return a span's value, and where it comes from if nobody has given it."""
        value = self.value(span)
        if self.kind(span) == GAP:
            return gettext("没有取值，按出厂值{value}").format(value=value)
        return gettext("{value}，出厂值").format(value=value) if span.row is None else value

    def value(self, span: Span) -> str:
        """Return a span's value with its unit."""
        if span.value is None:
            return gettext("不限")
        value = str(show(span.value))
        return value if self.parameter.unit == "date" else f"{value} {self.unit}"

    def bars(self, scale: Scale) -> list[Bar]:
        shown = (span for span in self.spans if scale.shows(span.first, span.last))
        return [scale.bar(span.first, span.last, self.kind(span), self.words(span)) for span in shown]


def timelines(rows: Sequence[PolicyValue], today: date) -> Iterator[Timeline]:
    """Yield the time line of each parameter of each programme."""
    for programme in programmes():
        own = [row for row in rows if row.programme == programme.code]
        for parameter in programme.policy.parameters.values():
            spans = programme.policy.timeline(own, parameter.code)
            yield Timeline(programme, parameter, spans, today)
