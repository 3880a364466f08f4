"""Notation of the parameters of a sweep, such as `log_uniform(1e-4, 1e-1) when optimizer.name == adam`.

| Notation | Meaning |
|---|---|
| `NAME(ARGUMENT, …)` | sample from the distribution NAME; arguments are YAML, in the order of its options |
| `log_uniform(low: 1e-4, high: 1e-1)` | the same with named arguments |
| `[32, 64, 128]` as a YAML list | one of these values, as with `choice(32, 64, 128)` |
| `"[width] * depth"`, anything else | expression of other parameters |
| `… when CONDITION` | active only if the condition holds |
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from dlcli.core import FUNCTIONS, Condition, Expression, ExpressionError, registry, show, unknown_name
from dlcli.spec import ComponentSpec, to_flow
from dlcli.sweeps.config.arguments import parse_call
from dlcli.sweeps.config.brackets import bracket_depths
from dlcli.sweeps.config.notation_error import NotationError

EXAMPLE = "log_uniform(1e-4, 1e-1)"

T = TypeVar("T")

_CALL = re.compile(r"\s*(?P<name>[A-Za-z_]\w*)\s*\((?P<inner>.*)\)\s*", re.DOTALL)


@dataclass(frozen=True)
class ParameterSpec:
    """Parameter of a space: either sampled or computed.

    Args:
        source: Text in the sweep file, or list of choices.
        distribution: Distribution of a sampled parameter; None for a computed one.
        expression: Expression of a computed parameter; None for a sampled one.
        condition: Condition under which the parameter is active; None if it always is.
        offsets: Offset in the text of each option of the distribution.
    """

    source: Any
    distribution: ComponentSpec | None = None
    expression: Expression | None = None
    condition: Condition | None = None
    offsets: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)

    @property
    def names(self) -> frozenset[str]:
        """Names of the parameters that its expression and condition use."""
        used = self.expression.names if self.expression else frozenset()
        return used | self.condition.names if self.condition else used

    def plain(self) -> Any:
        """Return the parameter as in the sweep file."""
        return self.source

    def __str__(self) -> str:
        return self.source if isinstance(self.source, str) else to_flow(self.source)


def parse_parameter(source: Any) -> ParameterSpec:
    """Parse the value of a parameter in a sweep file.

    Raises:
        NotationError: The value is neither a distribution nor an expression.
    """
    if isinstance(source, ParameterSpec):
        return source
    if isinstance(source, list):
        return ParameterSpec(source, ComponentSpec("distribution", "choice", {"values": source}))
    if not isinstance(source, str):
        hint = "; use overrides for constant values" if isinstance(source, int | float) else ""
        raise NotationError(f"expected a text such as {EXAMPLE} or a list of choices, got {show(source)}{hint}")
    head, end = _split_condition(source)
    condition = None if end is None else _parse(Condition.parse, source[end:], end)
    call = _CALL.fullmatch(head)
    if call is None or not _is_one_call(head):
        return ParameterSpec(source, expression=_parse_expression(head), condition=condition)
    name = call["name"]
    if name in registry.names("distribution"):
        parsed = parse_call(name, call["inner"], call.start("inner"))
        return ParameterSpec(source, parsed.distribution, None, condition, parsed.offsets)
    if name not in FUNCTIONS:
        message = f"{name!r}: {unknown_name('distribution', name, registry.names('distribution'))}"
        raise NotationError(message, call.start("name"))
    return ParameterSpec(source, expression=_parse_expression(head), condition=condition)


def _parse_expression(text: str) -> Expression:
    """Parse an expression, which cannot contain distributions."""
    distributions = registry.names("distribution")
    if not text.strip():
        raise NotationError(f"expected a distribution such as {EXAMPLE}, or an expression of parameters")
    for word in re.finditer(r"(?<![\w.\]])([A-Za-z_]\w*)\s*(\(?)", text):
        if word[1] in distributions and word[2]:
            message = (
                f"{word[1]}(…) cannot be part of an expression; define a separate parameter with it and use its name"
            )
            raise NotationError(message, word.start())
        if word[1] in distributions and text.strip() == word[1]:
            raise NotationError(f"{word[1]} needs arguments in parentheses, as in {EXAMPLE}", word.start())
    return _parse(Expression.parse, text, 0)


def _parse(parse: Callable[[str], T], text: str, start: int) -> T:
    """Parse an expression or a condition that starts at offset `start` of the whole text."""
    start += len(text) - len(text.lstrip())
    try:
        return parse(text.strip())
    except ExpressionError as error:
        raise NotationError(error.message, start + error.offset) from None


def _split_condition(text: str) -> tuple[str, int | None]:
    """Return the text before `when`, and the offset of the condition after it; None if there is no condition."""
    depths = bracket_depths(text)
    for word in re.finditer(r"(?<!\S)when(?!\S)", text):
        if depths[word.start()] == 0:
            return text[: word.start()], word.end()
    return text, None


def _is_one_call(head: str) -> bool:
    """Return whether the first parenthesis is closed by the last character, unlike in `min(a, b) + max(c, d)`."""
    return all(bracket_depths(head.rstrip())[head.index("(") : -1])
