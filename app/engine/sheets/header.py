"""Finds the header row of a tab, and says in one sentence what is wrong with it."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from app.engine.sheets.child import Cell
from app.engine.sheets.columns import Sheet, heading
from app.kernel.errors import BadSheet
from app.kernel.messages import N_

HEADER_ROWS = 10
_ALIKE = 0.5


@dataclass(frozen=True)
class Header:
    """A row that may be the header: the titles that stand in it, by column index from 0."""

    sheet: Sheet
    tab: str
    row: int
    titles: tuple[str, ...]

    @property
    def missing(self) -> list[str]:
        """Titles of the sheet that the row lacks."""
        return [column.title for column in self.sheet.columns if heading(column.title) not in self.titles]

    @property
    def found(self) -> int:
        """How many columns of the sheet the row has."""
        return len(self.sheet.columns) - len(self.missing)

    def places(self) -> dict[str, int]:
        """The index of every field's column; two columns of one title leave open which is meant."""
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
        """The sentence for a header that lacks columns."""
        if self.found * 2 < len(self.sheet.columns):
            return foreign(self.sheet)
        facts = {"tab": self.tab, "row": self.row, "missing": "、".join(self.missing)}
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
        found = {title: get_close_matches(heading(title), strange, 1, _ALIKE) for title in self.missing}
        return {title: close[0] for title, close in found.items() if close}


def find(sheet: Sheet, rows: Iterable[tuple[str, int, list[Cell]]]) -> Header | None:
    """The first whole header in a tab's first rows, else the row that comes nearest."""
    nearest = None
    for tab, number, cells in rows:
        if number > HEADER_ROWS:
            break
        titles = tuple(heading(cell) if isinstance(cell, str) else "" for cell in cells)
        candidate = Header(sheet, tab, number, titles)
        if nearest is None or candidate.found > nearest.found:
            nearest = candidate
        if not candidate.missing:
            break
    return nearest


def foreign(sheet: Sheet) -> BadSheet:
    """The sentence for a file that is some other sheet."""
    return BadSheet(
        N_("文件中没有“{title}”的表头，可能选错了文件。请下载“{title}”模板，填写后上传。"), title=sheet.title
    )


def letter(index: int) -> str:
    """The spreadsheet's name of a column, from its index."""
    name = ""
    while index >= 0:
        index, rest = divmod(index, 26)
        name, index = chr(ord("A") + rest) + name, index - 1
    return name
