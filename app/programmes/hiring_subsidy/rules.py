"""HS-01 … HS-05 and what every programme asks."""

from app.engine.rules import common, contracts, enrolment

RULES = (
    contracts.insured("HS-01"),
    contracts.contract_term("HS-02"),
    contracts.registered_unemployed("HS-03"),
    contracts.transferred("HS-04"),
    enrolment.previously_uninsured("HS-05"),
    common.citizen_id,
    common.once_in_application,
    common.name,
    common.not_yet_claimed,
    common.small_or_medium_employer,
    common.policy_window,
    common.new_enrolment,
    common.readable_cells,
)
