"""How people write a region: 四川省成都市锦江区, 成都市锦江区, 锦江区, 成都锦江, 510104 …; a writing may mean several."""

from __future__ import annotations

import re
from functools import cache

from app.kernel.text import word_key
from app.registers.shipping import shipped_regions

_PEOPLES = re.compile("(?:[藏羌彝]族)+自治")
_LEVEL = re.compile("(?<=..)(?:省|市|州|县|区)$")
VILLAGE_ZEROES = "000000"


def writings() -> list[tuple[str, str]]:
    """Return (code, writing) of every shipped region, in the order of the codes; the same writing may stand beside several codes."""
    regions = {row["code"]: row for row in shipped_regions()}
    forms = []
    for code, row in sorted(regions.items()):
        above, line = [""], row
        while line["parent_code"]:
            line = regions[line["parent_code"]]
            above = [*above, *(one + rest for one in _shortened(line["name"]) for rest in above)]
        names = [before + name for before in above for name in _shortened(row["name"])]
        if row["level"] != "county":
            names += [f"{name}本级" for name in names]
        forms += [(code, name) for name in dict.fromkeys([*names, code, code + VILLAGE_ZEROES])]
    return forms


def codes_of(text: str) -> tuple[str, ...]:
    """Return the codes of the regions that a text means."""
    return _codes().get(word_key(text), ())


@cache
def _codes() -> dict[str, tuple[str, ...]]:
    codes: dict[str, tuple[str, ...]] = {}
    for code, writing in writings():
        candidates = codes.get(word_key(writing), ())
        codes[word_key(writing)] = candidates if code in candidates else (*candidates, code)
    return codes


def _shortened(name: str) -> list[str]:
    """阿坝藏族羌族自治州: 阿坝州, 阿坝; 锦江区: 锦江."""
    plain = _PEOPLES.sub("", name)
    return list(dict.fromkeys((name, plain, _LEVEL.sub("", plain))))
