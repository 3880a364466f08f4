"""Arithmetic and conditions written as text, with a small safe grammar."""

from dlcli.core.expressions.expression import Condition, Expression
from dlcli.core.expressions.operations import FUNCTIONS
from dlcli.core.expressions.reader import ExpressionError

__all__ = ["FUNCTIONS", "Condition", "Expression", "ExpressionError"]
