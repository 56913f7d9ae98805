"""The people sheet of the hiring subsidy (`domain.md` §5.1)."""

from app.engine.rules.contracts import CATEGORIES
from app.engine.sheets import Column, Kind, Sheet

SHEET = Sheet(
    name="hiring_subsidy",
    title="一次性吸纳就业补贴人员名单",
    tab="人员名单",
    columns=(
        Column("name", "姓名", Kind.TEXT, required=True, note="与身份证一致", example="张三"),
        Column(
            "citizen_id",
            "公民身份号码",
            Kind.CITIZEN_ID,
            required=True,
            note="18位，单元格须为文本格式",
            example="510104199001010010",
        ),
        Column(
            "category", "人员类别", Kind.CHOICE, required=True, choices=CATEGORIES, example=CATEGORIES[0][1]
        ),
        Column(
            "contract_start",
            "劳动合同开始日期",
            Kind.DATE,
            required=True,
            note="如 2026-03-01",
            example="2026-03-01",
        ),
        Column(
            "contract_end", "劳动合同终止日期", Kind.DATE, note="无固定期限合同不填", example="2027-02-28"
        ),
        Column("phone", "联系电话", Kind.PHONE, example="13800000000"),
        Column("remark", "备注", Kind.TEXT),
    ),
)
