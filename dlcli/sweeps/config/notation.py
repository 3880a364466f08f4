"""How a parameter of a sweep is written: `log_uniform(1e-4, 1e-1) when optimizer.name == adam`.

| written | means |
|---|---|
| `NAME(ARGUMENT, …)` with the name of a distribution | drawn from it; arguments are YAML, in the order of its options |
| `log_uniform(low: 1e-4, high: 1e-1)` | the same with the options' names |
| `[32, 64, 128]` as a YAML list | one of these, as with `choice(32, 64, 128)` |
| `"[width] * depth"`, anything else | arithmetic with other parameters |
| `… when CONDITION` | there only where the condition holds |
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from dlcli.core import FUNCTIONS, Condition, Expression, ExpressionError, registry, show, unknown_name
from dlcli.spec import ComponentSpec, to_flow
from dlcli.sweeps.config.arguments import parse_call
from dlcli.sweeps.config.brackets import depths
from dlcli.sweeps.config.notation_error import NotationError

EXAMPLE = "log_uniform(1e-4, 1e-1)"

T = TypeVar("T")

_CALL = re.compile(r"\s*(?P<name>[A-Za-z_]\w*)\s*\((?P<inner>.*)\)\s*", re.DOTALL)


@dataclass(frozen=True)
class ParameterSpec:
    """A parameter of a space: it is either drawn or computed.

    Args:
        written: the text, or the list of choices.
        distribution: what it is drawn from; None where it is computed.
        expression: what it is computed by; None where it is drawn.
        condition: it is there only where this holds; None for always.
        offsets: where in the text each option of the distribution begins.
    """

    written: Any
    distribution: ComponentSpec | None = None
    expression: Expression | None = None
    condition: Condition | None = None
    offsets: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)

    @property
    def names(self) -> frozenset[str]:
        """The parameters that it looks at."""
        used = self.expression.names if self.expression else frozenset()
        return used | self.condition.names if self.condition else used

    def plain(self) -> Any:
        return self.written

    def __str__(self) -> str:
        return self.written if isinstance(self.written, str) else to_flow(self.written)


def parse_parameter(written: Any) -> ParameterSpec:
    """What stands behind a parameter's name.

    Raises:
        NotationError: it is neither a distribution nor an expression.
    """
    if isinstance(written, ParameterSpec):
        return written
    if isinstance(written, list):
        return ParameterSpec(written, ComponentSpec("distribution", "choice", {"values": written}))
    if not isinstance(written, str):
        hint = "; a value that is always the same belongs in overrides" if isinstance(written, int | float) else ""
        raise NotationError(f"expected a text such as {EXAMPLE}, or a list of choices; found {show(written)}{hint}")
    head, end = _without_condition(written)
    condition = None if end is None else _parsed(Condition.parse, written[end:], end)
    call = _CALL.fullmatch(head)
    if call is None or not _is_one_call(head):
        return ParameterSpec(written, expression=_expression(head), condition=condition)
    name = call["name"]
    if name in registry.names("distribution"):
        drawn = parse_call(name, call["inner"], call.start("inner"))
        return ParameterSpec(written, drawn.distribution, None, condition, drawn.offsets)
    if name not in FUNCTIONS:
        message = f"{name!r}: {unknown_name('distribution', name, registry.names('distribution'))}"
        raise NotationError(message, call.start("name"))
    return ParameterSpec(written, expression=_expression(head), condition=condition)


def _expression(text: str) -> Expression:
    """Arithmetic; a distribution has no place in it."""
    distributions = registry.names("distribution")
    if not text.strip():
        raise NotationError(f"expected a distribution such as {EXAMPLE}, or arithmetic with parameters")
    for word in re.finditer(r"(?<![\w.\]])([A-Za-z_]\w*)\s*(\(?)", text):
        if word[1] in distributions and word[2]:
            message = f"{word[1]}(…) stands alone; draw a parameter of its own from it, and use its name here"
            raise NotationError(message, word.start())
        if word[1] in distributions and text.strip() == word[1]:
            raise NotationError(f"{word[1]} needs arguments in parentheses, as {EXAMPLE} has", word.start())
    return _parsed(Expression.parse, text, 0)


def _parsed(parse: Callable[[str], T], text: str, start: int) -> T:
    """An expression or a condition that begins at `start` of the whole text."""
    start += len(text) - len(text.lstrip())
    try:
        return parse(text.strip())
    except ExpressionError as error:
        raise NotationError(error.message, start + error.offset) from None


def _without_condition(text: str) -> tuple[str, int | None]:
    """What stands before `when`, and where the condition after it begins; None where there is none."""
    open_after = depths(text)
    for word in re.finditer(r"(?<!\S)when(?!\S)", text):
        if open_after[word.start()] == 0:
            return text[: word.start()], word.end()
    return text, None


def _is_one_call(head: str) -> bool:
    """Whether the first bracket closes at the end, unlike that of `min(a, b) + max(c, d)`."""
    return all(depths(head.rstrip())[head.index("(") : -1])
