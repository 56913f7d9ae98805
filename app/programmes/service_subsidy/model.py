"""An application of an institution or a person for the people placed with enterprises."""

from app.engine.cases.claims import Application, Claim
from app.engine.intake.contract import LabourContract


class ServiceApplication(Application):
    """What an institution or a person asks for; its `payee` is paid."""

    __mapper_args__ = {"polymorphic_identity": "service_subsidy"}


class ServiceClaim(LabourContract, Claim):
    """One placed person, the employing enterprise and the contract."""

    __mapper_args__ = {"polymorphic_identity": "service_subsidy"}

    @property
    def employer_uscc(self) -> str | None:
        """The employing enterprise as the sheet names it."""
        return self.employer and self.employer.uscc
