"""What expressions became, read once more by another parser before it is signed: one SELECT, and nothing beyond the list."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import sqlglot
from sqlglot import exp

from app.engine.edition import Edition
from app.studio.conditions import AMOUNT_CODE
from app.studio.document import Document

TABLES = {"candidates", "candidates AS c", "covered", "covered AS v", "regions AS r", "register_facts"}
"""The batch, what the registers cover for it, names of regions, and the facts of defined registers."""
NAMES = {"jsonb_build_object", "jsonb_typeof", "num_nulls", "daterange", "to_jsonb"}
"""Functions that the parser knows by their names only."""
FUNCTIONS = (
    *(exp.And, exp.Or, exp.Case, exp.If, exp.Cast, exp.Nullif),
    *(exp.Round, exp.Trunc, exp.Least, exp.Greatest, exp.ConcatWs),
    *(exp.Extract, exp.MakeInterval, exp.TimestampTrunc, exp.JSONExtract, exp.JSONExtractScalar),
    *(exp.Exists, exp.Count, exp.Sum, exp.Coalesce),
    *(exp.ArrayContainsAll, exp.Array, exp.ArrayRemove, exp.TimeToStr),
)
RANGES = {"valid", "days", "months"}
"""Columns of spans of days, whose ends alone may be asked for: `lower` and `upper` are functions of texts too."""
CHANGES = (exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Into, exp.Lock, exp.Command, exp.DDL, exp.Copy)
"""What a SELECT could hold and yet change something."""


class Strange(ValueError):
    """SQL that no expression should become: a fault of the compiler, not of who wrote the expression."""


def digest_of(document: Document, edition: Edition) -> str:
    """Return SHA-256 of a version's compiled expressions. Raises Strange for one that isn't what it should be."""
    statements = list(_statements(document, edition))
    for statement in statements:
        examine(statement)
    return hashlib.sha256("\0".join(statements).encode()).hexdigest()


def examine(statement: str) -> None:
    """Accept one SELECT of listed functions over candidates. Raises Strange."""
    trees = sqlglot.parse(statement, read="postgres")
    if len(trees) != 1 or not isinstance(trees[0], exp.Select):
        raise Strange(statement)
    for node in trees[0].walk():
        if isinstance(node, CHANGES) or (isinstance(node, exp.Table) and node.sql() not in TABLES):
            raise Strange(node.sql())
        if isinstance(node, exp.Anonymous):
            if node.name.lower() not in NAMES:
                raise Strange(node.sql())
        elif isinstance(node, exp.Lower | exp.Upper):
            if not _is_range(node.this):
                raise Strange(node.sql())
        elif isinstance(node, exp.Func) and not isinstance(node, FUNCTIONS):
            raise Strange(node.sql())


def _is_range(node: exp.Expression) -> bool:
    column = node.this.selects[0] if isinstance(node, exp.Subquery) else node
    return isinstance(column, exp.Column) and column.name in RANGES


def _statements(document: Document, edition: Edition) -> Iterator[str]:
    written = {AMOUNT_CODE, *(entry["code"] for entry in document.rules if "expression" in entry)}
    yield from (rule.sql for rule in edition.rules if rule.code in written)
    yield f"SELECT {edition.amount.sql} FROM candidates"  # noqa: S608  # nosec B608  # what is to be examined
