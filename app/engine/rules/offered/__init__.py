"""The rules of the catalogue, by what they ask about; each module declares its own when it is imported."""

from app.engine.rules.offered import (
    ages,
    choices,
    dates,
    employers,
    enrolment,
    insurance,
    people,
    registers,
    spells,
)

__all__ = ["ages", "choices", "dates", "employers", "enrolment", "insurance", "people", "registers", "spells"]
