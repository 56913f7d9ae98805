"""Sheets that are made to do harm: a table of built ones, and mutations of good ones from a seed."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Iterator

import xlsxwriter
import xlwt

HEADER = ["姓名", "公民身份号码", "人员类别", "劳动合同开始日期", "劳动合同终止日期", "联系电话", "备注"]
ROW = ["张三", "510104199001011235", "登记失业半年以上人员", "2026-03-01", "2027-03-01", "13800000000", ""]
FORMULAS = (
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    '=HYPERLINK("http://x","y")',
)
MARKUP = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "{{7*7}}${7*7}",
    "'\"><svg/onload=alert(1)>",
)
SCRIPTS = (
    "Ⅷ王ＡＢ",
    "\u202e三张\u202c",
    "a\u200b\ufeff王",
    "ѕсrірt",
    "\U0001f4a3" * 40,
    "长" * 32_000,
    "e\u0301" * 500,
)
BOMB_MEMBER = b"<x>" + b"0" * 60_000_000 + b"</x>"
DTD = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
SHEET = "xl/worksheets/sheet1.xml"


def xlsx(*rows: list, header: list = HEADER) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False}) as book:
        page = book.add_worksheet()
        for number, row in enumerate((header, *rows)):
            for column, cell in enumerate(row):
                page.write_string(number, column, cell[:32_767])
    return stream.getvalue()


def xls(*rows: list) -> bytes:
    book, stream = xlwt.Workbook(), io.BytesIO()
    page = book.add_sheet("名单")
    for number, row in enumerate((HEADER, *rows)):
        for column, cell in enumerate(row):
            page.write(number, column, cell)
    book.save(stream)
    return stream.getvalue()


def csv(*rows: list) -> bytes:
    lines = (",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in (HEADER, *rows))
    return "\r\n".join(lines).encode()


def with_cell(text: str, place: int = 6) -> list[str]:
    return [*ROW[:place], text, *ROW[place + 1 :]]


def repacked(content: bytes, changes: dict[str, bytes | None]) -> bytes:
    """The zip with members put in, replaced or (None) left out."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if name not in changes:
                new.writestr(name, old.read(name))
        for name, member in changes.items():
            if member is not None:
                new.writestr(name, member)
    return stream.getvalue()


def member(content: bytes, name: str = SHEET) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return book.read(name)


