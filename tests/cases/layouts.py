"""Whole tables and what they must give: rows of people, what is refused in them, what is said of the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from tests.cases.grid import Error, Formula, Grid
from tests.cases.table import GOOD
from tests.cases.writers import UNRECKONED, WORKBOOKS, WRITERS
from tests.desk.subsidies import HIRING_SHEET as HIRING

TITLES = [column.title for column in HIRING.columns]
FIELDS = [column.field for column in HIRING.columns]
END, START, NAME = FIELDS.index("contract_end"), FIELDS.index("contract_start"), 0
ENDS = date(2027, 2, 28)


@dataclass(frozen=True)
class Layout:
    """A table; `rows` are the numbers of people's rows, `values` and `refused` are by (row number, field)."""

    name: str
    grid: Callable[[], Grid]
    rows: tuple[int, ...]
    values: Mapping[tuple[int, str], object] = field(default_factory=dict)
    refused: Mapping[tuple[int, str], str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    writers: tuple[str, ...] = WORKBOOKS


def people(count: int, **changes: object) -> list[list[object]]:
    """Rows in which nothing is wrong but what is changed."""
    cells = {**GOOD[HIRING.name], **changes}
    return [[cells[name] for name in FIELDS] for _ in range(count)]


def table(*rows: list[object], **more: object) -> Grid:
    return Grid([[HIRING.title], TITLES, *rows], **more)


def _merged_end() -> Grid:
    first, *rest = people(4)
    return table(first, *([*row[:END], None, *row[END + 1 :]] for row in rest), merges=[(2, END, 5, END)])


def _merged_across() -> Grid:
    (row,) = people(1)
    row[END] = None
    return table(row, *people(1), merges=[(2, START, 2, END)])


def _merged_block() -> Grid:
    """Start and end of two people as one cell."""
    first, second = people(2)
    first[END] = second[START] = second[END] = None
    return table(first, second, merges=[(2, START, 3, END)])


def _over_two_rows() -> Grid:
    """Each person takes two rows of the sheet, every cell merged over both."""
    rows = [row for person in people(2) for row in (person, [None] * len(person))]
    return table(*rows, merges=[(top, c, top + 1, c) for top in (2, 4) for c in range(len(FIELDS))])


def _merged_formula() -> Grid:
    rows = people(3, contract_end=None)
    rows[0][END] = Formula("A1&A1")
    return table(*rows, merges=[(2, END, 4, END)])


def _merged_error() -> Grid:
    rows = people(3, contract_end=None)
    rows[0][END] = Error("#N/A")
    return table(*rows, merges=[(2, END, 4, END)])


def _only_formulas() -> Grid:
    return table(*[[Formula("A1&A1")] * len(FIELDS)] * 3, *people(1))


def _only_errors() -> Grid:
    return table(*[[Error("#REF!")] * len(FIELDS)] * 4)


def _two_row_header() -> Grid:
    upper = ["序号", *TITLES[:START], "劳动合同", None, *TITLES[END + 1 :]]
    lower = [None, *[None] * START, *TITLES[START : END + 1], *[None] * len(TITLES[END + 1 :])]
    columns = [0, *range(1, START + 1), *range(END + 2, len(TITLES) + 1)]
    merges = [(1, START + 1, 1, END + 1), *((1, c, 2, c) for c in columns)]
    rows = [[n, *row] for n, row in enumerate(people(3), 1)]
    return Grid([[HIRING.title], upper, lower, *rows], merges=merges)


def _grouped_header() -> Grid:
    """The group and what is under it make the title together; nothing else is merged."""
    upper = [*TITLES[:START], "劳动合同", None, *TITLES[END + 1 :]]
    lower = [*[None] * START, "开始日期", "终止日期", None, None]
    return Grid([upper, lower, *people(2)], merges=[(0, START, 0, END)])


def _deep_header() -> Grid:
    return Grid([*[["填表须知：如实填写"]] * 40, TITLES, *people(2)])


def _repeated_header() -> Grid:
    return table(*people(2), TITLES, *people(2), [None], [HIRING.title], TITLES, *people(1))


def _footers() -> Grid:
    return table(
        *people(2),
        ["小计", "2人"],
        *people(1),
        ["合计：3人"],
        ["填表人：李四", None, "审核人：王五", None, "填表日期：2026年11月30日"],
        ["（单位盖章）"],
        ["注：1.人员类别从下拉列表中选择。"],
        ["以下空白"],
    )


def _merged_footer() -> Grid:
    return table(*people(2), ["本表一式两份，由单位留存"], merges=[(4, 0, 4, len(FIELDS) - 1)])


def _hidden() -> Grid:
    return table(*people(5), hidden_rows={3, 5}, hidden_columns={1})


def _formula_in_a_blank_row() -> Grid:
    """A row that shows nothing of the sheet's own, and one far below it that does."""
    return table(*people(1), [None], [None], [None, None, None, None, Formula("A1&A1")], *people(1))


LAYOUTS = [
    Layout(
        "end merged over rows", _merged_end, (3, 4, 5, 6), {(n, "contract_end"): ENDS for n in (3, 4, 5, 6)}
    ),
    Layout("start and end merged", _merged_across, (3, 4), refused={(3, "contract_end"): "合并"}),
    Layout(
        "block merged",
        _merged_block,
        (3, 4),
        {(4, "contract_start"): date(2026, 3, 1)},
        {(3, "contract_end"): "合并", (4, "contract_end"): "合并"},
    ),
    Layout("a person over two rows", _over_two_rows, (3, 5)),
    Layout(
        "merged formula",
        _merged_formula,
        (3, 4, 5),
        refused={(n, "contract_end"): "没有计算结果" for n in (3, 4, 5)},
        writers=UNRECKONED,
    ),
    Layout(
        "merged error", _merged_error, (3, 4, 5), refused={(n, "contract_end"): "#N/A" for n in (3, 4, 5)}
    ),
    Layout(
        "rows of formulas without result",
        _only_formulas,
        (3, 4, 5, 6),
        refused={(n, name): "没有计算结果" for n in (3, 4, 5) for name in FIELDS},
        writers=UNRECKONED,
    ),
    Layout(
        "a file of errors",
        _only_errors,
        (3, 4, 5, 6),
        refused={(n, name): "#REF!" for n in (3, 4, 5, 6) for name in FIELDS},
        writers=WRITERS,
    ),
    Layout(
        "a formula alone in its row",
        _formula_in_a_blank_row,
        (3, 6, 7),
        refused={(6, "contract_end"): "没有计算结果", **{(6, n): "没有填写" for n in FIELDS[:4]}},
        writers=UNRECKONED,
    ),
    Layout("header over two rows", _two_row_header, (4, 5, 6)),
    Layout("header in groups", _grouped_header, (3, 4)),
    Layout("deep header", _deep_header, (42, 43), writers=WRITERS),
    Layout(
        "repeated header",
        _repeated_header,
        (3, 4, 6, 7, 11),
        notes=("第5、9、10行是重复的表头",),
        writers=WRITERS,
    ),
    Layout("footers", _footers, (3, 4, 6), notes=("第5、7、8、9、10、11行是表尾",), writers=WRITERS),
    Layout("remark over all columns", _merged_footer, (3, 4), notes=("第5行是表尾",)),
    Layout(
        "hidden rows and columns",
        _hidden,
        (3, 4, 5, 6, 7),
        notes=("隐藏行（包括被筛选掉的）2行", "隐藏的列“公民身份号码”"),
    ),
]
