"""Arithmetic and conditions written as text: `[width] * depth`, `optimizer.name == adam`.

Python's parser reads the text, the walk below refuses what is not in the grammar and makes functions of the rest;
nothing is ever evaluated by Python itself. Results are small: finite numbers, lists of at most 1,000 items.
"""

from __future__ import annotations

import ast
import copy
import math
import operator
import reprlib
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dlcli.errors import unknown_name

LONGEST_TEXT = 1_000
LONGEST_LIST = 1_000

Values = Mapping[str, Any]
Term = Callable[[Values], Any]

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "ceil": math.ceil,
    "exp": math.exp,
    "floor": math.floor,
    "int": int,
    "log10": math.log10,
    "log2": math.log2,
    "max": max,
    "min": min,
    "round": round,
    "sqrt": math.sqrt,
}

_WORDS = {
    form: value
    for word, value in (("true", True), ("false", False), ("null", None))
    for form in (word, word.title(), word.upper())
}
_ARITHMETIC = (
    "expected arithmetic: numbers, parameters, + - * / // % **, parentheses, lists and " + " ".join(sorted(FUNCTIONS))
)
_CONDITION = "expected comparisons such as optimizer.name == adam, joined by and, or, not"


class ExpressionError(ValueError):
    """A text that is not in the grammar, or whose value does not exist.

    Args:
        message: what is wrong.
        offset: the character it is at, from 0.
    """

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


@dataclass(frozen=True)
class Expression:
    """Arithmetic between parameters.

    Args:
        text: as written.
        names: the parameters it uses.
    """

    text: str
    names: frozenset[str]
    _term: Term = field(repr=False, compare=False)

    @classmethod
    def parse(cls, text: str) -> Expression:
        """An expression as it is written, such as `[width] * depth`.

        Raises:
            ExpressionError: it is not in the grammar.
        """
        reader = _Reader(text)
        term = reader.arithmetic(reader.tree)
        return cls(text, frozenset(reader.names), term)

    def evaluate(self, values: Values) -> Any:
        """Its value: a number, a list, or whatever a parameter that stands alone has.

        Raises:
            KeyError: a parameter it uses has no value.
            ExpressionError: it has no value, as 1 / 0.
        """
        return self._term(values)

    def __str__(self) -> str:
        return self.text

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self).parse, (self.text,)


@dataclass(frozen=True)
class Condition:
    """Comparisons of parameters with values, joined by `and`, `or` and `not`.

    Args:
        text: as written.
        names: the parameters it looks at.
        literals: what each of them is compared with.
    """

    text: str
    names: frozenset[str]
    literals: Mapping[str, tuple[Any, ...]] = field(repr=False, compare=False)
    _test: Term = field(repr=False, compare=False)

    @classmethod
    def parse(cls, text: str) -> Condition:
        """A condition as it is written, such as `optimizer.name in [adam, adamw]`; bare words are texts.

        Raises:
            ExpressionError: it is not in the grammar.
        """
        reader = _Reader(text)
        test = reader.condition(reader.tree)
        return cls(text, frozenset(reader.names), {name: tuple(of) for name, of in reader.names.items()}, test)

    def holds(self, values: Values) -> bool:
        """Whether it holds; of a parameter without a value neither `x == 1` nor `not x == 1` does.

        Raises:
            ExpressionError: it orders what has no order, such as a text and a number.
        """
        return self._test(values) is True

    def __str__(self) -> str:
        return self.text

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self).parse, (self.text,)


