"""Arithmetic and conditions between parameters, written as text: `[width] * depth`, `optimizer.name == adam`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dlcli.core.expressions.reader import Reader, Term, Values


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
        reader = Reader(text)
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
        reader = Reader(text)
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
