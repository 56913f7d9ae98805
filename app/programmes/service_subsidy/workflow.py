"""The service subsidy moves as every subsidy does."""

from app.engine.transitions import SUBSIDY

WORKFLOW = SUBSIDY
