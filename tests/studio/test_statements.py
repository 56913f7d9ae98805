"""No SQL passes but one SELECT of listed functions; whatever the language has becomes such a one."""

from __future__ import annotations

import pytest
from sqlalchemy import literal_column

from app.studio.building import edition
from app.studio.expressions import Kind, Name, Vocabulary, compile_expression
from app.studio.expressions.functions import FUNCTIONS
from app.studio.schema import read
from app.studio.statements import Strange, digest_of, examine
from tests.desk.definitions import changed, put

NAMES = {
    Kind.NUMBER: "n",
    Kind.DATE: "d",
    Kind.MONTH: "m",
    Kind.YES_NO: "b",
    Kind.TEXT: "t",
}
KNOWN = Vocabulary(
    Name(code, code, kind, literal_column(f"c.{code}", kind.sql), {"x": "甲"} if kind is Kind.TEXT else {})
    for kind, code in NAMES.items()
)
WRITTEN = [
    "n + 1 > 2 × n - 1 ÷ n",
    "非 (b 且 b) 或 -n < 3",
    't 在 ["甲"] 且 t ≠ "甲"',
    "d + 5 > d - 5 且 d - d > 3",
    "m + 2 > m 且 m - m > 1",
    "2026-01-01 < d",
]
FORBIDDEN = [
    "WITH gone AS (DELETE FROM candidates RETURNING 1) SELECT 1 FROM candidates c",
    "SELECT 1 INTO x FROM candidates c",
    "SELECT 1 FROM candidates c FOR UPDATE",
    "SELECT pg_sleep(9) FROM candidates c",
    "SELECT pg_read_file('/etc/passwd') FROM candidates c",
    "SELECT current_setting('x') FROM candidates c",
    "SELECT query_to_xml('x', true, true, '') FROM candidates c",
    "SELECT 1 FROM persons",
    "SELECT (SELECT id_cipher FROM persons) FROM candidates c",
    "SELECT 1 FROM candidates c; SELECT 2 FROM candidates c",
    "DELETE FROM candidates",
    "COPY candidates TO '/tmp/x'",
    "SELECT lower(c.t) FROM candidates c",
    "SELECT c.t ~ 'x' FROM pg_catalog.candidates c",
]


def calls() -> list[str]:
    """Each function of the language with each kind that it takes, as a condition."""
    written = []
    for function in FUNCTIONS:
        given = [NAMES[min(kinds)] for kinds in function.takes]
        call = f"{function.title}({', '.join([*given, *given[-1:] * function.many])})"
        written.append(call if function.gives is Kind.YES_NO else f"{call} = {call}")
    return written


@pytest.mark.parametrize("written", [*WRITTEN, *calls()])
def test_what_the_language_has_passes(written):
    sql, _ = compile_expression(written, KNOWN, Kind.YES_NO).statement("x")
    examine(f"SELECT {sql} FROM candidates c")


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_nothing_else_passes(statement):
    with pytest.raises(Strange):
        examine(statement)


def test_the_digest_follows_the_expressions_and_nothing_else():
    def digest(change=lambda data: None) -> str:
        document = read(changed(change))
        return digest_of(document, edition(document, 1))

    same = [digest(), digest(put("title", "另一个名称")), digest(put("rules[1].fails", "不行"))]
    assert len(set(same)) == 1
    others = [
        digest(put("amount", "参数(amount_senior)")),
        digest(put("rules[1].expression", "培训课时 > 参数(least_hours)")),
    ]
    assert len({*same, *others}) == 3