class _Reader:
    """One text on its way to a function. Tests give None where a parameter that they look at has no value."""

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST_TEXT:
            raise ExpressionError(f"a text of {len(text)} characters is too long; at most {LONGEST_TEXT}", 0)
        line = text.translate(dict.fromkeys(map(ord, "\n\r\t\f"), " "))
        self.text = line.lstrip()
        self.skipped = len(line) - len(self.text)
        #: parameter → the values that it is compared with
        self.names: dict[str, list[Any]] = {}
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # what Python only warns of is wrong, such as 1or 2
                self.tree = ast.parse(self.text, mode="eval").body
        except SyntaxError as error:
            at = error.offset or len(self.text.rstrip()) + 1  # no offset: the text ends too early
            raise ExpressionError("this is no expression", self.skipped + at - 1) from None
        except (ValueError, RecursionError, MemoryError):
            raise ExpressionError("this is no expression", self.skipped) from None
        rest = self.text.encode()[self.tree.end_col_offset :].decode()
        if "#" in rest:
            raise ExpressionError("a comment has no place here", self.skipped + len(self.text) - len(rest))

    def error(self, node: ast.expr, message: str) -> ExpressionError:
        before = self.text.encode()[: node.col_offset].decode()
        return ExpressionError(message, self.skipped + len(before))

    def name(self, node: ast.expr, otherwise: str) -> str:
        """The parameter that a node names, such as `model.layers[0].linear.units`."""
        match node:
            case ast.Name(id=name):
                return name
            case ast.Attribute(value=inner, attr=name):
                return f"{self.name(inner, otherwise)}.{name}"
            case ast.Subscript(value=inner, slice=ast.Constant(value=int() as index)):
                return f"{self.name(inner, otherwise)}[{index}]"
            case ast.Subscript(value=inner, slice=ast.UnaryOp(ast.USub(), ast.Constant(value=int() as index))):
                return f"{self.name(inner, otherwise)}[-{index}]"
        raise self.error(node, otherwise)

    def arithmetic(self, node: ast.expr) -> Term:
        match node:
            case ast.Constant(value=number) if _is_number(number):
                self.computed(node, lambda: number)
                return lambda values: number
            case ast.List(elts=items):
                terms = [self.arithmetic(item) for item in items]
                return lambda values: self.computed(node, lambda: [term(values) for term in terms])
            case ast.UnaryOp(ast.USub(), operand):
                term = self.arithmetic(operand)
                return lambda values: self.computed(node, lambda: _combined("*", -1, _number(term(values))))
            case ast.BinOp(first, operation, second) if symbol := _SYMBOLS.get(type(operation)):
                left, right = self.arithmetic(first), self.arithmetic(second)
                return lambda values: self.computed(node, lambda: _combined(symbol, left(values), right(values)))
            case ast.Call(ast.Name(name), arguments, []):
                return self.call(node, name, [self.arithmetic(argument) for argument in arguments])
        name = self.name(node, _ARITHMETIC)
        self.names.setdefault(name, [])
        return operator.itemgetter(name)

    def call(self, node: ast.expr, name: str, terms: list[Term]) -> Term:
        if name not in FUNCTIONS:
            raise self.error(node, f"{name}: {unknown_name('function', name, FUNCTIONS)}")
        if len(terms) != 1 and not (terms and name in ("max", "min")):
            takes = "numbers" if name in ("max", "min") else "one number"
            raise self.error(node, f"{name}() takes {takes}, found {len(terms)}")
        function = FUNCTIONS[name] if len(terms) == 1 else FUNCTIONS[name]
        return lambda values: self.computed(node, lambda: function(*(_number(term(values)) for term in terms)))

    def computed(self, node: ast.expr, compute: Callable[[], Any]) -> Any:
        """What `compute` gives, if it is small enough; whatever goes wrong has the place of the node."""
        try:
            return _limited(compute())
        except (KeyError, ExpressionError):
            raise
        except ZeroDivisionError:
            raise self.error(node, "division by zero") from None
        except OverflowError:
            raise self.error(node, "the result is too large") from None
        except ValueError as error:
            raise self.error(node, str(error)) from None

    def condition(self, node: ast.expr) -> Term:
        match node:
            case ast.BoolOp(joined, parts):
                tests, decisive = [self.condition(part) for part in parts], isinstance(joined, ast.Or)
                return lambda values: _joined([test(values) for test in tests], decisive)
            case ast.UnaryOp(ast.Not(), operand):
                test = self.condition(operand)
                return lambda values: None if (held := test(values)) is None else not held
            case ast.Compare(left, [comparison], [right]) if compare := _COMPARISONS.get(type(comparison)):
                return self.comparison(node, self.name(left, _CONDITION), compare, self.literal(right))
        raise self.error(node, _CONDITION)

    def comparison(self, node: ast.expr, name: str, compare: Callable[[Any, Any], bool], literal: Any) -> Term:
        is_membership = compare in (_COMPARISONS[ast.In], _COMPARISONS[ast.NotIn])
        if is_membership and not isinstance(literal, list):
            raise self.error(node, f"expected a list, such as {name} in [a, b]")
        self.names.setdefault(name, []).extend(literal if is_membership else [literal])

        def test(values: Values) -> bool | None:
            if name not in values:
                return None
            try:
                return compare(values[name], literal)
            except ValueError as error:
                raise self.error(node, str(error)) from None

        return test

    def literal(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=str() | bool() | int() | float() as value):
                return value
            case ast.Constant(value=None):
                return "None"  # in YAML that is a word; nothing is null
            case ast.UnaryOp(ast.USub(), ast.Constant(value=number)) if _is_number(number):
                return -number
            case ast.List(elts=items):
                return [self.literal(item) for item in items]
        word = self.name(node, "expected a value: a number, a word, a text in quotes or a list of them")
        return _WORDS.get(word, word)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number(value: Any) -> Any:
    if not _is_number(value):
        raise ValueError(f"expected a number, found {reprlib.repr(value)}")
    return value


