"""An employer's application for people whom it has trained."""

from datetime import date

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.engine.cases.claims import Application, Claim


class SkillsApplication(Application):
    __mapper_args__ = {"polymorphic_identity": "skills_bonus"}


class SkillsClaim(Claim):
    """One trained person, the level reached and the hours taken."""

    __mapper_args__ = {"polymorphic_identity": "skills_bonus"}

    contract_start: Mapped[date | None] = mapped_column(use_existing_column=True)
    skill_level: Mapped[str | None] = mapped_column(String(20))
    skill_hours: Mapped[int | None]
