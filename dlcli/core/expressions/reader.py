"""From a text to a function: Python's parser reads it, the walk here refuses what is not in the grammar.

Nothing is ever evaluated by Python itself.
"""

from __future__ import annotations

import ast
import copy
import warnings
from collections.abc import Callable, Mapping
from typing import Any

from dlcli.core.errors import unknown_name
from dlcli.core.expressions.operations import COMPARISONS, FUNCTIONS, OF_SEVERAL, OPERATIONS, is_number, limited, number

LONGEST_TEXT = 1_000
DEEPEST = 100

Values = Mapping[str, Any]
Term = Callable[[Values], Any]

_WORDS = {
    form: value
    for word, value in (("true", True), ("false", False), ("null", None))
    for form in (word, word.title(), word.upper())
}
_ARITHMETIC = f"expected numbers, parameters, + - * / // % **, parentheses, lists, {', '.join(FUNCTIONS)}"
_CONDITION = "expected comparisons such as name == adam, joined by and, or, not"
_LITERAL = "expected a number, a word, a text in quotes or a list of them"


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


class Reader:
    """One text on its way to a function; whatever goes wrong, then or later, has its place in the text."""

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST_TEXT:
            raise ExpressionError(f"a text of {len(text)} characters is too long; at most {LONGEST_TEXT}", 0)
        line = text.translate(dict.fromkeys(map(ord, "\n\r\t\f"), " "))
        self.text = line.lstrip()
        self.indent = len(line) - len(self.text)
        #: parameter → the values that it is compared with
        self.names: dict[str, list[Any]] = {}
        self.tree = self._parsed()

    def _parsed(self) -> ast.expr:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # what Python only warns of is wrong here, such as 1or 2
                tree = ast.parse(self.text, mode="eval").body
            is_deep = _depth(tree) > DEEPEST
        except SyntaxError as error:
            at = (error.offset or len(self.text) + 1) - 1
            raise ExpressionError(_unexpected(error.msg, self.text[at:]), self.indent + at) from None
        except (RecursionError, MemoryError):
            is_deep = True
        except ValueError:
            raise ExpressionError("there are characters that no text has", self.indent) from None
        if is_deep:
            raise ExpressionError(f"nested more than {DEEPEST} deep", self.indent)
        rest = self.text.encode()[tree.end_col_offset or 0 :].decode()
        if "#" in rest:
            at = len(self.text) - len(rest) + rest.index("#")
            raise ExpressionError(_unexpected("", self.text[at:]), self.indent + at)
        return tree

    def error(self, node: ast.expr, message: str) -> ExpressionError:
        before = self.text.encode()[: node.col_offset].decode()
        return ExpressionError(message, self.indent + len(before))

    def name(self, node: ast.expr, otherwise: str) -> str:
        """The parameter that a node names, such as `model.layers[0].linear.units`."""
        match node:
            case ast.Name(name):
                return name
            case ast.Attribute(inner, name):
                return f"{self.name(inner, otherwise)}.{name}"
            case ast.Subscript(inner, ast.Constant(int() as index)):
                return f"{self.name(inner, otherwise)}[{index}]"
            case ast.Subscript(inner, ast.UnaryOp(ast.USub(), ast.Constant(int() as index))):
                return f"{self.name(inner, otherwise)}[-{index}]"
        raise self.error(node, otherwise)

    def arithmetic(self, node: ast.expr) -> Term:
        match node:
            case ast.Constant(value) if is_number(value):
                return self._computed(node, lambda _: value)
            case ast.List(items):
                terms = [self.arithmetic(item) for item in items]
                return self._computed(node, lambda values: [term(values) for term in terms])
            case ast.UnaryOp(ast.USub(), operand):
                term = self.arithmetic(operand)
                return self._computed(node, lambda values: -number(term(values)))
            case ast.BinOp(first, kind, second) if operation := OPERATIONS.get(type(kind)):
                left, right = self.arithmetic(first), self.arithmetic(second)
                return self._computed(node, lambda values: operation(left(values), right(values)))
            case ast.Call(ast.Name(function), arguments, []):
                return self._call(node, function, [self.arithmetic(argument) for argument in arguments])
        name = self.name(node, _ARITHMETIC)
        self.names.setdefault(name, [])
        return lambda values: copy.deepcopy(values[name])

    def _call(self, node: ast.expr, name: str, terms: list[Term]) -> Term:
        if name not in FUNCTIONS:
            raise self.error(node, f"{name}: {unknown_name('function', name, FUNCTIONS)}")
        if len(terms) != 1 and not (terms and name in OF_SEVERAL):
            takes = "numbers" if name in OF_SEVERAL else "one number"
            raise self.error(node, f"{name} takes {takes}, got {len(terms)}")
        function = FUNCTIONS[name]
        return self._computed(node, lambda values: function(*[number(term(values)) for term in terms]))

    def _computed(self, node: ast.expr, compute: Term) -> Term:
        """`compute`, with the place of the node where it has no value."""

        def term(values: Values) -> Any:
            try:
                return limited(compute(values))
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
        """A test: true, false, or None where it looks at a parameter that has no value."""
        match node:
            case ast.BoolOp(joined, parts):
                tests, decisive = [self.condition(part) for part in parts], isinstance(joined, ast.Or)
                return lambda values: _joined([test(values) for test in tests], decisive)
            case ast.UnaryOp(ast.Not(), operand):
                test = self.condition(operand)
                return lambda values: None if (held := test(values)) is None else not held
            case ast.Compare(left, [kind], [right]) if compare := COMPARISONS.get(type(kind)):
                name, literal = self.name(left, _CONDITION), self._literal(right)
                is_membership = isinstance(kind, ast.In | ast.NotIn)
                if is_membership and not isinstance(literal, list):
                    raise self.error(right, f"expected a list, such as {name} in [a, b]")
                self.names.setdefault(name, []).extend(literal if is_membership else [literal])
                term = self._computed(node, lambda values: compare(values[name], literal))
                return lambda values: term(values) if name in values else None
        raise self.error(node, _CONDITION)

    def _literal(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(None):
                return "None"  # a word, as in YAML; nothing is null
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
    """Why Python's parser stopped before `rest`; of its messages only those about brackets speak of this grammar."""
    if "never closed" in message or "unmatched" in message:
        return message
    return f"did not expect {rest.split()[0]}" if rest.strip() else "something is missing at the end"


def _depth(node: ast.AST) -> int:
    return 1 + max(map(_depth, ast.iter_child_nodes(node)), default=0)


def _joined(results: list[bool | None], decisive: bool) -> bool | None:
    """`or` where True decides, `and` where False does; what is not known may only be outvoted."""
    if decisive in results:
        return decisive
    return None if None in results else not decisive