def lying(content: bytes, said: int) -> bytes:
    """The declared size of the sheet, in the central directory and before the member, is not the true one."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        info = book.getinfo(SHEET)
    true, false = info.file_size.to_bytes(4, "little"), said.to_bytes(4, "little")
    return content.replace(
        info.CRC.to_bytes(4, "little") + info.compress_size.to_bytes(4, "little") + true,
        info.CRC.to_bytes(4, "little") + info.compress_size.to_bytes(4, "little") + false,
    )


def far(content: bytes, place: bytes) -> bytes:
    """The sheet with one cell of its second row said to stand elsewhere."""
    return member(content).replace(b'r="A2"', b'r="%b"' % place)


def refused() -> Iterator[tuple[str, bytes]]:
    """(file name, content) of what is no sheet, or does harm to anyone who unpacks it."""
    good = xlsx(ROW)
    page = member(good)
    yield "empty.xlsx", b""
    yield "random.xlsx", random.Random(1).randbytes(4000)
    yield "zeros.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4000)
    yield "head.xlsx", b"PK\x03\x04"
    yield "pdf.xlsx", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" * 20
    yield "page.xls", b"<html><script>alert(1)</script><table><tr><td>x</td></tr></table></html>"
    yield "elf.csv", b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 8
    for at in (0.2, 0.5, 0.9):
        yield f"cut-{at}.xlsx", good[: int(len(good) * at)]
    yield "bomb.xlsx", repacked(good, {SHEET: BOMB_MEMBER})
    yield "bomb-beside.xlsx", repacked(good, {"xl/media/a.bin": bytes(60_000_000)})
    yield "bombs.xlsx", repacked(good, {f"xl/media/{n}.bin": bytes(9_000_000) for n in range(7)})
    for said in (10, 1_000_000):
        yield f"lying-{said}.xlsx", lying(repacked(good, {SHEET: page}), said)
    for name in (SHEET, "xl/workbook.xml", "xl/sharedStrings.xml"):
        text = member(good, name)
        yield f"entity-{name.rpartition('/')[2]}.xlsx", repacked(good, {name: DTD + text.partition(b"?>")[2]})
    yield (
        "outside.xlsx",
        repacked(
            good,
            {SHEET: b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + page.partition(b"?>")[2]},
        ),
    )
    yield "macro.xlsm", repacked(good, {"xl/vbaProject.bin": b"macro"})
    for name in (SHEET, "xl/workbook.xml"):
        yield f"without-{name.rpartition('/')[2]}.xlsx", repacked(good, {name: None})
    yield "half-tag.xlsx", repacked(good, {SHEET: page[: len(page) // 2]})
    yield "utf16.csv", "\x00\x01\x02".encode("utf-16") + bytes(50)
    yield "latin.csv", b"\xff\xfe\xfd,\x80\x81\r\n" * 20
    for place in (b"XFD1048576", b"ZZZZZ9"):
        yield f"far-{place.decode()}.xlsx", repacked(good, {SHEET: far(good, place)})
    yield "foreign.xlsx", xlsx(["甲", "1"], header=["客户", "金额"])


def read() -> Iterator[tuple[str, bytes]]:
    """(file name, content) of what is a sheet, with cells that want to be more than text."""
    for number, text in enumerate(MARKUP):
        yield f"markup-{number}.xlsx", xlsx(with_cell(text), with_cell(text, 0), with_cell(text, 2))
        yield f"markup-{number}.xls", xls(with_cell(text), with_cell(text, 0), with_cell(text, 2))
    for number, text in enumerate(FORMULAS):
        yield f"formula-{number}.xlsx", xlsx(with_cell(text), with_cell(text, 0))
        yield f"formula-{number}.csv", csv(with_cell(text), with_cell(text, 0))
    for number, text in enumerate(SCRIPTS):
        yield f"script-{number}.xlsx", xlsx(with_cell(text), with_cell(text, 0))
    good = xlsx(ROW)
    yield "far-A1048577.xlsx", repacked(good, {SHEET: far(good, b"A1048577")})
    yield "gbk.csv", csv(ROW).decode().encode("gbk")
    yield "bom.csv", b"\xef\xbb\xbf" + csv(ROW)
    yield "without-types.xlsx", repacked(xlsx(ROW), {"[Content_Types].xml": None})


def mutations(count: int) -> Iterator[tuple[str, bytes]]:
    """Good sheets with something broken, the same for the same number."""
    goods = {"xlsx": xlsx(*[ROW] * 30), "xls": xls(*[ROW] * 30), "csv": csv(*[ROW] * 30)}
    for number in range(count):
        draw = random.Random(number)
        kind = draw.choice(("xlsx", "xlsx", "xlsx", "xls", "csv"))
        ways = (_flip, _cut, _repeat, *((_member,) * 3 if kind == "xlsx" else ()))
        yield f"{number:05}.{kind}", draw.choice(ways)(goods[kind], draw)


def _flip(content: bytes, draw: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(draw.choice((1, 4, 32))):
        changed[draw.randrange(len(changed))] = draw.randrange(256)
    return bytes(changed)


def _cut(content: bytes, draw: random.Random) -> bytes:
    start = draw.randrange(len(content))
    return content[:start] + content[start + draw.randrange(1, 400) :]


def _repeat(content: bytes, draw: random.Random) -> bytes:
    start = draw.randrange(len(content))
    return (
        content[:start]
        + content[start : start + draw.randrange(1, 400)] * draw.choice((2, 50))
        + content[start:]
    )


def _member(content: bytes, draw: random.Random) -> bytes:
    """Something inside a member of the zip, which stays a zip."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        names = sorted(name for name in book.namelist() if name.endswith((".xml", ".rels")))
    name = draw.choice((SHEET, SHEET, draw.choice(names)))
    text = member(content, name)
    numbers = list(re.finditer(rb'(?<=")[A-Z]{0,3}\d+(?=")', text))
    if draw.random() < 0.5 and numbers:
        found = draw.choice(numbers)
        huge = draw.choice((b"XFD1048576", b"A1048576", b"XFD1", b"-1", b"99999999999", b"A0", b"", b"1e9"))
        return repacked(content, {name: text[: found.start()] + huge + text[found.end() :]})
    if draw.random() < 0.3:
        return repacked(content, {name: member(content, draw.choice(names))})
    return repacked(content, {name: draw.choice((_flip, _cut, _repeat))(text, draw)})


def crashed(answer) -> bool:
    """Whether an answer is an error of the server or tells of its inside."""
    said = answer.data
    return answer.status_code >= 500 or b"psycopg" in said or b"sqlalchemy" in said.lower()
