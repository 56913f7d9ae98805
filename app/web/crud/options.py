"""What may be chosen: the values of columns by their titles, and options as WTForms declares them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import starmap

from markupsafe import Markup
from wtforms.fields.choices import Choice, SelectChoice
from wtforms.widgets import Select

from app.engine.cases.states import TITLES
from app.kernel.messages import N_

KIND_TITLES = {"enterprise": N_("企业"), "hr_institution": N_("经营性人力资源服务机构")}
SCALE_TITLES = {"micro": N_("微型"), "small": N_("小型"), "medium": N_("中型"), "large": N_("大型")}
PAYEE_TITLES = {"unit": N_("单位"), "person": N_("个人"), "each": N_("名单上各人")}
CHOICES: dict[str, dict[str, str]] = {
    "state": TITLES,
    "kind": KIND_TITLES,
    "scale": SCALE_TITLES,
    "payee_kind": PAYEE_TITLES,
}
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
