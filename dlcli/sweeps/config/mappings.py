"""Sections of a sweep file whose keys are those of the base config: `overrides` and `space`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from dlcli.core import show, unknown_name
from dlcli.spec import (
    UNKNOWN_KEY,
    DescribedAs,
    Mistake,
    Sections,
    fields_of,
    parse_path,
    split_append,
    validation_error,
)
from dlcli.sweeps.config.notation import EXAMPLE, ParameterSpec, parse_parameter
from dlcli.sweeps.config.notation_error import NotationError

OVERRIDES = "keys of the base with their values, such as {training.epochs: 10}"
#: Maximum number of parameters, because each unknown name is compared with all of them.
MAX_PARAMETERS = 1_000
PARAMETERS = f"parameters, such as {{optimizer.learning_rate: {EXAMPLE}}}"


@dataclass(frozen=True)
class _Mapping(DescribedAs):
    """Pydantic type of a mapping with a custom check."""

    check: Callable[[Any], dict[str, Any]]
    schema: dict[str, Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: Any) -> dict[str, Any]:
        return self.schema


def check_overrides(value: Any) -> dict[str, Any]:
    """Check that overrides are a mapping of paths; loading the base checks that their keys exist.

    Raises:
        ValidationError: With `Mistake`s.
    """
    if not isinstance(value, dict):
        raise validation_error([Mistake((), f"expected {OVERRIDES}, got {show(value)}", "wrong_type")])
    mistakes = [mistake for key in value if (mistake := _path_mistake(key, split_append(key)[0]))]
    if mistakes:
        raise validation_error(mistakes)
    return value


def check_space(value: Any) -> dict[str, ParameterSpec]:
    """Parse the parameters of a space.

    Raises:
        ValidationError: With `Mistake`s.
    """
    if not isinstance(value, dict) or not value:
        raise validation_error([Mistake((), f"expected {PARAMETERS}, got {show(value)}", "wrong_type")])
    if len(value) > MAX_PARAMETERS:
        message = f"expected at most {MAX_PARAMETERS:,} parameters, got {len(value):,}"
        raise validation_error([Mistake((), message, "too_large")])
    parameters: dict[str, ParameterSpec] = {}
    mistakes: list[Mistake] = []
    for name, source in value.items():
        parsed = _parse(name, source)
        if isinstance(parsed, Mistake):
            mistakes.append(parsed)
        else:
            parameters[name] = parsed
    mistakes = [*_drop_fragments(mistakes, value), *_unknown_names(value, parameters)]
    mistakes = mistakes or _unused_parameters(parameters)  # a misspelled name may be the cause of an unused one
    if mistakes:
        raise validation_error(mistakes)
    return parameters


def _parse(name: str, source: Any) -> ParameterSpec | Mistake:
    if mistake := _path_mistake(name, name):
        return mistake
    try:
        return parse_parameter(source)
    except NotationError as error:
        return Mistake((name,), str(error), "syntax_error", offset=error.offset)


def _drop_fragments(mistakes: list[Mistake], space: dict[str, Any]) -> list[Mistake]:
    """Drop mistakes about the rest of an unquoted text that YAML split at a comma, as in `{a: uniform(0, 1)}`."""
    fragments = {name for name, value in space.items() if value is None and name.count(")") > name.count("(")}
    split = {mistake.path for mistake in mistakes if mistake.message.endswith("( is not closed")}
    if not fragments or not split:
        return mistakes
    hint = "; inside { } a text with a comma must be in quotes"
    return [
        Mistake(one.path, one.message + hint, one.code, offset=one.offset) if one.path in split else one
        for one in mistakes
        if one.path[0] not in fragments
    ]


def is_auxiliary(name: str) -> bool:
    """Return whether a parameter is not a key of a config: a name without dots that is not a section."""
    return len(parse_path(name)) == 1 and name not in fields_of(Sections)


def _path_mistake(key: str, path: str) -> Mistake | None:
    try:
        if parse_path(path):
            return None
    except ValueError as error:
        return Mistake((key,), str(error), UNKNOWN_KEY)
    return Mistake((key,), "expected a key, such as optimizer.learning_rate", UNKNOWN_KEY)


def _unknown_names(space: dict[str, Any], parameters: dict[str, ParameterSpec]) -> list[Mistake]:
    """Return mistakes for names in expressions and conditions that are not parameters."""
    return [
        Mistake(
            (name,),
            f"{used}: {unknown_name('parameter', used, space)}",
            "unknown_name",
            offset=max(0, str(parameter).find(used)),
        )
        for name, parameter in parameters.items()
        for used in sorted(parameter.names - space.keys())
    ]


def _unused_parameters(parameters: dict[str, ParameterSpec]) -> list[Mistake]:
    """Return mistakes for auxiliary parameters without a use, which are mostly misspelled keys of the config."""
    used = {name for parameter in parameters.values() for name in parameter.names}
    reason = "; no expression or condition uses it"
    return [
        Mistake((name,), f"{unknown_name('key', name, fields_of(Sections))}{reason}", UNKNOWN_KEY)
        for name in parameters
        if is_auxiliary(name) and name not in used
    ]


BaseOverrides: TypeAlias = Annotated[dict[str, Any], _Mapping(OVERRIDES, check_overrides, {"type": "object"})]
SearchSpace: TypeAlias = Annotated[
    dict[str, ParameterSpec],
    _Mapping(
        PARAMETERS,
        check_space,
        {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {
                "anyOf": [
                    {
                        "type": "string",
                        "description": f"Distribution, such as {EXAMPLE}, or expression of other parameters.",
                    },
                    {"type": "array", "minItems": 1, "description": "Values to choose from."},
                ]
            },
        },
    ),
]
