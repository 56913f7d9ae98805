"""Risk rules (系统风控点): set-based checks that return a verdict and its evidence for every candidate."""

from app.engine.rules.rule import FAIL, PASS, UNKNOWN, WARN, RiskRule, rule
from app.engine.rules.running import prepare, run

__all__ = ["FAIL", "PASS", "UNKNOWN", "WARN", "RiskRule", "prepare", "rule", "run"]
