"""Expressions of a definition (studio §2): a small typed language that becomes one SQL expression over `candidates`."""

from app.engine.expressions.compiling import Expression, compile_expression
from app.engine.expressions.fault import Fault
from app.engine.expressions.kind import Kind
from app.engine.expressions.vocabulary import Lookup, Name, Vocabulary

__all__ = ["Expression", "Fault", "Kind", "Lookup", "Name", "Vocabulary", "compile_expression"]
