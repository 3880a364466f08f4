"""Compilation of a text into a function: Python's parser reads it, and this module rejects what is not in the grammar.

Python itself never evaluates anything.
"""

from __future__ import annotations

import ast
import copy
import warnings
from collections.abc import Callable, Mapping
from typing import Any

from dlcli.core.errors import unknown_name
from dlcli.core.expressions.operations import (
    COMPARISONS,
    FUNCTIONS,
    OPERATIONS,
    VARIADIC,
    check_result,
    is_number,
    number,
)

MAX_CHARACTERS = 1_000
MAX_DEPTH = 100

Values = Mapping[str, Any]
Term = Callable[[Values], Any]

_WORDS = {
    form: value
    for word, value in (("true", True), ("false", False), ("null", None))
    for form in (word, word.title(), word.upper())
}
_ARITHMETIC = f"expected numbers, parameters, + - * / // % **, parentheses, lists, {', '.join(FUNCTIONS)}"
_CONDITION = "expected comparisons such as name == adam, joined by and, or, not"
_LITERAL = "expected a number, a word, a string in quotes or a list of them"


class ExpressionError(ValueError):
    """A text that is not in the grammar, or whose result is undefined.

    Args:
        message: What is wrong.
        offset: 0-based index of the character where it is wrong.
    """

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


