"""Operations of expressions, whose results are finite numbers and lists of at most 1,000 items.

Any other result raises a `ValueError` or an `ArithmeticError`.
"""

from __future__ import annotations

import ast
import copy
import math
import operator
import reprlib
from collections.abc import Callable
from typing import Any

MAX_ITEMS = 1_000

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "ceil": math.ceil,
    "exp": math.exp,
    "floor": math.floor,
    "int": int,
    "log10": lambda number: math.log10(_positive(number)),
    "log2": lambda number: math.log2(_positive(number)),
    "max": lambda *numbers: max(numbers),
    "min": lambda *numbers: min(numbers),
    "round": round,
    "sqrt": lambda number: number**0.5,
}
#: Functions of any number of arguments; the others take one.
VARIADIC = ("max", "min")


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def number(value: Any) -> Any:
    """Return a value if it is a number."""
    if not is_number(value):
        raise ValueError(f"expected a number, got {reprlib.repr(value)}")
    return value


def _positive(value: Any) -> Any:
    if value <= 0:
        raise ValueError(f"{value} has no logarithm")
    return value


def check_result(value: Any) -> Any:
    """Return a result, unless it is too large or not a real number, such as the root of −1."""
    if isinstance(value, complex) or (is_number(value) and not math.isfinite(value)):
        raise ValueError("the result is not a finite number")
    if isinstance(value, list) and _size(value) > MAX_ITEMS:
        raise ValueError(f"a list of more than {MAX_ITEMS} items")
    return value


def _size(value: Any) -> int:
    """Return the number of items of a list, including those of nested lists."""
    return sum(1 + _size(item) for item in value) if isinstance(value, list) else 0


def _add(left: Any, right: Any) -> Any:
    if isinstance(left, list) and isinstance(right, list):
        return left + right
    return number(left) + number(right)


def _multiply(left: Any, right: Any) -> Any:
    if isinstance(right, list):
        left, right = right, left
    if not isinstance(left, list):
        return number(left) * number(right)
    if type(right) is not int or right < 0:
        raise ValueError(f"a list is multiplied by a non-negative integer, got {reprlib.repr(right)}")
    if _size(left) * right > MAX_ITEMS:
        raise ValueError(f"a list of more than {MAX_ITEMS} items")
    return [copy.deepcopy(item) for _ in range(right) for item in left]


def _power(base: Any, exponent: Any) -> Any:
    float(number(base)) ** float(number(exponent))  # overflows at once where integers would take forever
    return base**exponent


def _of_numbers(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda left, right: function(number(left), number(right))


def _equal(value: Any, other: Any) -> bool:
    """Return whether two values are equal as in YAML, where true is not 1."""
    return isinstance(value, bool) == isinstance(other, bool) and bool(value == other)


OPERATIONS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: _add,
    ast.Sub: _of_numbers(operator.sub),
    ast.Mult: _multiply,
    ast.Div: _of_numbers(operator.truediv),
    ast.FloorDiv: _of_numbers(operator.floordiv),
    ast.Mod: _of_numbers(operator.mod),
    ast.Pow: _power,
}
COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: _equal,
    ast.NotEq: lambda value, other: not _equal(value, other),
    ast.Lt: _of_numbers(operator.lt),
    ast.LtE: _of_numbers(operator.le),
    ast.Gt: _of_numbers(operator.gt),
    ast.GtE: _of_numbers(operator.ge),
    ast.In: lambda value, others: any(_equal(value, other) for other in others),
    ast.NotIn: lambda value, others: not any(_equal(value, other) for other in others),
}
