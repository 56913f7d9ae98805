"""What the oldest browsers that offices have (Chromium 109, Firefox 115) don't know is not used: features that came later."""

from __future__ import annotations

import re

import pytest

from tests.desk.documents import ROOT

LATER = {
    "*.css": {
        ":has()": r":has\(",
        "nesting": r"\{[^{}]*&",
        "color-mix()": r"color-mix\(",
        "relative colours": r"\b(rgb|hsl|oklch|lab)\(\s*from\b",
        "@scope": r"@scope",
        "@starting-style": r"@starting-style",
        "text-wrap": r"text-wrap\s*:",
        "field-sizing": r"field-sizing",
        "light-dark()": r"light-dark\(",
        "anchors": r"anchor\(|position-anchor",
    },
    "*.js": {
        "popover": r"popover",
        "groupBy": r"\.groupBy\(",
        "withResolvers": r"withResolvers",
        "toSorted and its like": r"\.(toSorted|toReversed|toSpliced|with)\(",
        "sets' algebra": r"\.(union|intersection|difference|isSubsetOf)\(",
        "view transitions": r"startViewTransition",
        "checkVisibility": r"checkVisibility",
        "AbortSignal.any": r"AbortSignal\.any",
        "iterators' helpers": r"\.(values|keys|entries)\(\)\.(map|filter|take|drop)\(",
        "closedBy and commands": r"closedBy|commandForElement",
        "v flag": r"/[a-z]*v[a-z]*\.test",
    },
}


@pytest.mark.parametrize(
    ("kind", "feature"), [(kind, name) for kind, later in LATER.items() for name in later]
)
def test_nothing_newer_is_used(kind, feature):
    texts = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "app" / "static").rglob(kind)}
    assert texts
    assert not [name for name, text in texts.items() if re.search(LATER[kind][feature], text)]
