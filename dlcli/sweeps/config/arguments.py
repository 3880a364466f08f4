"""The arguments of a distribution: `1e-4, 1e-1` as its options, checked as those of every component."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, get_origin

from pydantic import ValidationError

from dlcli.core import InvalidConfigError, formatting, registry
from dlcli.spec import MISSING_KEY, ComponentSpec, check_options, load_yaml, mistakes_of, peel
from dlcli.sweeps.config.notation_error import NotationError

KIND = "distribution"
#: the arguments are read as this key's list
_KEY = "arguments"
_BEFORE = len(f"{_KEY}: [")


class Argument(NamedTuple):
    """One argument as it is written; `option` is None where only the value is."""

    option: str | None
    value: Any
    offset: int


@dataclass(frozen=True)
class Call:
    """A distribution with the places of its options in the text."""

    distribution: ComponentSpec
    offsets: Mapping[str, int]


def parse_call(name: str, inner: str, start: int) -> Call:
    """A distribution from what stands in its parentheses.

    Args:
        name: registered.
        inner: the arguments; YAML, in the order of the options or with their names.
        start: where `inner` begins in the whole text.

    Raises:
        NotationError: they are not YAML, or do not fit.
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
                message = f"{name} takes {formatting.listing(options)}; there is one argument too many"
                raise NotationError(message, argument.offset)
            if option in values:
                raise NotationError(f"{option} is given twice", argument.offset)
            values[option], offsets[option] = argument.value, argument.offset
    try:
        return Call(ComponentSpec(KIND, name, check_options(KIND, name, values)), offsets)
    except ValidationError as error:
        mistake = min(mistakes_of(error), key=lambda one: one.code == MISSING_KEY)  # mostly because another is misspelt
        option = str(mistake.path[0])
        message = f"{option}: {mistake.message}"
        if mistake.code == MISSING_KEY:
            message = f"{name} takes {formatting.listing(options)}; {option} is missing"
        raise NotationError(message, offsets.get(option, start)) from None


def _arguments(inner: str, start: int, options: list[str] | tuple[()]) -> Iterator[Argument]:
    """The arguments in their order; `low: 1` is one with a name where the distribution has such options."""
    line = " ".join(inner.split("\n"))
    if not line.strip():
        return
    try:
        document = load_yaml(f"{_KEY}: [{line}]", "")
    except InvalidConfigError as error:
        found = error.problems[0]
        message = found.message.partition(", or the [")[0]  # it closes: the brackets have been looked at
        offset = start + max(0, (found.column or 1) - 1 - _BEFORE)
        raise NotationError(f"the arguments are not YAML: {message}", min(offset, start + len(inner))) from None
    for position, value in enumerate(document.data[_KEY]):
        offset = start + document.position((_KEY, position))[1] - 1 - _BEFORE
        if options and isinstance(value, dict) and len(value) == 1:
            [(option, value)] = value.items()
            yield Argument(option, value, offset)
        else:
            yield Argument(None, value, offset)


def _takes_any_number(name: str) -> bool:
    """Whether a distribution has a single option that is a list; its items are then the arguments."""
    options = registry.options(registry.lookup(KIND, name))
    return len(options) == 1 and get_origin(peel(options[0].annotation)[0]) is list
