"""Text keeps 4.5:1 on every ground that it meets, borders of fields and the focus 3:1, in both colour schemes."""

from __future__ import annotations

import re

import pytest

from tests.desk.documents import ROOT

TEXT, SHAPE = 4.5, 3.0
GROUNDS = ("paper", "paper-raised", "paper-sunk", "paper-selected", "paper-ticked")
PAIRS = [
    *((text, ground, TEXT) for text in ("ink", "ink-2", "ink-3", "link", "seal") for ground in GROUNDS[:3]),
    *((text, ground, TEXT) for text in ("ink", "ink-2", "link") for ground in GROUNDS[3:]),
    *(
        (text, ground, TEXT)
        for text, ground in (("seal", "seal-soft"), ("paid", "paid-soft"), ("paid", "paper"))
    ),
    *(
        (text, ground, TEXT)
        for text, ground in (("on-act", "act"), ("on-act", "act-strong"), ("on-seal", "seal"))
    ),
    *((text, "desk", TEXT) for text in ("desk-text", "desk-text-strong", "desk-text-soft", "desk-now")),
    *((text, "desk-active", TEXT) for text in ("desk-text", "desk-text-strong")),
    ("desk-text-soft", "desk-field", TEXT),
    ("on-desk-ping", "desk-ping", TEXT),
    *(("line-field", ground, SHAPE) for ground in ("field", "paper")),
    *(("link", ground, SHAPE) for ground in ("field", *GROUNDS)),
    ("desk-text-soft", "desk", SHAPE),
]


def schemes() -> dict[str, dict[str, str]]:
    """Colours by name; what the dark scheme doesn't name is as in the light one."""
    text = (ROOT / "app/static/css/tokens.css").read_text(encoding="utf-8")
    light = re.search(r"^:root \{.*?^\}", text, re.DOTALL | re.MULTILINE)[0]
    dark = re.search(r'^:root\[data-theme="dark"\] \{.*?^\}', text, re.DOTALL | re.MULTILINE)[0]
    first, second = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", part)) for part in (light, dark))
    return {"light": first, "dark": first | second}


def luminance(colour: str) -> float:
    """By WCAG 2.1."""
    digits = colour[1:] if len(colour) == 7 else "".join(one * 2 for one in colour[1:])
    parts = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_stand_out(scheme):
    colours = schemes()[scheme]
    pale = []
    for text, ground, least in PAIRS:
        first, second = sorted(luminance(colours[name]) for name in (text, ground))
        ratio = (second + 0.05) / (first + 0.05)
        if ratio < least:
            pale.append((text, ground, round(ratio, 2), least))
    assert pale == []
