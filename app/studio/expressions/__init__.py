"""Expressions of a definition (studio §2): a small typed language that becomes one SQL expression over `candidates`."""

from app.studio.expressions.compiling import compile_expression
from app.studio.expressions.expression import Expression, Inquiry
from app.studio.expressions.fault import Fault
from app.studio.expressions.kind import Kind
from app.studio.expressions.vocabulary import Lookup, Name, Vocabulary

__all__ = ["Inquiry", "Expression", "Fault", "Kind", "Lookup", "Name", "Vocabulary", "compile_expression"]
