"""The options of a select field, as WTForms declares them, and how a list of hundreds is written."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import starmap

from markupsafe import Markup
from wtforms.fields.choices import Choice, SelectChoice
from wtforms.widgets import Select

OPTION = Markup('<option value="%s">%s</option>')
CHOSEN = Markup('<option selected value="%s">%s</option>')


class LongSelect(Select):
    """Options with a value and a label and nothing else.

    WTForms sorts and names the attributes of each again, which takes longer than the rest of a page.
    """

    @classmethod
    def render_option(cls, choice: Choice) -> Markup:
        return (CHOSEN if choice.selected else OPTION) % (choice.value, choice.label)


def options(pairs: Iterable[tuple[object, str]]) -> list[SelectChoice]:
    """Return (value, label) each."""
    return list(starmap(SelectChoice, pairs))
