"""What the catalogue offers of limits: rules that count a person's other claims, wherever they were taken in.

Live claims count, and of the same batch those before a row, by part of the period and row, that nothing has stopped. A
submission counts while nobody else counts the same people (`LimitTurn`), so no race gets past. Evidence names no office.
"""

from app.engine.cases.limits import amounts, apart, until_retirement
from app.engine.rules.catalogue import CATALOGUE

NAMES = frozenset(name for name, rule in CATALOGUE.items() if rule.counts)
"""The rules that a definition lists as limits."""
__all__ = ["NAMES", "amounts", "apart", "until_retirement"]
