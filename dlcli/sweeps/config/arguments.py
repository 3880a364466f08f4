"""Arguments of a distribution, such as `1e-4, 1e-1`, parsed into its options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, get_origin

from pydantic import ValidationError

from dlcli.core import InvalidConfigError, formatting, registry
from dlcli.spec import MISSING_KEY, ComponentSpec, check_options, load_yaml, mistakes_of, peel
from dlcli.sweeps.config.notation_error import NotationError

KIND = "distribution"
#: Key under which the arguments are parsed as a YAML list.
_KEY = "arguments"
_PREFIX_LENGTH = len(f"{_KEY}: [")


class Argument(NamedTuple):
    """Argument in the source; `option` is None for a positional one."""

    option: str | None
    value: Any
    offset: int


@dataclass(frozen=True)
class Call:
    """Distribution with the offsets of its options in the text."""

    distribution: ComponentSpec
    offsets: Mapping[str, int]


def parse_call(name: str, inner: str, start: int) -> Call:
    """Parse the arguments of a distribution.

    Args:
        name: Registered name of the distribution.
        inner: Text between the parentheses: YAML values, positional or named.
        start: Offset of `inner` in the whole text.

    Raises:
        NotationError: The arguments are not YAML, or do not match the options.
    """
    options = [option.name for option in registry.options(registry.lookup(KIND, name))]
    values: dict[str, Any] = {}
    offsets: dict[str, int] = {}
    if _takes_any_number(name):
        arguments = list(_arguments(inner, start, ()))
        values, offsets = {options[0]: [argument.value for argument in arguments]}, {options[0]: start}
    else:
        for position, argument in enumerate(_arguments(inner, start, options)):
            option = argument.option or (options[position] if position < len(options) else None)
            if option is None:
                message = f"too many arguments; {name} takes {formatting.listing(options)}"
                raise NotationError(message, argument.offset)
            if option in values:
                raise NotationError(f"duplicate argument {option}", argument.offset)
            values[option], offsets[option] = argument.value, argument.offset
    try:
        return Call(ComponentSpec(KIND, name, check_options(KIND, name, values)), offsets)
    except ValidationError as error:
        # A missing option comes last: it is mostly missing because another one is misspelled.
        mistake = min(mistakes_of(error), key=lambda one: one.code == MISSING_KEY)
        option = str(mistake.path[0])
        message = f"{option}: {mistake.message}"
        if mistake.code == MISSING_KEY:
            message = f"missing argument {option}; {name} takes {formatting.listing(options)}"
        raise NotationError(message, offsets.get(option, start)) from None


def _arguments(inner: str, start: int, options: list[str] | tuple[()]) -> Iterator[Argument]:
    """Yield the arguments in order; `low: 1` is a named argument if `options` are given."""
    line = " ".join(inner.split("\n"))
    if not line.strip():
        return
    try:
        document = load_yaml(f"{_KEY}: [{line}]", "")
    except InvalidConfigError as error:
        problem = error.problems[0]
        message = problem.message.partition(", or the [")[0]  # brackets have been checked before
        offset = start + max(0, (problem.column or 1) - 1 - _PREFIX_LENGTH)
        raise NotationError(f"invalid YAML in the arguments: {message}", min(offset, start + len(inner))) from None
    for position, value in enumerate(document.data[_KEY]):
        offset = start + document.position((_KEY, position))[1] - 1 - _PREFIX_LENGTH
        if options and isinstance(value, dict) and len(value) == 1:
            [(option, value)] = value.items()
            yield Argument(option, value, offset)
        else:
            yield Argument(None, value, offset)


def _takes_any_number(name: str) -> bool:
    """Return whether the only option of a distribution is a list; the arguments are then its items."""
    options = registry.options(registry.lookup(KIND, name))
    return len(options) == 1 and get_origin(peel(options[0].annotation)[0]) is list
