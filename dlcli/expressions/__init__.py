"""Arithmetic and conditions written as text, with a small safe grammar."""

from dlcli.expressions.expression import Condition, Expression
from dlcli.expressions.reader import ExpressionError

__all__ = ["Condition", "Expression", "ExpressionError"]
