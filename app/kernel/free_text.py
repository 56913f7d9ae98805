"""Text that people type freely: numbers that identify somebody never reach the database in clear."""

import re

IDENTIFYING = r"""(?x)
    (?<![\d*])\d(?:\s?\d){9,}\s?[Xx]?         # ids, mobiles, accounts; written together or in groups
    | (?<![A-Za-z]-)(?<!\d)(?: \d{6}-\d{8}-\d{3}[\dXx]       # an id in its three parts
              | \d{4}(?:-\d{4}){2,}(?:-\d{1,3})? # an account in fours
              | 1\d\d-\d{4}-\d{4} | 0\d{2,3}-\d{7,8} )(?!\d)"""
"""Dates, amounts and the product's own numbers (XN-510104-20261123-0007) are shorter or grouped otherwise.

Read by PostgreSQL too.
"""
_IDENTIFYING = re.compile(IDENTIFYING)
_SHORTEST = 10
"""Characters of the shortest number that identifies somebody."""
OWN = r"[0-9a-f]{64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
"""Digests and ids that the product makes, in which ten digits may follow one another."""
_OWN = re.compile(OWN)

SHOWN = 4


def masked(number: str) -> str:
    """Return a phone or an account as screens show it."""
    return "*" * (len(number) - SHOWN) + number[-SHOWN:]


def without_numbers(text: str) -> str:
    """Return the text with every long number masked but for its last four characters; a digest or an id of ours stays whole."""
    if len(text) < _SHORTEST or _OWN.fullmatch(text):
        return text
    return _IDENTIFYING.sub(lambda match: "*" * (len(match[0]) - SHOWN) + match[0][-SHOWN:], text)
