"""The functions of the language; a name that isn't here or among a vocabulary's look-ups can't be called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func

from app.kernel.messages import N_
from app.studio.expressions import arithmetic
from app.studio.expressions.kind import Kind

NUMBER, YES_NO, DATE, MONTH = Kind.NUMBER, Kind.YES_NO, Kind.DATE, Kind.MONTH


@dataclass(frozen=True)
class Function:
    """A function: its Chinese and English name, what it takes, what it gives, an example, and how it is built.

    `takes` holds for each argument the kinds that fit; with `many` the last one may be repeated, all of one kind. `gives`
    is None where the result is of the arguments' kind.
    """

    title: str
    code: str
    takes: tuple[frozenset[Kind], ...]
    gives: Kind | None
    about: str
    build: Callable[..., ColumnElement]
    many: bool = False


def one_of(*kinds: Kind) -> frozenset[Kind]:
    return frozenset(kinds)


ORDERED = one_of(NUMBER, DATE, MONTH)
ANY = frozenset(Kind)


FUNCTIONS = (
    Function("最小", "least", (ORDERED,), None, N_("几个值中最小的"), arithmetic.least, many=True),
    Function("最大", "greatest", (ORDERED,), None, N_("几个值中最大的"), arithmetic.greatest, many=True),
    Function(
        "四舍五入", "round", (one_of(NUMBER), one_of(NUMBER)), NUMBER, N_("保留几位小数"), arithmetic.rounded
    ),
    Function("取整", "whole", (one_of(NUMBER),), NUMBER, N_("去掉小数部分"), func.trunc),
    Function(
        "若",
        "if",
        (one_of(YES_NO), ANY, ANY),
        None,
        N_("条件成立取前一个值，否则取后一个"),
        arithmetic.chosen,
    ),
    Function("已知", "known", (ANY,), YES_NO, N_("是否填写了、查得到"), arithmetic.known),
    Function(
        "加月",
        "add_months",
        (one_of(DATE, MONTH), one_of(NUMBER)),
        None,
        N_("几个月后的同一天，没有那一天的为月末"),
        arithmetic.add_months,
    ),
    Function(
        "整月数",
        "whole_months",
        (one_of(DATE), one_of(DATE)),
        NUMBER,
        N_("从前一个日期到后一个日期满几个月"),
        arithmetic.whole_months,
    ),
    Function("所在月", "month_of", (one_of(DATE),), MONTH, N_("日期所在的月份"), arithmetic.month_of),
    Function("周岁", "age", (one_of(DATE), one_of(DATE)), NUMBER, N_("出生日期到某日的周岁"), arithmetic.age),
    Function(
        "法定退休日",
        "retirement_day",
        (one_of(DATE), one_of(NUMBER)),
        DATE,
        N_("按出生日期和原法定年龄（60、55、50）推算"),
        arithmetic.retirement_day,
    ),
)
BY_WORD: Mapping[str, Function] = {word: one for one in FUNCTIONS for word in (one.title, one.code)}
PARAMETER = ("参数", "parameter")
"""What names a parameter of the policy: 参数(每人补贴金额)."""
