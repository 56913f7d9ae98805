"""Files that are not the sheet, or are made to do harm: one clear sentence each, and nothing else happens."""

import io
import os
import re
import struct
import zipfile

import openpyxl
import pytest
import xlsxwriter
import xlwt
from xlwt import CompoundDoc

from app.engine.sheets import child
from app.engine.sheets.templates import EXAMPLE_TAB, template
from app.kernel.errors import BadSheet
from tests.desk.sheets import HEADER, HIRED, ROW, read_hired


def refused(path, *words):
    with pytest.raises(BadSheet) as caught:
        read_hired(path)
    sentence = str(caught.value)
    assert all(word in sentence for word in words), sentence
    assert re.search("请|改为", sentence)
    return sentence


def repacked(source, changes, target):
    """The zip of `source` with members added or replaced."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in changes:
                new.writestr(name, old.read(name))
        for name, content in changes.items():
            new.writestr(name, content)
    return target


@pytest.fixture
def good(book):
    return book(HEADER, ROW)


def test_a_missing_column_is_named(book):
    refused(book(HEADER[:1] + HEADER[2:], ROW[:1] + ROW[2:]), "招用人员", "第 1 行", "公民身份号码")


def test_a_missing_optional_column_is_missing_too(book):
    refused(book(["花名册"], HEADER[:4] + HEADER[5:], ROW), "第 2 行", "劳动合同终止日期")


def test_a_renamed_column_is_recognised(book):
    header = ["姓名", "身份证号", *HEADER[2:]]
    refused(book(header, ROW), "缺少列：公民身份号码", "“身份证号”→“公民身份号码”")


def test_a_repeated_column_is_refused(book):
    refused(book([*HEADER, "姓名"], [*ROW, "李四"]), "姓名", "重复", "A、H")


def test_a_header_far_below_is_found_and_one_beyond_all_reason_is_not_looked_for(book):
    assert read_hired(book(*[["说明"]] * 150, HEADER, ROW)).rows[0].number == 152
    refused(book(*[["说明"]] * 200, HEADER, ROW), "没有“一次性吸纳就业补贴人员花名册”的表头")


@pytest.mark.parametrize(
    "rows", [[["客户", "金额"], ["甲", 1]], [["姓名", "联系电话"], ["张三", "1"]], [[1, 2]]]
)
def test_a_foreign_template(book, rows):
    refused(book(*rows), "选错了文件", "模板")


def test_a_header_without_data(book, text):
    refused(book(["花名册"], HEADER, [" "]), "招用人员", "第 2 行", "没有数据")
    refused(text(HEADER), "没有数据")


def test_a_workbook_without_anything(book):
    refused(book(), "没有任何数据")


@pytest.mark.parametrize("content", [b"", b"\r\n\r\n", b"\xef\xbb\xbf"])
def test_an_empty_text(tmp_path, content):
    (tmp_path / "book.csv").write_bytes(content)
    refused(tmp_path / "book.csv", "没有任何")


def test_an_empty_template(tmp_path):
    (tmp_path / "book.xlsx").write_bytes(template(HIRED))
    refused(tmp_path / "book.xlsx", "没有数据")


def test_the_example_is_never_read(tmp_path):
    workbook = openpyxl.load_workbook(io.BytesIO(template(HIRED)))
    del workbook["招用人员"]
    workbook[EXAMPLE_TAB].delete_rows(1, workbook[EXAMPLE_TAB].max_row - 2)
    workbook.save(tmp_path / "book.xlsx")
    refused(tmp_path / "book.xlsx", "没有任何数据")


def test_two_filled_tabs(tmp_path):
    workbook = openpyxl.Workbook()
    for tab in ("甲", "乙"):
        page = workbook.create_sheet(tab)
        page.append(HEADER)
        page.append(ROW)
    workbook.save(tmp_path / "book.xlsx")
    refused(tmp_path / "book.xlsx", "甲、乙", "只保留一张")


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n\0\0",
        b"\xff\xd8\xff\xe0\x00\x10JFIF\0\x01",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b"MZ\x90\0\x03\0\0\0",
        bytes(range(256)) * 16,
    ],
)
def test_an_unknown_type(tmp_path, content):
    (tmp_path / "book.xlsx").write_bytes(content)
    refused(tmp_path / "book.xlsx", "无法识别这种文件", "另存为")


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"<html><table><tr><td>x</td></tr></table></html>", "网页"),
        (b"\r\n<!DOCTYPE html>\n<!-- <!-- --> <body><table>", "网页"),
        (b"MIME-Version: 1.0\r\nX-Document-Type: Workbook", "网页"),
        (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>', "XML 表格"),
        (b'<?xml version="1.0"?><ss:Workbook/>', "XML 表格"),
        (b"ID;PWXL;N;E\r\n", "SLK"),
        (b"\x09\x02\x06\x00\x00\x00\x10\x00", "很早的 Excel 格式"),
    ],
)
def test_another_kind_of_sheet_is_named(tmp_path, content, named):
    (tmp_path / "book.xls").write_bytes(content)
    refused(tmp_path / "book.xls", named, "*.xlsx")


@pytest.mark.parametrize(("kind", "named"), [("ods", ".ods"), ("fods", ".ods"), ("html", "网页")])
def test_another_office_document(libreoffice, good, kind, named):
    refused(libreoffice(good, kind), named, "另存为")


def test_a_binary_workbook(good, tmp_path):
    refused(repacked(good, {"xl/workbook.bin": b""}, tmp_path / "b.xlsb"), ".xlsb", "*.xlsx")


def test_a_document_is_no_workbook(good, tmp_path):
    with zipfile.ZipFile(good) as archive:
        root = archive.read("_rels/.rels").replace(b"xl/workbook.xml", b"word/document.xml")
    changed = repacked(good, {"_rels/.rels": root, "word/document.xml": b"<document/>"}, tmp_path / "b.docx")
    refused(changed, "无法识别这种文件")


def test_an_unreadable_encoding(tmp_path):
    (tmp_path / "book.csv").write_bytes("姓名,备注\n".encode() + b"\xff\xff\xff\n")
    refused(tmp_path / "book.csv", "编码")


@pytest.mark.parametrize("kept", [0.3, 0.9, 0.99])
def test_a_truncated_workbook(good, kept):
    content = good.read_bytes()
    good.write_bytes(content[: int(len(content) * kept)])
    refused(good, "损坏")


def test_a_truncated_old_workbook(tmp_path):
    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet("招用人员")
    for index, title in enumerate(HEADER * 30):
        page.write(0, index, title)
    book.save(tmp_path / "book.xls")
    content = (tmp_path / "book.xls").read_bytes()
    (tmp_path / "book.xls").write_bytes(content[: len(content) // 2])
    refused(tmp_path / "book.xls", "请")


def test_a_workbook_with_broken_xml(good, tmp_path):
    changed = repacked(
        good, {"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row>"}, tmp_path / "b.xlsx"
    )
    refused(changed, "请")


def test_an_encrypted_workbook(tmp_path):
    CompoundDoc.XlsDoc().save(str(tmp_path / "book.xlsx"), bytes(8192))
    content = (tmp_path / "book.xlsx").read_bytes()
    workbook, package = "Workbook".encode("utf-16-le"), "EncryptedPackage".encode("utf-16-le")
    place = content.index(workbook)
    entry = package.ljust(64, b"\0") + struct.pack("<H", len(package) + 2)
    (tmp_path / "book.xlsx").write_bytes(content[:place] + entry + content[place + 66 :])
    refused(tmp_path / "book.xlsx", "密码")


@pytest.mark.parametrize(
    "filepass",
    [
        b"\x00\x00\x34\x12\x78\x56",
        b"\x01\x00\x01\x00\x01\x00" + bytes(48),
        b"\x01\x00\x02\x00\x02\x00" + bytes(100),
    ],
)
def test_an_encrypted_old_workbook(tmp_path, filepass):
    book = xlwt.Workbook(encoding="utf-8")
    book.add_sheet("招用人员").write(0, 0, "姓名")
    stream = book.get_biff_data()
    first = 4 + struct.unpack_from("<H", stream, 2)[0]
    record = struct.pack("<HH", 0x2F, len(filepass)) + filepass
    CompoundDoc.XlsDoc().save(str(tmp_path / "book.xls"), stream[:first] + record + stream[first:])
    refused(tmp_path / "book.xls", "密码")


def test_an_encrypted_zip(good):
    content = bytearray(good.read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for found in re.finditer(re.escape(signature), bytes(content)):
            content[found.start() + flags] |= 1
    good.write_bytes(content)
    refused(good, "密码")


@pytest.mark.parametrize("name", ["xl/vbaProject.bin", "XL/VBAPROJECT.BIN", "xl/macrosheets/sheet1.xml"])
def test_a_macro(good, tmp_path, name):
    refused(repacked(good, {name: b"\xd0\xcf\x11\xe0"}, tmp_path / "book.xlsm"), "宏")


def test_a_macro_in_an_old_workbook(tmp_path):
    book = xlwt.Workbook(encoding="utf-8")
    book.add_sheet("招用人员").write(0, 0, "姓名")
    book.save(tmp_path / "book.xls")
    with (tmp_path / "book.xls").open("ab") as stream:
        stream.write("_VBA_PROJECT_CUR".encode("utf-16-le").ljust(512, b"\0"))
    refused(tmp_path / "book.xls", "宏")


ENTITIES = '<!DOCTYPE x [<!ENTITY a "张三"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("padding", [0, (1 << 16) - 5])
def test_an_xml_entity(good, tmp_path, encoding, padding):
    with zipfile.ZipFile(good) as archive:
        plain = archive.read("xl/workbook.xml").decode()
    hostile = f'<?xml version="1.0" encoding="{encoding}"?>{" " * padding}{ENTITIES}{plain}'
    changed = repacked(good, {"xl/workbook.xml": hostile.encode(encoding)}, tmp_path / "b.xlsx")
    refused(changed, "实体")


def test_a_file_of_more_than_20_mib(tmp_path):
    (tmp_path / "book.csv").write_bytes(b"a" * (25 << 20))
    refused(tmp_path / "book.csv", "20 MB")


def test_more_rows_than_a_file_may_have(text, monkeypatch):
    monkeypatch.setattr("app.engine.sheets.reading.MAX_ROWS", 2_000)
    path = text(HEADER, *[["张三", "", "", "", "", "", ""]] * 2_001)
    refused(path, "2000 行", "分成几个文件")


@pytest.mark.soak
def test_200_000_rows_are_read(text):
    assert len(read_hired(text(HEADER, *[["张三", "", "", "", "", "", ""]] * 200_000)).rows) == 200_000


@pytest.mark.parametrize("count", [20_000, pytest.param(100_000, marks=pytest.mark.soak)])
def test_many_whole_rows_of_a_workbook_are_read(tmp_path, count):
    with xlsxwriter.Workbook(tmp_path / "book.xlsx") as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEADER)
        for number in range(count):
            page.write_row(number + 1, 0, [f"张三{number}", *ROW[1:]])
    content = read_hired(tmp_path / "book.xlsx")
    assert (len(content.rows), content.rows[-1].number) == (count, count + 1)


@pytest.mark.parametrize("corner", ["XFD1048576", "XFD2", "A1048576"])
def test_a_cell_in_the_corner_harms_nobody(tmp_path, corner):
    workbook = openpyxl.Workbook()
    page = workbook.active
    page.append(HEADER)
    page.append(ROW)
    page[corner] = "x"
    workbook.save(tmp_path / "book.xlsx")
    try:
        rows = read_hired(tmp_path / "book.xlsx").rows
    except BadSheet as error:
        assert "范围过大" in str(error)
    else:
        assert rows[0].errors == {}


def test_the_whole_corner_dies_in_the_parser_alone(tmp_path):
    workbook = openpyxl.Workbook()
    workbook.active["A1"] = workbook.active["XFD1048576"] = "x"
    workbook.save(tmp_path / "book.xlsx")
    refused(tmp_path / "book.xlsx", "范围过大", "模板")


def test_a_zip_bomb_that_says_so(good, tmp_path):
    bomb = repacked(good, {"xl/media/image1.png": bytes(51 << 20)}, tmp_path / "b.xlsx")
    refused(bomb, "50 MB")


def understated(path, size):
    """Writes `size` as the unpacked size of the last member, in both of its headers."""
    content = bytearray(path.read_bytes())
    content[(place := content.rindex(b"PK\x01\x02") + 24) : place + 4] = struct.pack("<I", size)
    content[(place := content.rindex(b"PK\x03\x04") + 22) : place + 4] = struct.pack("<I", size)
    path.write_bytes(content)
    return path


def test_a_zip_bomb_that_lies(good, tmp_path):
    sheet = b"<worksheet><sheetData>" + b" " * (300 << 20) + b"</sheetData></worksheet>"
    bomb = repacked(good, {"xl/worksheets/sheet1.xml": sheet}, tmp_path / "b.xlsx")
    refused(understated(bomb, 1000), "50 MB")


@pytest.mark.parametrize("size", [10, 100_000])
def test_a_size_that_is_not_true(good, tmp_path, size):
    changed = repacked(good, {"docProps/custom.xml": b"<x/>" * 100}, tmp_path / "b.xlsx")
    refused(understated(changed, size), "不符")


def test_rows_that_unpack_to_too_much_text(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "book.xlsx") as book:
        page = book.add_worksheet()
        for row in range(40_000):
            page.write_string(row, 0, "长" * 32_000)
    refused(tmp_path / "book.xlsx", "范围过大")


def test_a_parser_that_does_not_come_back_is_ended():
    endless, never_closed = os.pipe()
    with os.fdopen(endless, "rb") as file, pytest.raises(BadSheet, match="超时"):
        list(child.rows(file, seconds=0.2))
    os.close(never_closed)


def test_leaving_early_ends_the_parser(text):
    with text(*[ROW] * 50_000).open("rb") as file:
        rows = child.rows(file)
        assert next(rows)[:2] == ("CSV", 1)
        rows.close()


@pytest.mark.parametrize("size", [1 << 12, 1 << 16])
def test_quotes_that_never_close(tmp_path, size):
    (tmp_path / "book.csv").write_bytes(b'"' + b"a," * size)
    refused(tmp_path / "book.csv", "请")
