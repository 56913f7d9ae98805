"""The two subsidies of labour contracts, which ship as definitions, and what their people may be."""

from app.programmes.installed import programme_of
from app.studio.building import readable
from app.studio.document import FieldEntry

HIRING, SERVICE = programme_of("hiring_subsidy"), programme_of("service_subsidy")
HIRING_SHEET, SERVICE_SHEET = HIRING.sheet, SERVICE.sheet
UNEMPLOYED, STRANDED_MIGRANT = "unemployed", "stranded_migrant"
CATEGORIES = HIRING.columns["category"].choices
FIELDS = {
    one.code: readable(one)
    for one in (
        FieldEntry("category", choices=dict(CATEGORIES), required=True),
        FieldEntry("contract_start"),
        FieldEntry("contract_end"),
    )
}
"""What rules may read of a contract."""
