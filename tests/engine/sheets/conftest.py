import subprocess
from datetime import date
from pathlib import Path

import pytest

from app.engine.sheets.columns import Column, Kind, Sheet
from app.engine.sheets.reading import SheetContent, read

TODAY = date(2026, 3, 1)
HIRED = Sheet(
    "hired",
    "一次性吸纳就业补贴人员花名册",
    "招用人员",
    (
        Column("name", "姓名", Kind.TEXT, required=True, example="张三", note="与身份证一致"),
        Column("citizen_id", "公民身份号码", Kind.CITIZEN_ID, required=True, example="11010519491231002X"),
        Column(
            "category",
            "人员类别",
            Kind.CHOICE,
            required=True,
            choices=(("registered", "登记失业半年以上人员"), ("stranded", "因疫情无法返岗农民工")),
            example="登记失业半年以上人员",
            width=28,
        ),
        Column("starts_on", "劳动合同开始日期", Kind.DATE, required=True, example="2020-03-01"),
        Column("ends_on", "劳动合同终止日期", Kind.DATE, note="留空表示无固定期限"),
        Column("phone", "联系电话", Kind.PHONE, example="13800138000"),
        Column("remark", "备注", Kind.TEXT),
    ),
)
HEADER = [column.title for column in HIRED.columns]
ROW = ["张三", "11010519491231002X", "登记失业半年以上人员", "2020-03-01", "2021-02-28", "13800138000", "无"]
VALUES = {
    "name": "张三",
    "citizen_id": "11010519491231002X",
    "category": "registered",
    "starts_on": date(2020, 3, 1),
    "ends_on": date(2021, 2, 28),
    "phone": "13800138000",
    "remark": "无",
}


def read_hired(path: Path) -> SheetContent:
    return read_path(HIRED, path)


def read_path(sheet: Sheet, path: Path, **more: object) -> SheetContent:
    with path.open("rb") as file:
        return read(sheet, file, today=TODAY, **more)


def office(source: Path, target: str, filters: str = "") -> Path:
    """What LibreOffice makes of a file when it is opened and saved as another type."""
    folder = source.parent / f"office-{target}"
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation=file://{source.parent}/profile",
            "--headless",
            "--convert-to",
            f"{target}:{filters}" if filters else target,
            "--outdir",
            folder,
            source,
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return folder / f"{source.stem}.{target}"


@pytest.fixture
def book(tmp_path):
    """Writes rows as a spreadsheet of one tab with openpyxl, and gives its path."""
    from openpyxl import Workbook

    def write(*rows, name="book.xlsx", tab="招用人员"):
        workbook = Workbook()
        page = workbook.active
        page.title = tab
        for row in rows:
            page.append(row)
        workbook.save(tmp_path / name)
        return tmp_path / name

    return write


@pytest.fixture
def text(tmp_path):
    """Writes rows as a text file, and gives its path."""

    def write(*rows, encoding="utf-8", delimiter=",", name="book.csv", newline="\r\n"):
        lines = newline.join(delimiter.join(map(str, row)) for row in rows) + newline
        (tmp_path / name).write_bytes(lines.encode(encoding))
        return tmp_path / name

    return write
