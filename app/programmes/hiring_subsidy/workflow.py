"""The hiring subsidy moves as every subsidy does."""

from app.engine.workflow.moves import SUBSIDY

WORKFLOW = SUBSIDY
