"""Every table of the engine and of the registers, imported in one place so that migrations see them all."""

from app.engine import audit, batch, claims, clock, policy
from app.registers import models, organisation

__all__ = ["audit", "batch", "claims", "clock", "models", "organisation", "policy"]
