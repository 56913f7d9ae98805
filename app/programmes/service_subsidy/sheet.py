"""The people sheet of the service subsidy: the hiring subsidy's columns and where each person works."""

from app.engine.intake.contract import PERSON_COLUMNS, REST_COLUMNS
from app.engine.sheets import Column, Kind, Sheet
from app.registers.region_names import writings
from app.registers.shipping import region_labels

REGIONS = region_labels()

SHEET = Sheet(
    name="service_subsidy",
    title="就业创业服务补助人员名单",
    tab="人员名单",
    columns=(
        *PERSON_COLUMNS,
        Column(
            "employer_uscc",
            "就业单位统一社会信用代码",
            Kind.USCC,
            required=True,
            note="18位，见营业执照",
            example="91510104MA6CDEFG0Y",
        ),
        Column(
            "insured_region",
            "参保地",
            Kind.CHOICE,
            required=True,
            choices=tuple((code, full) for code, _, full in REGIONS),
            aliases=tuple(writings()),
            note="就业单位为此人缴纳社会保险的区县",
            example="成都市锦江区",
        ),
        *REST_COLUMNS,
    ),
)
