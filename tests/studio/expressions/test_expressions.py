"""Expressions against an oracle, and against whatever a person may type."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from random import Random

import pytest
from sqlalchemy import text

from app.studio.expressions import Fault, Kind, compile_expression
from tests.studio.expressions.facts import PEOPLE, VOCABULARY, answers, fill
from tests.studio.expressions.guesses import Guesser, TooNear

ALIKE = Decimal("1e-12")
MILLISECONDS = 2_000


@pytest.fixture
def people(session):
    fill(session)
    session.execute(text(f"SET LOCAL statement_timeout = {MILLISECONDS}"))
    return session


def agree(value, expected) -> bool:
    if not isinstance(value, Decimal) or not isinstance(expected, Decimal):
        return value == expected
    return abs(value - expected) <= ALIKE * max(abs(expected), 1)


@pytest.mark.parametrize("count", [400, pytest.param(20_000, marks=pytest.mark.soak)])
def test_what_is_worked_out_is_what_an_oracle_works_out(people, count):
    tried = 0
    for seed in range(count):
        guess = Guesser(seed).make(list(Kind)[seed % 2 * 2] if seed % 3 else Kind.DATE)
        if len(guess.written) > 1_900:
            continue
        found = answers(people, compile_expression(guess.written, VOCABULARY, guess.kind))
        for facts, value in zip(PEOPLE, found, strict=True):
            try:
                expected = guess.value(facts)
            except TooNear:
                continue
            tried += 1
            assert agree(value, expected), (seed, guess.written, facts, value, expected)
    assert tried > count * 10


PIECES = (
    *"()（）[]，,、=≠<>≤≥+−-×÷*/“”\"'%.:;\\{}$",
    *(
        "或",
        "且",
        "非",
        "在",
        "不在",
        "是",
        "否",
        "参数",
        "最小",
        "若",
        "已知",
        "加月",
        "法定退休日",
        "round",
        "取整",
    ),
    *(
        "在职人数",
        "非全日制",
        "人员类别",
        "合同开始日期",
        "born",
        "补贴比例",
        "农民工",
        "“农民工”",
        "SELECT",
        "pg_sleep",
    ),
    *(
        "0",
        "1",
        "2026-02-30",
        "2026-02-28",
        "0001-01-01",
        "99999999999999999999",
        "9" * 30,
        "50%",
        " ",
        "\n",
        "\u3000",
    ),
)


@pytest.mark.parametrize("count", [1_000, pytest.param(20_000, marks=pytest.mark.soak)])
def test_whatever_is_typed_compiles_or_is_refused_at_its_place(people, count):
    """No statement fails, and none takes longer than its time."""
    dice, compiled = Random(count), 0  # noqa: S311  # nosec B311  # nothing secret
    for seed in range(count):
        written = "".join(dice.choices(PIECES, k=dice.randrange(1, 14)))
        if seed % 4:
            guess = written = Guesser(seed).make(Kind.YES_NO, 3).written
        if seed % 4 > 1:
            place = dice.randrange(len(guess))
            written = guess[:place] + dice.choice(PIECES) + guess[place + dice.randrange(3) :]
        try:
            found = compile_expression(written, VOCABULARY, Kind.YES_NO)
        except Fault as fault:
            assert 0 <= fault.place <= len(written) and fault.length >= 1, written
            assert not re.search(r"\{[a-z]+\}", str(fault)), written
        else:
            compiled += 1
            assert len(answers(people, found)) == len(PEOPLE)
    assert compiled > count / 10


@pytest.mark.parametrize(
    ("written", "kind", "place", "said", "nearest"),
    [
        ("", Kind.NUMBER, 0, "空的", None),
        ("在职人", Kind.NUMBER, 0, "没有“在职人”这个名称", "在职人数"),
        ("在职人数 × 参数(补贴比)", Kind.NUMBER, 10, "没有“补贴比”这个参数", "补贴比例"),
        ("最大值(在职人数, 1)", Kind.NUMBER, 0, "没有“最大值”这个函数", "最大"),
        ("人员类别 = “农民”", Kind.YES_NO, 7, "没有“农民”这一项", "农民工"),
        ("在职人数 +", Kind.NUMBER, 6, "没有写完", None),
        ("在职人数 ÷ 2 且", Kind.YES_NO, 10, "没有写完", None),
        ("(在职人数", Kind.NUMBER, 5, "应为：", None),
        ("合同开始日期 > 3", Kind.YES_NO, 9, "日期不能和数比较", None),
        ("合同开始日期 + 合同终止日期", Kind.DATE, 9, "不能相加减", None),
        ("人员类别 > “农民工”", Kind.YES_NO, 0, "只能用 = 和 ≠ 比较", None),
        ("非 在职人数", Kind.YES_NO, 2, "这里需要是或否，而这是数", None),
        ("最小(在职人数)", Kind.NUMBER, 0, "至少要2个值", None),
        ("加月(合同开始日期)", Kind.DATE, 0, "要2个值，这里是1个", None),
        ("若(非全日制, 1, 合同开始日期)", Kind.NUMBER, 11, "数不能和日期比较", None),
        ("合同开始日期 > 2026-02-30", Kind.YES_NO, 9, "没有“2026-02-30”这一天", None),
        ("123456789012345678901", Kind.NUMBER, 0, "数最多20位", None),
        ("在职人数", Kind.YES_NO, 0, "得到的是数，这里需要是或否", None),
        ("参数(1)", Kind.NUMBER, 0, "括号里写一个参数的名称", None),
        ("1；DROP TABLE people", Kind.NUMBER, 1, "这里不能是“；”", None),
        ("非" * 100 + "(非全日制)", Kind.YES_NO, 0, "没有“", None),
        ("-" * 100 + "1", Kind.NUMBER, 0, "层次太多", None),
        ("1 +" * 700 + "1", Kind.NUMBER, 2000, "超过2000字", None),
    ],
)
def test_a_fault_has_its_place_a_sentence_and_the_nearest_name(written, kind, place, said, nearest):
    with pytest.raises(Fault) as caught:
        compile_expression(written, VOCABULARY, kind)
    assert (caught.value.place, caught.value.nearest) == (place, nearest)
    assert said in str(caught.value)


def test_names_stay_whole_and_literals_are_bound():
    """在职人数 and 非全日制 begin with words of the language."""
    found = compile_expression("在职人数 ≥ 30 且 非 非全日制 且 人员类别 = “农民工”", VOCABULARY, Kind.YES_NO)
    sql, values = found.statement("r1")
    assert sorted(found.names) == ["category", "part_time", "staff"]
    assert set(values.values()) == {Decimal(30), "rural"}
    assert "30" not in sql and "rural" not in sql and all(f":{name}" in sql for name in values)


@pytest.mark.parametrize(
    ("born", "former", "day"),
    [
        (date(1964, 12, 31), 60, date(2024, 12, 31)),
        (date(1965, 1, 15), 60, date(2025, 2, 15)),
        (date(1965, 4, 30), 60, date(2025, 5, 30)),
        (date(1965, 5, 1), 60, date(2025, 7, 1)),
        (date(1976, 9, 1), 60, date(2039, 9, 1)),
        (date(1990, 9, 1), 60, date(2053, 9, 1)),
        (date(1970, 1, 1), 55, date(2025, 2, 1)),
        (date(1981, 9, 1), 55, date(2039, 9, 1)),
        (date(1975, 1, 1), 50, date(2025, 2, 1)),
        (date(1975, 3, 31), 50, date(2025, 5, 31)),
        (date(1984, 11, 1), 50, date(2039, 11, 1)),
        (date(1984, 11, 1), 45, None),
    ],
)
def test_retirement_follows_the_step_table_of_2025(people, born, former, day):
    """Rows of the annexed tables: 男职工, 原法定退休年龄五十五周岁 and 五十周岁的女职工."""
    written = f"法定退休日({born}, {former})"
    assert answers(people, compile_expression(written, VOCABULARY, Kind.DATE))[0] == day
