"""The people sheet, with two columns that no other programme has."""

from app.engine.intake.contract import PERSON_COLUMNS, REST_COLUMNS
from app.engine.sheets import Column, Kind, Sheet

LEVELS = (("junior", "初级工"), ("senior", "高级工"))
SHARED = {column.field: column for column in REST_COLUMNS}

SHEET = Sheet(
    name="skills_bonus",
    title="技能培训奖补人员名单",
    tab="人员名单",
    columns=(
        *PERSON_COLUMNS,
        SHARED["contract_start"],
        Column("skill_level", "技能等级", Kind.CHOICE, required=True, choices=LEVELS, example="初级工"),
        Column("skill_hours", "培训课时", Kind.INTEGER, required=True, example="80"),
        SHARED["phone"],
        SHARED["remark"],
    ),
)
