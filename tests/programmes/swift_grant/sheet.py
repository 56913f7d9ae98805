"""The people sheet: nothing but who, and since when."""

from app.engine.intake.contract import PERSON_COLUMNS, REST_COLUMNS
from app.engine.sheets import Sheet

SHARED = {column.field: column for column in REST_COLUMNS}

SHEET = Sheet(
    name="swift_grant",
    title="快办补贴人员名单",
    tab="人员名单",
    columns=(*PERSON_COLUMNS, *(SHARED[name] for name in ("contract_start", "phone", "remark"))),
)
