"""An employer's application for the people it has hired; beyond the shared columns a labour contract."""

from app.engine.cases.claims import Application, Claim
from app.engine.intake.contract import LabourContract


class HiringApplication(Application):
    """An employer's application for the people it has hired."""

    __mapper_args__ = {"polymorphic_identity": "hiring_subsidy"}


class HiringClaim(LabourContract, Claim):
    """One hired person and the contract that the subsidy rests on."""

    __mapper_args__ = {"polymorphic_identity": "hiring_subsidy"}
