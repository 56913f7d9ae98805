"""The options of a select field, as WTForms declares them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import starmap

from wtforms.fields.choices import SelectChoice


def options(pairs: Iterable[tuple[object, str]]) -> list[SelectChoice]:
    """(value, label) each."""
    return list(starmap(SelectChoice, pairs))
