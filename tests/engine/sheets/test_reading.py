"""Files as people send them."""

from datetime import date, datetime

import openpyxl
import pytest
import xlsxwriter
import xlwt

from app.engine.sheets.columns import Column, Kind, Sheet
from tests.desk.sheets import HEADER, ROW, VALUES, read_hired, read_path


def only(path):
    content = read_hired(path)
    assert len(content.rows) == 1
    assert content.rows[0].errors == {}
    return content.rows[0]


def test_openpyxl(book):
    path = book(HEADER, ROW)
    content = read_hired(path)
    assert content.tab == "招用人员"
    assert [(row.number, row.values, row.errors) for row in content.rows] == [(2, VALUES, {})]
    assert content.rows[0].raw == dict(zip(VALUES, ROW, strict=True))


@pytest.mark.parametrize("constant_memory", [True, False])
def test_xlsxwriter(tmp_path, constant_memory):
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path, {"constant_memory": constant_memory}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEADER)
        page.write_row(1, 0, ROW)
    assert only(path).values == VALUES


def test_xls(tmp_path):
    path = tmp_path / "book.xls"
    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet("招用人员", cell_overwrite_ok=True)
    style = xlwt.easyxf(num_format_str="yyyy/m/d")
    for index, title in enumerate(HEADER):
        page.write(3, index + 2, title)
        page.write(4, index + 2, ROW[index])
    page.write(4, 5, date(2020, 3, 1), style)
    page.write(4, 7, 13800138000)
    book.save(path)
    row = only(path)
    assert (row.number, row.values) == (5, VALUES)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_text(text, encoding, delimiter):
    row = only(text(["花名册"], HEADER, ROW, encoding=encoding, delimiter=delimiter))
    assert (row.number, row.values) == (3, VALUES)


def test_rare_characters_survive_gb18030(text):
    rare = ["王𬎆㛃", *ROW[1:]]
    assert only(text(HEADER, rare, encoding="gb18030")).values["name"] == "王𬎆㛃"


def test_remarks_with_other_separators_do_not_mislead(text):
    remark = ";".join("一二三四五六七八九十")
    path = text(HEADER, [*ROW[:6], f'"{remark}\n第二行,完"'], [*ROW[:6], "无"])
    content = read_hired(path)
    assert [row.values["remark"] for row in content.rows] == [f"{remark}第二行,完", "无"]
    assert [row.number for row in content.rows] == [2, 3]


@pytest.mark.parametrize("name", ["book.xls", "book.csv", "book", "花名册 (1).XLSX.tmp"])
def test_content_decides_not_the_name(book, text, name):
    assert only(book(HEADER, ROW, name=name)).values == VALUES
    assert only(text(HEADER, ROW, name=name)).values == VALUES


@pytest.mark.parametrize(
    ("target", "filters"),
    [
        ("xlsx", "Calc MS Excel 2007 XML"),
        ("xls", "MS Excel 97"),
        ("csv", "Text - txt - csv (StarCalc):44,34,76"),
        ("csv", "Text - txt - csv (StarCalc):9,34,GBK"),
    ],
)
def test_libreoffice(libreoffice, tmp_path, target, filters):
    workbook = openpyxl.Workbook()
    page = workbook.active
    page.append(["花名册"])
    page.append(HEADER)
    page.append([*ROW[:3], date(2020, 3, 1), datetime(2021, 2, 28), "13800138000", '="无"'])
    page.append([])
    page.append(ROW)
    page.row_dimensions[5].hidden = True
    workbook.save(tmp_path / "source.xlsx")
    content = read_hired(libreoffice(tmp_path / "source.xlsx", f"{target}:{filters}"))
    assert [(row.number, row.values, row.errors) for row in content.rows] == [
        (3, VALUES, {}),
        (5, VALUES, {}),
    ]


def test_columns_in_another_order_with_extra_ones(book):
    order = [6, 3, 0, 2, 5, 1, 4]
    header = ["序号", None, *(HEADER[i] for i in order), "部门"]
    row = [1, "x", *(ROW[i] for i in order), "生产部"]
    assert only(book(header, row)).values == VALUES


def test_header_below_a_title_with_stars_and_blanks(book):
    header = ["姓 名＊", "公民身份号码*", "人员类别 *", *HEADER[3:]]
    row = only(book(["花名册"], [], ["填报单位：某某公司"], header, ROW))
    assert (row.number, row.values) == (5, VALUES)


def test_blank_rows_are_skipped_and_numbers_stay_the_spreadsheets(book):
    content = read_hired(book(HEADER, [], ROW, ["", " ", "　"], [None] * 7 + ["部门"], ROW))
    assert [row.number for row in content.rows] == [3, 6]


