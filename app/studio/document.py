"""A definition as it is written (studio §1): the parts of a document, whatever it is read from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from app.engine.cases.desks import TAKEN_IN
from app.engine.cases.papers import Paper
from app.engine.cases.periods import ONCE
from app.engine.workflow.flow import WORKING_DAYS, Flow

NONE = "none"
PERSON, APPLICATION, EACH = "person", "application", "each"
"""Of what a field is; and whose account is paid: of who applies, or of each person, whose account stands in the sheet."""


@dataclass(frozen=True)
class FieldEntry:
    """A field of each person, or one `of` the application, which all its people share. A standard field brings its own type, title, note and example; what is given here replaces them.

    `listed`: a column of lists; `searched`: a field of their search; `sorted`: lists can be sorted by it.
    """

    code: str
    type: str = ""
    title: str = ""
    required: bool | None = None
    choices: Mapping[str, str] = field(default_factory=dict)
    note: str | None = None
    example: str = ""
    listed: bool = False
    searched: bool = False
    of: str = PERSON


@dataclass(frozen=True)
class OpeningEntry:
    """To which regions a parameter is opened, `prefecture` or `county`, which means both, and within which bounds."""

    level: str
    least: Any
    most: Any


@dataclass(frozen=True)
class ParameterEntry:
    """A parameter of the policy: its unit, the value that ships, the document on which this rests, and who else may set values."""

    title: str
    unit: str
    default: Any
    document: str
    open_to: OpeningEntry | None = None


@dataclass(frozen=True)
class TrancheEntry:
    """A tranche of a subsidy that is paid in several; a later version only adds some behind those that there are."""

    code: str
    title: str


@dataclass(frozen=True)
class ExampleEntry:
    """A worked case: what a row and the registers hold, which rules stop it, and what it pays, CNY.

    `registers` answers questions by their code or title, whenever the expressions ask them; rules that ask others are left out.
    """

    title: str
    facts: Mapping[str, Any]
    day: str
    stops: tuple[str, ...]
    amount: str | None
    registers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class FlowEntry:
    """The switches of the way to the money; publicity may be `none`."""

    second_review_from: str | None = None
    publicity: str = WORKING_DAYS
    by_list: bool = True
    competent: str = TAKEN_IN
    intake_below: bool = False

    @property
    def flow(self) -> Flow:
        """The flow that they make."""
        from_sum = None if self.second_review_from is None else Decimal(self.second_review_from)
        publicity = None if self.publicity == NONE else self.publicity
        return Flow(from_sum, publicity, self.by_list, self.competent, self.intake_below)


@dataclass(frozen=True)
class Document:
    """A subsidy. `address` is the first part of its screens' addresses and of their permissions' names.

    `payees`: unit, institution, person; with the account of `each` person, who may hand it in. With `placed` each row names the employing enterprise and where it insures. `policy_date`
    is a field or `submission`. `period`: a person has one live claim at most, or one for each of the `tranches`, or of months, or
    any number. `limits` are entries of the catalogue that count a person's other claims. `words` name the steps of an application,
    `papers` its kinds of paper. `rules` are
    entries of the catalogue (`app.engine.rules.listing`) or expressions (`app.studio.conditions`). Texts are Chinese; `english` holds
    the English of those that have any. `content` is the whole as it was written.
    """

    code: str
    title: str
    short: str
    prefix: str
    address: str
    service: str
    payees: tuple[str, ...]
    sheet: str
    fields: tuple[FieldEntry, ...]
    parameters: Mapping[str, ParameterEntry]
    policy_date: str
    rules: tuple[Mapping[str, Any], ...]
    amount: str
    account: str = APPLICATION
    menu: str = ""
    period: str = ONCE
    tranches: tuple[TrancheEntry, ...] = ()
    limits: tuple[Mapping[str, Any], ...] = ()
    flow: FlowEntry = FlowEntry()
    words: Mapping[str, str] = field(default_factory=dict)
    documents: tuple[str, ...] = ()
    papers: tuple[Paper, ...] = ()
    examples: tuple[ExampleEntry, ...] = ()
    english: Mapping[str, str] = field(default_factory=dict)
    content: Mapping[str, Any] = field(default_factory=dict)

    @property
    def rows(self) -> tuple[FieldEntry, ...]:
        """The fields of each person."""
        return tuple(one for one in self.fields if one.of == PERSON)

    @property
    def shared(self) -> tuple[FieldEntry, ...]:
        """The fields of the application."""
        return tuple(one for one in self.fields if one.of == APPLICATION)
