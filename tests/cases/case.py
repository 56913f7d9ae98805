"""What a case is, and the rows in which nothing is wrong."""

from __future__ import annotations

from dataclasses import dataclass

from app.engine.sheets import Sheet
from app.programmes.training.sheet import RESULTS
from tests.cases.writers import WRITERS
from tests.desk.subsidies import HIRING_SHEET as HIRING
from tests.desk.subsidies import SERVICE_SHEET as SERVICE

GOOD: dict[str, dict[str, object]] = {
    HIRING.name: {
        "name": "张三",
        "citizen_id": "11010519491231002X",
        "category": "登记失业半年以上人员",
        "contract_start": "2026-03-01",
        "contract_end": "2027-02-28",
        "phone": "13800138000",
        "remark": "无",
    },
    SERVICE.name: {
        "name": "张三",
        "citizen_id": "11010519491231002X",
        "employer_uscc": "91510104MA6CDEFG0Y",
        "insured_region": "成都市锦江区",
        "category": "登记失业半年以上人员",
        "contract_start": "2026-03-01",
        "contract_end": "2027-02-28",
        "phone": "13800138000",
        "remark": "无",
    },
    RESULTS.name: {
        "number": "510104-20261018-001-0001",
        "name": "张三",
        "citizen_id": "11010519491231002X",
        "theory_score": 85,
        "practical_score": 90,
        "passed": "合格",
        "certificate_no": "ZS20260001",
        "completed_on": "2026-11-12",
    },
}
"""A row in which nothing is wrong, for each sheet; a case changes one cell of it."""
SHEETS = {sheet.name: sheet for sheet in (HIRING, SERVICE, RESULTS)}


@dataclass(frozen=True)
class Case:
    """What stands in one cell, and what it must give: a value, or a refusal with all of these words."""

    kind: str
    field: str
    shown: object
    value: object = None
    refused: tuple[str, ...] = ()
    sheet: Sheet = HIRING
    writers: tuple[str, ...] = WRITERS
