"""Moves as every subsidy does."""

from app.engine.transitions import SUBSIDY

WORKFLOW = SUBSIDY
