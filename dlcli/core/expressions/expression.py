"""Arithmetic and conditions on parameters, written as text: `[width] * depth`, `optimizer.name == adam`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dlcli.core.expressions.reader import Reader, Term, Values


@dataclass(frozen=True)
class Expression:
    """Arithmetic on parameters.

    Args:
        text: Text of the expression.
        names: Parameters in the expression.
    """

    text: str
    names: frozenset[str]
    _term: Term = field(repr=False, compare=False)

    @classmethod
    def parse(cls, text: str) -> Expression:
        """Parse an expression such as `[width] * depth`.

        Raises:
            ExpressionError: The text is not in the grammar.
        """
        reader = Reader(text)
        term = reader.arithmetic(reader.tree)
        return cls(text, frozenset(reader.names), term)

    def evaluate(self, values: Values) -> Any:
        """Return the value: a number, a list, or, for a single parameter, any value.

        Args:
            values: Parameter → value.

        Raises:
            KeyError: A parameter has no value.
            ExpressionError: The result is undefined, as that of 1 / 0.
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
        text: Text of the condition.
        names: Parameters in the condition.
        literals: Parameter → values that it is compared with.
    """

    text: str
    names: frozenset[str]
    literals: Mapping[str, tuple[Any, ...]] = field(repr=False, compare=False)
    _test: Term = field(repr=False, compare=False)

    @classmethod
    def parse(cls, text: str) -> Condition:
        """Parse a condition such as `optimizer.name in [adam, adamw]`; words without quotes are strings.

        Raises:
            ExpressionError: The text is not in the grammar.
        """
        reader = Reader(text)
        test = reader.condition(reader.tree)
        return cls(text, frozenset(reader.names), {name: tuple(of) for name, of in reader.names.items()}, test)

    def holds(self, values: Values) -> bool:
        """Return whether the condition holds; if `x` has no value, neither `x == 1` nor `not x == 1` holds.

        Args:
            values: Parameter → value.

        Raises:
            ExpressionError: Values without an order are compared, such as a string and a number.
        """
        return self._test(values) is True

    def __str__(self) -> str:
        return self.text

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self).parse, (self.text,)
