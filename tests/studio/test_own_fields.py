"""Fields that only one programme has keep their type: in the database, in expressions, in lists and their search."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from flask import g
from sqlalchemy import ColumnClause, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.visitors import replacement_traverse

from app.engine.cases.claims import Claim
from app.engine.own_fields import ENCODER, own_sql, own_value, stored_value
from app.engine.sheets import Column, Kind
from app.studio.building import build
from app.studio.schema import read
from app.web.crud.columns import Columns
from app.web.crud.search import fields_of
from app.web.wording.titles import written
from tests.desk.days import TODAY
from tests.desk.definitions import changed

OWN = {
    "since": (Kind.MONTH, date(2026, 3, 1)),
    "rate": (Kind.DECIMAL, Decimal("0.16")),
    "due": (Kind.MONEY, Decimal("1200.50")),
    "day": (Kind.DATE, date(2026, 3, 9)),
    "people": (Kind.INTEGER, 12),
    "place": (Kind.TEXT, "锦江区"),
}
COLUMNS = {f"own.{code}": Column(code, code, kind) for code, (kind, _) in OWN.items()}
LEVEL = {
    "own.level": Column("level", "等级", Kind.CHOICE, choices=(("junior", "初级工"), ("senior", "高级工")))
}


@pytest.mark.parametrize("code", OWN)
def test_a_value_comes_back_from_the_database_as_it_went_in(session, code):
    kind, value = OWN[code]
    for own in (ENCODER.encode({code: value}), json.dumps({code: stored_value(value)})):
        asked = text(f"SELECT {own_sql('c', code, kind)}, c.own FROM (SELECT CAST(:own AS jsonb) AS own) c")
        in_sql, stored = session.execute(asked, {"own": own}).one()
        assert (in_sql, own_value(stored, code, kind)) == (value, value)


def test_a_month_and_a_decimal_are_read_by_expressions():
    fields = [
        {"code": "since", "type": "month", "title": "起始月份"},
        {"code": "rate", "type": "decimal", "title": "比例"},
    ]
    data = changed(lambda data: data["fields"].extend(fields))
    data["rules"][0]["expression"] = "所在月(提交日) − 起始月份 ≥ 6 且 比例 < 0.5"
    data["rules"][0]["fails"] = "自{since}起，比例{rate}。"
    programme = build(read(data))
    assert [programme.columns[code].kind for code in ("since", "rate")] == [Kind.MONTH, Kind.DECIMAL]


def test_lists_show_and_export_each_by_its_type(app):
    view = Columns()
    view.own_columns, view.formatters_columns = COLUMNS, {}
    row = SimpleNamespace(own={code: stored_value(value) for code, (_, value) in OWN.items()})
    shown = {code: view.cell(row, f"own.{code}") for code in OWN}
    assert shown == {
        "since": "2026-03",
        "rate": "0.16",
        "due": "1,200.50",
        "day": "2026-03-09",
        "people": "12",
        "place": "锦江区",
    }
    exported = {code: view.value(row, f"own.{code}") for code in OWN}
    assert exported == {code: value for code, (_, value) in OWN.items()} | {"since": "2026-03"}
    cells = {code: written(COLUMNS[f"own.{code}"], value) for code, (_, value) in OWN.items()}
    assert cells == shown | {"due": "1200.50"}


@pytest.mark.parametrize(
    ("name", "typed", "hits"),
    [
        ("own.since", "2026年3月", True),
        ("own.since", "2026-04", False),
        ("own.since", "三月", False),
        ("own.rate", "0.160", True),
        ("own.rate", "0.1", False),
        ("own.due", "1,200.5", True),
        ("own.people", "１２", True),
        ("own.people", "x", False),
        ("own.day_from", "2026-03-09", True),
        ("own.day_from", "2026-03-10", False),
        ("own.day_to", "2026/3/9", True),
        ("own.day_to", "2026-03-08", False),
        ("own.place", "武侯区 锦江区", True),
        ("own.place", "锦江", False),
        ("own.level", "senior", True),
        ("own.level", "junior", False),
        ("own.level", "master", False),
    ],
)
def test_a_search_finds_what_is_meant(session, name, typed, hits):
    g.today, known = TODAY, COLUMNS | LEVEL
    fields = {one.name: one for one in fields_of(Claim, list(known), {}, {}, known)}
    clause = fields[name].clause(typed)
    own = ENCODER.encode({code: value for code, (_, value) in OWN.items()} | {"level": "senior"})
    row = text("SELECT CAST(:own AS jsonb) AS own").bindparams(own=own).columns(own=JSONB).cte("claims")
    matched = clause is not None and session.scalar(select(row.c.own).where(_of(row, clause)))
    assert bool(matched) is hits


def _of(row, clause):
    """Return the clause over another row than a claim's."""
    return replacement_traverse(
        clause, {}, lambda one, **_: row.c.own if isinstance(one, ColumnClause) else None
    )
