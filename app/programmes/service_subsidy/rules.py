"""SS-01 … SS-04 at each row's employing enterprise, and what every programme asks."""

from app.engine.programme import PLACED
from app.engine.rules import common, contracts

RULES = (
    contracts.insured("SS-01", PLACED),
    contracts.contract_term("SS-02"),
    contracts.registered_unemployed("SS-03", PLACED),
    contracts.transferred("SS-04", PLACED),
    common.citizen_id,
    common.once_in_application,
    common.name,
    common.not_yet_claimed,
    common.policy_window,
    common.new_enrolment,
    common.readable_cells,
    common.employing_enterprise,
    common.payee_is_not_placed,
)
