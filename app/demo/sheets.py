"""Ready-made people sheets of the hiring subsidy, and the note that says who uploads which for whom."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from app.demo.categories import CATEGORIES, HIRING_SHEET, SERVICE_SHEET
from app.demo.dreadful import csv_in_gbk, workbook
from app.demo.identities import Firm
from app.demo.stories import Hire
from app.demo.users import COUNTIES, PASSWORD, USERS
from app.engine.sheets import Sheet, template
from app.kernel.messages import N_

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

FOLDER = "demo_sheets"
NOTE = "说明.txt"
SERVICE = "7-service.xlsx"
DREADFUL_IN_XLSX = 10


def filled(hires: Sequence[Hire], kind: Sheet = HIRING_SHEET) -> bytes:
    """Return the template as a careful clerk fills it in; openpyxl is slow to import and no web worker's business."""
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(template(kind)))
    sheet = book[kind.tab]
    header, columns = _header(sheet, kind)
    for number, hire in enumerate(hires, header + 1):
        for title, value in {**cells(hire), **place(hire)}.items():
            if title in columns:
                sheet.cell(number, columns[title]).value = value or None
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def cells(hire: Hire) -> dict[str, str]:
    """Return a row of the sheet by the columns' titles."""
    return {
        "姓名": hire.typed.get("name", hire.person.name),
        "公民身份号码": hire.typed.get("citizen_id", hire.person.citizen_id),
        "人员类别": dict(CATEGORIES)[hire.category],
        "劳动合同开始日期": hire.starts_on.isoformat(),
        "劳动合同终止日期": hire.ends_on.isoformat() if hire.ends_on else "",
        "联系电话": hire.person.phone,
        "备注": hire.remark,
    }


def place(hire: Hire) -> dict[str, str]:
    """Return where the person works, for sheets that ask."""
    return {"就业单位统一社会信用代码": hire.firm.uscc, "参保地": COUNTIES[hire.firm.region]}


class DemoSheet(NamedTuple):
    """A file to try: its name, the hires that it is about, how it is written, what it shows."""

    name: str
    group: str
    write: Callable[[Sequence[Hire]], bytes]
    shows: str
    username: str = "clerk"


SHEETS = (
    DemoSheet("1-good.xlsx", "good", filled, N_("40人，全部通过")),
    DemoSheet("2-mixed.xlsx", "mixed", filled, N_("30人，各条风控点至少一次不通过；备注写明原因")),
    DemoSheet(
        "3-dreadful.xlsx", "dreadful", lambda hires: workbook(list(map(cells, hires[:DREADFUL_IN_XLSX]))),
        N_("格式混乱：全角数字、各种日期写法、空行、隐藏行、被四舍五入的号码、重复人员、缺项"),
    ),
    DemoSheet(
        "4-dreadful.csv", "dreadful", lambda hires: csv_in_gbk(list(map(cells, hires[DREADFUL_IN_XLSX:]))),
        N_("GBK编码的CSV，列顺序不同"),
    ),
    DemoSheet("5-large-employer.xlsx", "large", filled, N_("6人，大型企业，均因C-05不通过")),
    DemoSheet(
        "6-qingyang.xlsx", "neighbour", filled, N_("11人，最后一人在1-good.xlsx申请提交后为C-04已享受"), "clerk_b"
    ),
    DemoSheet(
        SERVICE, "placed", lambda hires: filled(hires, SERVICE_SHEET), N_("就业创业服务补助，16人，两个区县的就业单位，全部通过")
    ),
)  # fmt: skip

OFFERED = ((NOTE, N_("每份名单对应的单位、参保地和上传人")), *((sheet.name, sheet.shows) for sheet in SHEETS))
"""(file name, what it shows) of each download."""


def write_sheets(folder: Path, groups: Mapping[str, Sequence[Hire]], institution: Firm) -> None:
    """Write the sheets and the note, over those of an earlier demonstration."""
    folder.mkdir(parents=True, exist_ok=True)
    for sheet in SHEETS:
        (folder / sheet.name).write_bytes(sheet.write(groups[sheet.group]))
    (folder / NOTE).write_text(_note(groups, institution), encoding="utf-8-sig", newline="\r\n")


def _header(sheet: Worksheet, kind: Sheet) -> tuple[int, dict[str, int]]:
    """Return the header's row number and each title's column."""
    titles = {column.title for column in kind.columns}
    for number, row in enumerate(sheet.iter_rows(), 1):
        columns_by_title = {
            str(cell.value or "").rstrip("*＊ "): column for column, cell in enumerate(row, 1)
        }
        if titles <= set(columns_by_title):
            return number, columns_by_title
    raise ValueError("the template has no header")


def _note(groups: Mapping[str, Sequence[Hire]], institution: Firm) -> str:
    offices = {user.username: user for user in USERS}
    lines = [
        "演示用人员名单 / Ready-made sheets",
        "业务经办 → 单位服务 → 一次性吸纳就业补贴 → 一次性吸纳就业补贴申请",
        "就业创业服务补助的名单：业务经办 → 机构服务 → 疫情就业创业服务补助 → 就业创业服务补助申请",
        f"口令 / password: {PASSWORD}",
    ]
    for sheet in SHEETS:
        firm = institution if sheet.name == SERVICE else groups[sheet.group][0].firm
        user = offices[sheet.username]
        lines += [
            "",
            f"{sheet.name}：{sheet.shows}",
            f"  单位：{firm.name}（{firm.uscc}，单位编号 {firm.unit_no}）",
            f"  单位参保地：{COUNTIES[firm.region]}（{firm.region}）",
            f"  上传人：{sheet.username}（{user.name}，{COUNTIES[user.office]}经办）",
        ]
    return "\n".join(lines) + "\n"