def test_formulas_give_their_cached_value(tmp_path):
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEADER)
        page.write_row(1, 0, ROW)
        page.write_formula(1, 0, '=CONCATENATE("张","三")', None, "张三")
        page.write_formula(1, 3, "=DATE(2020,3,1)", book.add_format({"num_format": "yyyy-mm-dd"}), 43891)
    assert only(path).values == VALUES


def test_hidden_rows_and_columns_are_read(tmp_path):
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEADER)
        page.write_row(1, 0, ROW)
        page.set_row(1, None, None, {"hidden": True})
        page.set_column(1, 1, None, None, {"hidden": True})
    assert only(path).values == VALUES


@pytest.mark.parametrize(
    "typed",
    [
        date(2020, 3, 1),
        datetime(2020, 3, 1, 9, 30),
        "2020/3/1",
        "2020-03-01",
        "20200301",
        20200301,
        "2020.3.1",
        "2020年3月1日",
        "２０２０年３月１日",
        " 2020 - 3 - 1 ",
        "2020-03-01 00:00:00",
        "'2020-03-01",
    ],
)
def test_dates(book, typed):
    assert only(book(HEADER, [*ROW[:3], typed, *ROW[4:]])).values["starts_on"] == date(2020, 3, 1)


@pytest.mark.parametrize(
    "typed",
    [
        "11010519491231002x",
        " 110105 19491231 002X",
        "１１０１０５１９４９１２３１００２Ｘ",
        "'11010519491231002X",
    ],
)
def test_citizen_ids(book, typed):
    row = only(book(HEADER, [ROW[0], typed, *ROW[2:]]))
    assert row.values["citizen_id"] == "11010519491231002X"
    assert row.raw["citizen_id"] == typed


@pytest.mark.parametrize("typed", ["110105194912310021", "510104900101123", "无", 510104900101123])
def test_a_wrong_but_readable_citizen_id_is_left_to_the_rules(book, typed):
    assert only(book(HEADER, [ROW[0], typed, *ROW[2:]])).values["citizen_id"] == str(typed)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (13800138000, "13800138000"),
        (13800138000.0, "13800138000"),
        ("１３８ ００１３ ８０００", "13800138000"),
        ("+86 138-0013-8000", "13800138000"),
        ("028-86600000", "028-86600000"),
        (None, None),
    ],
)
def test_phones(book, typed, expected):
    assert only(book(HEADER, [*ROW[:5], typed, *ROW[6:]])).values["phone"] == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (" 张　三 ", "张三"),
        ("阿依古丽 · 买买提", "阿依古丽·买买提"),
        ("Ｊｏｈｎ　Smith", "John Smith"),
        ("𠮷野，家", "𠮷野，家"),
        ("=1+1", "=1+1"),
        (True, "TRUE"),
    ],
)
def test_names(tmp_path, typed, expected):
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEADER)
        page.write_row(1, 0, [typed, *ROW[1:]])
    assert only(path).values["name"] == expected


@pytest.mark.parametrize(
    ("index", "typed", "words"),
    [
        (0, None, ["A 列", "姓名", "没有填写", "补填"]),
        (0, " 　", ["A 列", "没有填写"]),
        (1, None, ["B 列", "公民身份号码", "没有填写"]),
        (2, "临时工", ["C 列", "临时工", "登记失业半年以上人员", "因疫情无法返岗农民工"]),
        (3, "明年三月", ["D 列", "明年三月", "2020-03-01"]),
        (3, "2020-02-30", ["D 列", "2020-02-30"]),
        (4, 4389, ["E 列", "4389", "是数字", "设为“日期”"]),
        (3, 202003, ["D 列", "202003", "是数字"]),
        (3, "待定", ["D 列", "待定"]),
        (6, "长" * 201, ["G 列", "201", "200"]),
        (1, 510104199001011234, ["B 列", "四舍五入", "文本"]),
        (1, "5.10104E+17", ["B 列", "5.10104E+17", "四舍五入", "文本"]),
        (1, "510104199001011000", ["B 列", "四舍五入", "文本"]),
        (5, "1.38E+10", ["F 列", "四舍五入"]),
        (6, 6222020000000000123, ["G 列", "四舍五入"]),
    ],
)
def test_a_wrong_cell_is_named_and_the_rest_of_the_row_is_read(book, index, typed, words):
    row = list(ROW)
    row[index] = typed
    found, whole = read_hired(book(["花名册"], HEADER, row, ROW)).rows
    field = list(VALUES)[index]
    assert list(found.errors) == [field]
    assert found.values == VALUES | {field: None}
    sentence = str(found.errors[field])
    assert sentence.startswith("工作表“招用人员”第 3 行")
    assert all(word in sentence for word in words)
    assert (whole.values, whole.errors) == (VALUES, {})


