"""Cells in which a person sees something that can't be read: each is refused at its place, never taken for a blank."""

import re
from dataclasses import dataclass
from typing import Any

from app.kernel.errors import BadValue
from app.kernel.messages import N_

ERROR, UNCACHED, MERGED, LOST = "error", "uncached", "merged", "lost"
LOST_CHARACTER = "\ufffd"
STANDINS = {UNCACHED: "#公式未计算", MERGED: "#合并单元格"}
"""What stands in the text of such a cell, so that a row that is corrected and sent again isn't read as blank."""

_SENTENCES = {
    ERROR: N_("“{title}”是错误值 {value}，读不出内容。请改正公式，或直接填写内容后重新上传。"),
    UNCACHED: N_(
        "“{title}”是公式，但文件中没有计算结果。请用 Excel 或 WPS 打开文件，保存后重新上传；或直接填写内容。"
    ),
    MERGED: N_("“{title}”与其他列的单元格合并，看不出这一格填的是什么。请取消合并，逐格填写后重新上传。"),
    LOST: N_("“{title}”的“{value}”中有已经丢失的字（显示为“�”）。请对照证件重新输入。"),
}
_KINDS = {text: kind for kind, text in STANDINS.items()}
_FIRST = ("#", "Err", "错误")
_ERROR_VALUE = re.compile(r"#(N/A|GETTING_DATA|[A-Z][A-Z0-9/_]*[!?])|(Err|错误)[:：]\d{3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class UnreadableCell:
    """A cell of a file that shows something that is no value: its kind, and what a person sees in it."""

    kind: str
    shown: str = ""

    @property
    def text(self) -> str:
        """What stands for the cell in its row's text."""
        return STANDINS.get(self.kind, self.shown)


def unreadable_kind(text: str) -> str | None:
    """Return why a cell of that text can't be read, or None for one that can."""
    if LOST_CHARACTER in text:
        return LOST
    bare = text.strip()
    if not bare.startswith(_FIRST):
        return None
    return ERROR if _ERROR_VALUE.fullmatch(bare) else _KINDS.get(bare)


def refuse(cell: Any, text: str) -> None:
    """Raise BadValue for a cell that can't be read; the caller adds the column's title and the place."""
    if kind := cell.kind if isinstance(cell, UnreadableCell) else unreadable_kind(text):
        raise BadValue(_SENTENCES[kind], value=text.strip())