class Reader:
    """Compiler of one text, whose errors, also those of the compiled function, have their offset in the text.

    Args:
        text: Expression or condition.
    """

    def __init__(self, text: str) -> None:
        if len(text) > MAX_CHARACTERS:
            raise ExpressionError(f"too long: expected at most {MAX_CHARACTERS} characters, got {len(text)}", 0)
        line = text.translate(dict.fromkeys(map(ord, "\n\r\t\f"), " "))
        self.text = line.lstrip()
        self.indent = len(line) - len(self.text)
        #: Parameter → values that it is compared with.
        self.names: dict[str, list[Any]] = {}
        self.tree = self._parse()

    def _parse(self) -> ast.expr:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # Python only warns of texts such as `1or 2`
                tree = ast.parse(self.text, mode="eval").body
            is_deep = _depth(tree) > MAX_DEPTH
        except SyntaxError as error:
            at = (error.offset or len(self.text) + 1) - 1
            raise ExpressionError(_unexpected(error.msg, self.text[at:]), self.indent + at) from None
        except (RecursionError, MemoryError):
            is_deep = True
        except ValueError:
            raise ExpressionError("invalid characters", self.indent) from None
        if is_deep:
            raise ExpressionError(f"nested more than {MAX_DEPTH} levels deep", self.indent)
        rest = self.text.encode()[tree.end_col_offset or 0 :].decode()
        if "#" in rest:
            at = len(self.text) - len(rest) + rest.index("#")
            raise ExpressionError(_unexpected("", self.text[at:]), self.indent + at)
        return tree

    def error(self, node: ast.expr, message: str) -> ExpressionError:
        """Return an error at the place of a node."""
        before = self.text.encode()[: node.col_offset].decode()
        return ExpressionError(message, self.indent + len(before))

    def name(self, node: ast.expr, message: str) -> str:
        """Return the parameter that a node names, such as `model.layers[0].linear.units`.

        Args:
            node: Node of the syntax tree.
            message: Message of the error for a node that is not a name.
        """
        match node:
            case ast.Name(name):
                return name
            case ast.Attribute(inner, name):
                return f"{self.name(inner, message)}.{name}"
            case ast.Subscript(inner, ast.Constant(int() as index)):
                return f"{self.name(inner, message)}[{index}]"
            case ast.Subscript(inner, ast.UnaryOp(ast.USub(), ast.Constant(int() as index))):
                return f"{self.name(inner, message)}[-{index}]"
        raise self.error(node, message)

    def arithmetic(self, node: ast.expr) -> Term:
        """Compile arithmetic."""
        match node:
            case ast.Constant(value) if is_number(value):
                return self._located(node, lambda _: value)
            case ast.List(items):
                terms = [self.arithmetic(item) for item in items]
                return self._located(node, lambda values: [term(values) for term in terms])
            case ast.UnaryOp(ast.USub(), operand):
                term = self.arithmetic(operand)
                return self._located(node, lambda values: -number(term(values)))
            case ast.BinOp(first, kind, second) if operation := OPERATIONS.get(type(kind)):
                left, right = self.arithmetic(first), self.arithmetic(second)
                return self._located(node, lambda values: operation(left(values), right(values)))
            case ast.Call(ast.Name(function), arguments, []):
                return self._call(node, function, [self.arithmetic(argument) for argument in arguments])
        name = self.name(node, _ARITHMETIC)
        self.names.setdefault(name, [])
        return lambda values: copy.deepcopy(values[name])

    def _call(self, node: ast.expr, name: str, terms: list[Term]) -> Term:
        if name not in FUNCTIONS:
            raise self.error(node, f"{name}: {unknown_name('function', name, FUNCTIONS)}")
        if len(terms) != 1 and not (terms and name in VARIADIC):
            takes = "numbers" if name in VARIADIC else "one number"
            raise self.error(node, f"{name} takes {takes}, got {len(terms)}")
        function = FUNCTIONS[name]
        return self._located(node, lambda values: function(*[number(term(values)) for term in terms]))

    def _located(self, node: ast.expr, compute: Term) -> Term:
        """Return `compute` with errors at the place of the node."""

        def term(values: Values) -> Any:
            try:
                return check_result(compute(values))
            except ExpressionError:
                raise
            except ZeroDivisionError:
                raise self.error(node, "division by zero") from None
            except OverflowError:
                raise self.error(node, "the result is too large") from None
            except ValueError as error:
                raise self.error(node, str(error)) from None

        return term

    def condition(self, node: ast.expr) -> Term:
        """Compile a condition, whose result is true, false, or None if it depends on a parameter without a value."""
        match node:
            case ast.BoolOp(joined, parts):
                tests, decisive = [self.condition(part) for part in parts], isinstance(joined, ast.Or)
                return lambda values: _combine([test(values) for test in tests], decisive)
            case ast.UnaryOp(ast.Not(), operand):
                test = self.condition(operand)
                return lambda values: None if (holds := test(values)) is None else not holds
            case ast.Compare(left, [kind], [right]) if compare := COMPARISONS.get(type(kind)):
                name, literal = self.name(left, _CONDITION), self._literal(right)
                is_membership = isinstance(kind, ast.In | ast.NotIn)
                if is_membership and not isinstance(literal, list):
                    raise self.error(right, f"expected a list, such as {name} in [a, b]")
                self.names.setdefault(name, []).extend(literal if is_membership else [literal])
                term = self._located(node, lambda values: compare(values[name], literal))
                return lambda values: term(values) if name in values else None
        raise self.error(node, _CONDITION)

    def _literal(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(None):
                return "None"  # a word, as in YAML
            case ast.Constant(str() | bool() as value):
                return value
            case ast.Constant(value) if is_number(value):
                return value
            case ast.UnaryOp(ast.USub(), ast.Constant(int() | float() as value)):
                return -value
            case ast.List(items):
                return [self._literal(item) for item in items]
        word = self.name(node, _LITERAL)
        return _WORDS.get(word, word)


def _unexpected(message: str, rest: str) -> str:
    """Return why Python's parser stopped before `rest`; of its own messages only those about brackets apply here."""
    if "never closed" in message or "unmatched" in message:
        return message
    return f"unexpected {rest.split()[0]}" if rest.strip() else "unexpected end"


def _depth(node: ast.AST) -> int:
    return 1 + max(map(_depth, ast.iter_child_nodes(node)), default=0)


def _combine(results: list[bool | None], decisive: bool) -> bool | None:
    """Combine results by `or`, where True is decisive, or `and`, where False is; None is unknown (Kleene's logic)."""
    if decisive in results:
        return decisive
    return None if None in results else not decisive