def _combined(symbol: str, left: Any, right: Any) -> Any:
    """The result of an operation on two numbers, a list and a number of repetitions, or two lists."""
    if _is_number(left) and _is_number(right):
        if symbol == "**":
            float(left) ** float(right)  # OverflowError before a power of integers takes forever
        return _OPERATIONS[symbol](left, right)
    if symbol == "*" and isinstance(right, list):
        left, right = right, left
    if symbol == "*" and isinstance(left, list) and type(right) is int and right >= 0:
        if _size(left) * right > LONGEST_LIST:
            raise ValueError(f"the list has more than {LONGEST_LIST} items")
        return [copy.deepcopy(item) for _ in range(right) for item in left]
    if symbol == "+" and isinstance(left, list) and isinstance(right, list):
        return left + right
    raise ValueError(f"{reprlib.repr(left)} {symbol} {reprlib.repr(right)} has no value")


def _limited(value: Any) -> Any:
    """A result that is not too large; a root of a negative number is none."""
    if isinstance(value, complex) or (_is_number(value) and not math.isfinite(value)):
        raise ValueError("the result is no finite number")
    if isinstance(value, list) and _size(value) > LONGEST_LIST:
        raise ValueError(f"the list has more than {LONGEST_LIST} items")
    return value


def _size(value: Any) -> int:
    """How many items a list has, with those of the lists in it."""
    return sum(1 + _size(item) for item in value) if isinstance(value, list) else 0


def _joined(results: list[bool | None], decisive: bool) -> bool | None:
    if decisive in results:
        return decisive
    return None if None in results else not decisive


def _equal(value: Any, other: Any) -> bool:
    """As in YAML, where true is not 1."""
    return isinstance(value, bool) == isinstance(other, bool) and bool(value == other)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    return lambda value, other: compare(_number(value), _number(other))


_SYMBOLS: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
}
_OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
}
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: _equal,
    ast.NotEq: lambda value, other: not _equal(value, other),
    ast.Lt: _ordered(operator.lt),
    ast.LtE: _ordered(operator.le),
    ast.Gt: _ordered(operator.gt),
    ast.GtE: _ordered(operator.ge),
    ast.In: lambda value, others: any(_equal(value, other) for other in others),
    ast.NotIn: lambda value, others: not any(_equal(value, other) for other in others),
}
