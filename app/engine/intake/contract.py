"""The labour contract behind a claim: columns of table and sheet that the programmes about contracts share."""

from datetime import date

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.engine.rules.contracts import CATEGORIES
from app.engine.sheets import Column, Kind

PERSON_COLUMNS = (
    Column("name", "姓名", Kind.TEXT, required=True, note="与身份证一致", example="张三"),
    Column(
        "citizen_id",
        "公民身份号码",
        Kind.CITIZEN_ID,
        required=True,
        note="18位，单元格须为文本格式",
        example="510104199001010019",
    ),
)
REST_COLUMNS = (
    Column("category", "人员类别", Kind.CHOICE, required=True, choices=CATEGORIES, example=CATEGORIES[0][1]),
    Column(
        "contract_start",
        "劳动合同开始日期",
        Kind.DATE,
        required=True,
        note="如 2026-03-01",
        example="2026-03-01",
    ),
    Column(
        "contract_end",
        "劳动合同终止日期",
        Kind.DATE,
        open_ended=True,
        note="无固定期限合同不填，或写“无固定期限”",
        example="2027-02-28",
    ),
    Column("phone", "联系电话", Kind.PHONE, example="13800000000"),
    Column("remark", "备注", Kind.TEXT, note="证件号、电话等长号码保存时会遮盖"),
)


class LabourContract:
    """Columns of a claim; `category` is one of `CATEGORIES`, an open-ended contract has no end."""

    category: Mapped[str | None] = mapped_column(String(20), use_existing_column=True)
    contract_start: Mapped[date | None] = mapped_column(use_existing_column=True)
    contract_end: Mapped[date | None] = mapped_column(use_existing_column=True)
