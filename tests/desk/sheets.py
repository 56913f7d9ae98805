"""A sheet of one programme, a row of it, and what it gives."""

from __future__ import annotations

from datetime import date
from pathlib import Path

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
