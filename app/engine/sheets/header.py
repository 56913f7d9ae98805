"""Finds the header of a tab, and says in one sentence what is wrong with it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from app.engine.sheets.child import UNCACHED, Cell, Line, UnreadableCell
from app.engine.sheets.columns import Sheet, heading
from app.engine.sheets.marking import ADDED
from app.kernel.errors import BadSheet
from app.kernel.messages import N_, Param

HEADER_ROWS = 200
_TITLE_CHARACTERS = 300
_ALIKE = 0.5


@dataclass(frozen=True)
class Header:
    """What may be the header: the titles by column index from 0, the number of its (last) row, the texts above it.

    `unreckoned`: at least half of the row's cells are formulas without a result.
    """

    sheet: Sheet
    tab: str
    row: int
    titles: tuple[str, ...]
    above: tuple[str, ...] = ()
    unreckoned: bool = False

    @property
    def corrects(self) -> bool:
        """Whether it is the workbook of failed rows that we made: its title, its two added columns."""
        ours = f"{heading(self.sheet.title)}·"
        return {heading(title) for title in ADDED} <= set(self.titles) and any(
            text.startswith(ours) for text in self.above
        )

    @property
    def missing(self) -> list[str]:
        """Titles of the sheet that the row lacks."""
        return [column.title for column in self.sheet.columns if heading(column.title) not in self.titles]

    @property
    def hits(self) -> int:
        """How many columns of the sheet the row has."""
        return len(self.sheet.columns) - len(self.missing)

    @property
    def nearness(self) -> tuple[int, bool]:
        """By this rows are compared when none is whole."""
        return self.hits, self.unreckoned

    def places(self) -> dict[str, int]:
        """Return the index of every field's column; two columns of one title leave open which is meant."""
        for column in self.sheet.columns:
            places = [i for i, title in enumerate(self.titles) if title == heading(column.title)]
            if len(places) > 1:
                raise BadSheet(
                    N_("工作表“{tab}”第 {row} 行的列“{title}”重复（{letters}）。请只保留一列后再上传。"),
                    tab=self.tab,
                    row=self.row,
                    title=column.title,
                    letters="、".join(map(letter, places)),
                )
        return {column.field: self.titles.index(heading(column.title)) for column in self.sheet.columns}

    def refusal(self) -> BadSheet:
        """Return the sentence for a header that lacks columns."""
        if self.unreckoned:
            return BadSheet(
                N_(
                    "工作表“{tab}”的表头是公式，文件中没有计算结果。请用 Excel 或 WPS 打开文件，保存后重新上传。"
                ),
                tab=self.tab,
            )
        if self.hits * 2 < len(self.sheet.columns):
            return foreign(self.sheet)
        facts: dict[str, Param] = {"tab": self.tab, "row": self.row, "missing": "、".join(self.missing)}
        if alike := self._alike():
            return BadSheet(
                N_("工作表“{tab}”第 {row} 行表头缺少列：{missing}。列名请改为：{alike}，改好后重新上传。"),
                **facts,
                alike="，".join(f"“{old}”→“{new}”" for new, old in alike.items()),
            )
        return BadSheet(
            N_("工作表“{tab}”第 {row} 行表头缺少列：{missing}。请补上（列名与模板一致）后重新上传。"), **facts
        )

    def _alike(self) -> dict[str, str]:
        known = {heading(column.title) for column in self.sheet.columns}
        strange = [title for title in self.titles if title and title not in known]
        matches = {title: get_close_matches(heading(title), strange, 1, _ALIKE) for title in self.missing}
        return {title: close[0] for title, close in matches.items() if close}


def find_header(sheet: Sheet, lines: Iterable[Line], others: Sequence[Sheet] = ()) -> Header | None:
    """Return the first whole header in a tab's first rows, in one row or in two, else the one that comes nearest.

    A whole header of another sheet ends the search too.
    """
    nearest: Header | None = None
    before: Line | None = None
    above: list[str] = []
    strange = [other for other in others if not _headings(other) <= _headings(sheet)]
    for line in lines:
        if line.number > HEADER_ROWS:
            break
        rows = [_titles(line.cells)]
        if before is not None and before.number == line.number - 1:
            rows.append(_joined(sheet, before.cells, line.cells))
        for titles in rows:
            candidate = Header(sheet, line.tab, line.number, titles, tuple(above), _unreckoned(line.cells))
            if nearest is None or candidate.nearness > nearest.nearness:
                nearest = candidate
            if not candidate.missing or any(_has(titles, other) for other in strange):
                return candidate
        above += [title for title in rows[0] if title]
        before = line
    return nearest


def another(header: Header, others: Sequence[Sheet]) -> Sheet | None:
    """Return the sheet that a table is instead, by the title above it or by columns that only that one has."""
    for text in header.above:
        if is_titled(text, header.sheet):
            return None
        for other in others:
            if is_titled(text, other):
                return other
    own = _headings(header.sheet)
    strange = [other for other in others if _has(header.titles, other) and not _headings(other) <= own]
    return max(strange, key=lambda other: len(other.columns), default=None)


def is_titled(text: str, sheet: Sheet) -> bool:
    """Return whether a squeezed text is the title of a sheet, with or without the mark of who took it away."""
    return text.partition("·")[0] == heading(sheet.title)


def _headings(sheet: Sheet) -> set[str]:
    return {heading(column.title) for column in sheet.columns}


def _has(titles: Sequence[str], sheet: Sheet) -> bool:
    return _headings(sheet) <= set(titles)


def _titles(cells: Sequence[Cell]) -> tuple[str, ...]:
    return tuple(_title(cell) for cell in cells)


def _unreckoned(cells: Sequence[Cell]) -> bool:
    filled = [cell for cell in cells if cell is not None]
    without = sum(isinstance(cell, UnreadableCell) and cell.kind == UNCACHED for cell in filled)
    return without > 0 and without * 2 >= len(filled)


def _title(cell: Cell) -> str:
    return heading(cell) if isinstance(cell, str) and len(cell) <= _TITLE_CHARACTERS else ""


def _joined(sheet: Sheet, upper: Sequence[Cell], lower: Sequence[Cell]) -> tuple[str, ...]:
    """Return the titles of two rows as one: the lower one, the upper one, or both together, whichever the sheet knows."""
    known, joined = _headings(sheet), []
    for index in range(max(len(upper), len(lower))):
        over, under = (cells[index] if index < len(cells) else None for cells in (upper, lower))
        below, own = _title(under), _title(over)
        group = heading(over.shown) if isinstance(over, UnreadableCell) else own
        choices = [title for title in (below, own, group + below) if title in known]
        joined.append(choices[0] if choices else below or own)
    return tuple(joined)


def foreign(sheet: Sheet) -> BadSheet:
    """Return the sentence for a file that is some other sheet."""
    return BadSheet(
        N_("文件中没有“{title}”的表头，可能选错了文件。请下载“{title}”模板，填写后上传。"), title=sheet.title
    )


def letter(index: int) -> str:
    """Return the spreadsheet's name of a column, from its index."""
    name = ""
    while index >= 0:
        index, rest = divmod(index, 26)
        name, index = chr(ord("A") + rest) + name, index - 1
    return name
