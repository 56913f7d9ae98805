"""The people sheet of the hiring subsidy."""

from app.engine.intake.contract import PERSON_COLUMNS, REST_COLUMNS
from app.engine.sheets import Sheet

SHEET = Sheet(
    name="hiring_subsidy",
    title="一次性吸纳就业补贴人员名单",
    tab="人员名单",
    columns=(*PERSON_COLUMNS, *REST_COLUMNS),
)
