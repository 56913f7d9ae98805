"""A register as a document defines it: of whom, which typed columns, what tells its rows apart, on which days a row holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from app.kernel.messages import N_

TEXT, CHOICE, YES_NO, WHOLE, DECIMAL, MONEY, DATE, MONTH, REGION = (
    "text",
    "choice",
    "yes_no",
    "whole",
    "decimal",
    "money",
    "date",
    "month",
    "region",
)
TYPES = {
    TEXT: N_("文字"),
    CHOICE: N_("选项"),
    YES_NO: N_("是否"),
    WHOLE: N_("整数"),
    DECIMAL: N_("小数"),
    MONEY: N_("金额"),
    DATE: N_("日期"),
    MONTH: N_("月份"),
    REGION: N_("地区"),
}
OF_TIME = (DATE, MONTH)
KEYS = (TEXT, CHOICE, WHOLE, DATE, MONTH, REGION)
"""Types of columns that may tell rows apart."""
PERSON, EMPLOYER = "person", "employer"
SUBJECTS = {PERSON: "citizen_id", EMPLOYER: "uscc"}
"""Of whom a register may be, and the column of a file that names them."""


@dataclass(frozen=True)
class Title:
    """What something is called."""

    zh: str
    en: str


@dataclass(frozen=True)
class Column:
    """A typed column; `choices` are code → title, `longest` counts a text's characters, `places` a decimal's digits after the point."""

    code: str
    title: Title
    type: str
    required: bool = False
    choices: Mapping[str, Title] = field(default_factory=dict)
    longest: int = 100
    places: int = 2


@dataclass(frozen=True)
class Definition:
    """A register; `of` names its subjects, `key` the columns that tell apart the rows of one subject.

    `first` and `last` are the columns of the days, or months, from which and to which a row holds, both included; a row
    without a last day holds on, a register without a first one holds always.
    """

    code: str
    title: Title
    of: tuple[str, ...]
    supplier: Title
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    first: str | None = None
    last: str | None = None

    @cached_property
    def by_code(self) -> Mapping[str, Column]:
        """The columns by their codes."""
        return {column.code: column for column in self.columns}

    @property
    def region(self) -> str | None:
        """The column that says where a row belongs; without one a row belongs where its subject does."""
        return next((column.code for column in self.columns if column.type == REGION), None)

    @property
    def titles(self) -> Mapping[str, str]:
        """All titles, Chinese → English."""
        titles = [self.title, self.supplier]
        for column in self.columns:
            titles += [column.title, *column.choices.values()]
        return {title.zh: title.en for title in titles}