def test_a_whole_row_may_be_wrong(book):
    row = read_hired(book(HEADER, ["王五", None, None, None, None, None, None])).rows[0]
    assert set(row.errors) == {"citizen_id", "category", "starts_on"}


NUMBERS = Sheet(
    "numbers",
    "数字",
    "数字",
    (
        Column("code", "统一社会信用代码", Kind.USCC, required=True),
        Column("hours", "课时", Kind.INTEGER),
        Column("amount", "金额", Kind.MONEY),
    ),
)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["91110000600037341l", 40, 1000.1], ["91110000600037341L", 40, "1000.10"]),
        ([" ９１１１００００ 600037341L", "４０", "￥1,000.50元"], ["91110000600037341L", 40, "1000.50"]),
        (["x", "40.0", 0.1 + 0.2], ["X", 40, "0.30"]),
    ],
)
def test_codes_and_numbers(book, cells, expected):
    row = read_path(NUMBERS, book([c.title for c in NUMBERS.columns], cells)).rows[0]
    assert row.errors == {}
    assert [row.values["code"], row.values["hours"], str(row.values["amount"])] == expected


@pytest.mark.parametrize(
    ("cells", "wrong"),
    [
        ([911100006000373412, None, None], "code"),
        (["x", 40.5, None], "hours"),
        (["x", "四十", None], "hours"),
        (["x", 10**16, None], "hours"),
        (["x", None, "1000.005"], "amount"),
        (["x", None, "一千"], "amount"),
        (["x", None, float(10**17)], "amount"),
    ],
)
def test_wrong_codes_and_numbers(book, cells, wrong):
    row = read_path(NUMBERS, book([c.title for c in NUMBERS.columns], cells)).rows[0]
    assert list(row.errors) == [wrong]


TYPED = Sheet(
    "typed", "栏目", "栏目", (Column("month", "月份", Kind.MONTH), Column("rate", "比例", Kind.DECIMAL))
)


@pytest.mark.parametrize(
    "written", ["2026-03", 202603, "2026年3月", date(2026, 3, 1), "'2026/3", "2026-03-15 00:00:00", 46082]
)
def test_months(book, written):
    row = read_path(TYPED, book(["月份", "比例"], [written, None])).rows[0]
    assert (row.errors, row.values["month"]) == ({}, date(2026, 3, 1))


@pytest.mark.parametrize("written", ["三月", "2026-13", 2026.1, 20263, "2026年"])
def test_what_is_no_month_is_refused_with_how_to_write_it(book, written):
    row = read_path(TYPED, book(["月份", "比例"], [written, None])).rows[0]
    assert "2026-03" in row.errors["month"].text() and row.values["month"] is None


@pytest.mark.parametrize(
    ("written", "expected"),
    [(0.5, "0.5"), ("1,200.500", "1200.5"), (-3, "-3"), ("０．１６", "0.16"), (100, "100")],
)
def test_decimals_keep_what_is_written_without_zeros_behind(book, written, expected):
    row = read_path(TYPED, book(["月份", "比例"], [None, written])).rows[0]
    assert (row.errors, str(row.values["rate"])) == ({}, expected)


@pytest.mark.parametrize("written", ["一半", "1.2.3", "0.1234567", "5%", float(10**17)])
def test_what_is_no_decimal_is_refused(book, written):
    assert list(read_path(TYPED, book(["月份", "比例"], [None, written])).rows[0].errors) == ["rate"]


def test_the_filled_tab_is_found_among_others(tmp_path):
    workbook = openpyxl.Workbook()
    workbook.active.title = "说明"
    workbook.active.append(["请填写第二张表"])
    workbook.create_sheet("空表").append(HEADER)
    filled = workbook.create_sheet("名单")
    filled.append(HEADER)
    filled.append(ROW)
    hidden = workbook.create_sheet("旧名单")
    hidden.append(HEADER)
    hidden.append(ROW)
    hidden.sheet_state = "hidden"
    workbook.save(tmp_path / "book.xlsx")
    content = read_hired(tmp_path / "book.xlsx")
    assert (content.tab, len(content.rows)) == ("名单", 1)


def test_raw_text_is_printable(text):
    row = only(text(HEADER, ["张三", *ROW[1:6], '"一\r\n二\x7f"']))
    assert row.raw["remark"] == "一\n二"
