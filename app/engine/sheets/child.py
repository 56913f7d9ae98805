"""Starts the parser of foreign files as a process of its own, watches it, and speaks for it when it dies."""

import json
import logging
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Generator
from dataclasses import dataclass
from datetime import date
from importlib.metadata import distribution
from pathlib import Path
from typing import IO, BinaryIO, NamedTuple, cast

from app.kernel.errors import BadSheet
from app.kernel.messages import N_

ERROR, UNCACHED, MERGED, LOST = "error", "uncached", "merged", "lost"
LOST_CHARACTER = "\ufffd"
STANDINS = {UNCACHED: "#公式未计算", MERGED: "#合并单元格"}
"""What stands in the text of such a cell, so that a row that is corrected and sent again isn't read as blank."""

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


Cell = str | int | float | date | UnreadableCell | None

_log = logging.getLogger(__name__)

WALL_SECONDS = 60.0
_PARSER = Path(__file__).with_name("parser")
_PACKAGES = str(distribution("python-calamine").locate_file(""))
_LINE_BYTES = 4 * 1024 * 1024
_OUTPUT_BYTES = 128 * 1024 * 1024

_BROKEN = N_(
    "文件已损坏或不完整，无法读取。请用 Excel 或 WPS 打开并另存为“Excel 工作簿（*.xlsx）”后重新上传。"
)
_TOO_WIDE = N_(
    "文件内容的范围过大，无法读取（例如在最右一列或最后一行有多余内容）。请把数据复制到新下载的模板中再上传。"
)
_TOO_LONG = N_("文件内容过于复杂，读取超时。请把数据复制到新下载的模板中，或分成几个文件再上传。")
_REFUSALS = {
    "broken": _BROKEN,
    "empty": N_("文件是空的，没有任何内容。请填写数据并保存后重新上传。"),
    "unknown_type": N_("无法识别这种文件。请用 Excel 或 WPS 另存为“Excel 工作簿（*.xlsx）”后重新上传。"),
    "encrypted": N_("文件设有密码，无法读取。请取消密码保护并保存后重新上传。"),
    "macro": N_("文件含有宏，为安全起见不予读取。请另存为不含宏的“Excel 工作簿（*.xlsx）”后重新上传。"),
    "entity": N_("文件含有不安全的 XML 声明（DTD 或实体），不予读取。请把数据复制到新下载的模板中再上传。"),
    "unpacked": N_("文件解压后超过 50 MB，不予读取。请删除多余的内容和图片，或分成几个文件再上传。"),
    "lying": N_("文件内部声明的大小与实际不符，不予读取。请用 Excel 或 WPS 打开并另存后重新上传。"),
    "wide": _TOO_WIDE,
    "old": N_(
        "这是很早的 Excel 格式，无法读取。请用 Excel 或 WPS 打开并另存为“Excel 工作簿（*.xlsx）”后重新上传。"
    ),
    "ods": N_(
        "这是 OpenDocument 格式（.ods）。请用 Excel、WPS 或 LibreOffice 另存为“Excel 工作簿（*.xlsx）”后重新上传。"
    ),
    "xlsb": N_("这是 Excel 二进制工作簿（.xlsb）。请另存为“Excel 工作簿（*.xlsx）”后重新上传。"),
    "numbers": N_("这是 Numbers 表格。请在 Numbers 中导出为 Excel（*.xlsx）后重新上传。"),
    "html": N_(
        "这是网页（HTML），只是扩展名像表格。请用 Excel 或 WPS 打开并另存为“Excel 工作簿（*.xlsx）”后重新上传。"
    ),
    "xml": N_("这是“XML 表格”格式。请用 Excel 或 WPS 打开并另存为“Excel 工作簿（*.xlsx）”后重新上传。"),
    "text": N_(
        "这是其他文本格式（如 SLK、RTF），不是表格。请用 Excel 或 WPS 打开并另存为“Excel 工作簿（*.xlsx）”后重新上传。"
    ),
    "encoding": N_("无法识别文本文件的编码。请另存为“CSV UTF-8”或“Excel 工作簿（*.xlsx）”后重新上传。"),
}
_KILLED = {-signal.SIGXCPU, -signal.SIGKILL}


class Line(NamedTuple):
    """One row of a tab: its number from 1, its cells from column A, what of the tab was hidden."""

    tab: str
    number: int
    cells: list[Cell]
    hidden: bool = False
    hidden_columns: tuple[int, ...] = ()


def rows(file: BinaryIO, *, seconds: float = WALL_SECONDS) -> Generator[Line, None, None]:
    """Yield each row that holds anything, as it is parsed; the file is read from where it stands, by its descriptor.

    Raises BadSheet with one message, whatever the file does to the parser; closing the iterator ends it.
    """
    parser = _start(file)
    output = cast(IO[bytes], parser.stdout)
    expired = threading.Event()

    def expire() -> None:
        expired.set()
        parser.kill()

    deadline = threading.Timer(seconds, expire)
    deadline.daemon = True
    deadline.start()
    try:
        finished = yield from _received(output)
        if not finished:
            raise BadSheet(_epitaph(parser.wait(), expired.is_set()))
    finally:
        deadline.cancel()
        parser.kill()
        output.close()
        parser.wait()


def _start(file: BinaryIO) -> subprocess.Popen[bytes]:
    # a fixed program; what a person sent reaches it as its input only
    return subprocess.Popen(  # noqa: S603  # nosec B603
        [sys.executable, "-S", "-X", "utf8", str(_PARSER)],
        stdin=file,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PYTHONPATH": _PACKAGES, "RUST_BACKTRACE": "0"},
    )


def _received(stream: IO[bytes]) -> Generator[Line, None, bool]:
    """Hand rows on; true when the parser said that it got to the end."""
    tab, hidden_columns, received = "", (), 0
    while line := stream.readline(_LINE_BYTES):
        received += len(line)
        if received > _OUTPUT_BYTES or len(line) == _LINE_BYTES:
            raise BadSheet(_TOO_WIDE)
        if not line.endswith(b"\n"):
            return False
        match _JSON.decode(line.decode()):
            case [int(number), list(cells), bool(hidden)]:
                yield Line(tab, number, cells, hidden, hidden_columns)
            case ["tab", str(name), list(columns)]:
                tab, hidden_columns = name, tuple(columns)
            case ["refused", str(code)]:
                raise BadSheet(_REFUSALS.get(code, _BROKEN))
            case ["end"]:
                return True
    return False


def _marked(cell: dict[str, str]) -> date | UnreadableCell:
    """Return a cell for which JSON has no word: `{"date": iso}` or `{"unreadable": kind, "shown": text}`."""
    if "date" in cell:
        return date.fromisoformat(cell["date"])
    return UnreadableCell(cell["unreadable"], cell["shown"])


_JSON = json.JSONDecoder(object_hook=_marked)


def _epitaph(status: int, expired: bool) -> str:
    _log.warning("the parser of sheets ended with status %s, expired: %s", status, expired)
    if expired or status in _KILLED:
        return _TOO_LONG
    return _TOO_WIDE if status < 0 else _BROKEN
