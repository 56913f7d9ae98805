"""What a sheet consists of; templates, reading and error workbooks all follow from it."""

from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from app.kernel.text import squeeze, word_key

_TAB_CHARACTERS = 31
_NOT_IN_A_TAB = set("[]:*?/\\")


class Kind(Enum):
    """What a cell holds, which decides how it is formatted and how it is read."""

    TEXT = "text"
    CITIZEN_ID = "citizen_id"
    USCC = "uscc"
    DATE = "date"
    MONTH = "month"
    CHOICE = "choice"
    PHONE = "phone"
    ACCOUNT = "account"
    BRANCH = "branch"
    INTEGER = "integer"
    MONEY = "money"
    DECIMAL = "decimal"
    SCORE = "score"

    __hash__ = object.__hash__  # each kind is one object; hashing its name takes longer than reading a cell


@dataclass(frozen=True)
class Column:
    """One column: the field that the programme knows, under the title that people know.

    `open_ended`: a date that may have no end, for which people write words. An alias that several choices share is refused.
    """

    field: str
    title: str
    kind: Kind
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    open_ended: bool = False
    note: str = ""
    example: str = ""
    width: int = 18

    def __post_init__(self) -> None:
        if bool(self.choices) != (self.kind is Kind.CHOICE):
            raise ValueError(f"{self.field}: a choice column, and no other, lists its choices")

    def codes(self, text: str) -> tuple[str, ...]:
        """Return the codes of the choices that were written as their label, an alias or the code itself: one, none, or several."""
        return self._codes.get(word_key(text), ())

    @cached_property
    def _codes(self) -> dict[str, tuple[str, ...]]:
        shared: dict[str, tuple[str, ...]] = {}
        for code, alias in self.aliases:
            codes = shared.get(word_key(alias), ())
            shared[word_key(alias)] = codes if code in codes else (*codes, code)
        own = {word_key(word): (code,) for code, label in self.choices for word in (label, code)}
        return shared | own

    def label(self, code: str) -> str:
        """Return a choice as people read it."""
        return dict(self.choices)[code]

    @property
    def labels(self) -> tuple[str, ...]:
        """The choices as people read them."""
        return tuple(label for _, label in self.choices)


@dataclass(frozen=True)
class Sheet:
    """A sheet: its code name, the title above the header, the name of its tab, and its columns in order."""

    name: str
    title: str
    tab: str
    columns: tuple[Column, ...]

    def __post_init__(self) -> None:
        if not self.columns:
            raise ValueError(f"{self.name}: a sheet needs columns")
        if not 0 < len(self.tab) <= _TAB_CHARACTERS or _NOT_IN_A_TAB & set(self.tab):
            raise ValueError(f"{self.name}: a spreadsheet allows no tab named {self.tab!r}")
        for values in ([c.field for c in self.columns], [heading(c.title) for c in self.columns]):
            if repeated := {value for value in values if values.count(value) > 1}:
                raise ValueError(f"{self.name}: repeated columns {sorted(repeated)}")

    def column(self, field: str) -> Column:
        """Return the column of a field."""
        for column in self.columns:
            if column.field == field:
                return column
        raise KeyError(field)


def heading(text: str) -> str:
    """Return a header cell as it is compared: without blanks, width and the star of a required column."""
    return squeeze(text).strip("*")
