"""What stands among the people of a table and is none of them: footers, repeated headers; and what was hidden."""

import re
from collections.abc import Sequence
from typing import TypeGuard

from app.engine.sheets.cells import typed
from app.engine.sheets.child import MERGED, Cell, Line, UnreadableCell
from app.engine.sheets.columns import Kind, heading
from app.engine.sheets.header import Header, is_titled
from app.kernel.messages import N_, Message
from app.kernel.text import squeeze

_WORDS = (
    *(
        "合计",
        "总计",
        "小计",
        "共计",
        "总人数",
        "合计人数",
        "填表人",
        "填报人",
        "制表人",
        "制表",
        "编制人",
        "经办人",
    ),
    *(
        "审核人",
        "复核人",
        "审批人",
        "负责人",
        "单位负责人",
        "部门负责人",
        "法定代表人",
        "联系人",
        "日期",
        "时间",
    ),
    *(
        "填表日期",
        "填表时间",
        "填报日期",
        "填报时间",
        "制表日期",
        "制表时间",
        "申报日期",
        "申报时间",
        "单位",
        "单位名称",
    ),
    *(
        "填表单位",
        "填报单位",
        "制表单位",
        "申报单位",
        "单位盖章",
        "盖章",
        "公章",
        "签字",
        "签章",
        "备注",
        "附注",
        "注",
    ),
    *("注意事项", "说明", "填表说明", "以下空白", "此行以下空白", "以下无正文"),
)
_FOOTER = re.compile(rf"[(*]?({'|'.join(_WORDS)})(\([^)]*\)|\))?(:.*|\d+\.?\d*[人名元]?|)")
_STARTS = {word[0] for word in _WORDS} | set("（(＊*")
_TEXT_CHARACTERS = 300
_ID_DIGITS = 10
_LISTED = 10


class Asides:
    """Collects, while the rows of a table go by, what a person should hear of them."""

    def __init__(self, header: Header) -> None:
        places = header.places()
        self._sheet = header.sheet
        self._titles = {places[c.field]: heading(c.title) for c in header.sheet.columns}
        self._ids = [places[c.field] for c in header.sheet.columns if c.kind is Kind.CITIZEN_ID]
        self._required = [places[c.field] for c in header.sheet.columns if c.required]
        self._known = set(header.titles)
        self._starts = _STARTS | {title[0] for title in (*self._known, header.sheet.title) if title}
        self._second = sorted(self._titles)[min(1, len(self._titles) - 1)]
        self._footers: list[int] = []
        self._headers: list[int] = []
        self._hidden_rows = 0
        self._hidden_columns: tuple[int, ...] = ()

    def takes(self, line: Line) -> bool:
        """Return whether a row is no person's; it is noted."""
        first = next((cell for cell in line.cells if _is_words(cell)), None)
        if first is None or len(first) > _TEXT_CHARACTERS or not self._may_be_aside(first, line):
            return False
        word = squeeze(first)
        if is_titled(word, self._sheet) or (word.strip("*") in self._known and self._repeats_header(line)):
            self._headers.append(line.number)
            return True
        if (_FOOTER.fullmatch(word) or self._is_one_remark(line)) and not self._names_somebody(line):
            self._footers.append(line.number)
            return True
        return False

    def _may_be_aside(self, first: str, line: Line) -> bool:
        """Return what nearly no person's row passes, and costs little."""
        return first.lstrip()[:1] in self._starts or isinstance(_at(line.cells, self._second), UnreadableCell)

    def count_hidden(self, line: Line) -> None:
        """Count a person's row if nobody sees it; notes columns that nobody sees."""
        self._hidden_rows += line.hidden
        self._hidden_columns = line.hidden_columns

    def notes(self) -> list[Message]:
        """Return one sentence for each kind of thing, none for what there is not."""
        notes = []
        if self._hidden_rows:
            notes.append(
                Message(N_("其中隐藏行（包括被筛选掉的）{count}行已一并读入。"), count=self._hidden_rows)
            )
        if titles := self._hidden_titles():
            notes.append(Message(N_("隐藏的列“{titles}”已一并读入。"), titles="、".join(titles)))
        if self._footers:
            notes.append(
                Message(
                    N_("第{rows}行是表尾（如合计、填表人、说明），没有当作人员读入。"),
                    rows=_listed(self._footers),
                )
            )
        if self._headers:
            notes.append(Message(N_("第{rows}行是重复的表头，已略过。"), rows=_listed(self._headers)))
        return notes

    def _hidden_titles(self) -> list[str]:
        hidden = set(self._hidden_columns)
        places = zip(self._sheet.columns, self._titles, strict=True)
        return [column.title for column, place in places if place in hidden]

    def _repeats_header(self, line: Line) -> bool:
        """Return whether most of what the sheet's columns hold is their titles; a header over two rows has groups besides."""
        filled = {place: cell for place in self._titles if (cell := _at(line.cells, place)) is not None}
        same = sum(isinstance(c, str) and heading(c) == self._titles[place] for place, c in filled.items())
        return same > 1 and same * 2 >= len(filled)

    def _names_somebody(self, line: Line) -> bool:
        """Return whether the row has an id, readable or not; without a column of ids, whether all is there that must be."""
        if not self._ids:
            return all(_at(line.cells, place) is not None for place in self._required)
        return any(_may_be_id(_at(line.cells, place)) for place in self._ids)

    def _is_one_remark(self, line: Line) -> bool:
        """Return whether one merged cell reaches over all columns of the sheet."""
        texts = [_at(line.cells, place) for place in sorted(self._titles)]
        return len(texts) > 1 and all(isinstance(c, UnreadableCell) and c.kind == MERGED for c in texts[1:])


def _may_be_id(cell: Cell) -> bool:
    if isinstance(cell, UnreadableCell):
        return cell.kind != MERGED
    return sum(char.isdigit() for char in typed(cell)) >= _ID_DIGITS


def _at(cells: Sequence[Cell], place: int) -> Cell:
    return cells[place] if place < len(cells) else None


def _is_words(cell: Cell) -> TypeGuard[str]:
    return isinstance(cell, str) and not cell.isspace() and not cell.strip().isdigit()


def _listed(numbers: Sequence[int]) -> str:
    some = "、".join(map(str, numbers[:_LISTED]))
    return f"{some}…" if len(numbers) > _LISTED else some
