"""Risk rules (系统风控点): set-based checks that return a verdict and its evidence for every candidate."""

from app.engine.rules import offered
from app.engine.rules.rule import FAIL, PASS, UNKNOWN, WARN, RiskRule, rule
from app.engine.rules.running import judge, make_tables

__all__ = ["FAIL", "PASS", "UNKNOWN", "WARN", "RiskRule", "judge", "make_tables", "offered", "rule"]
