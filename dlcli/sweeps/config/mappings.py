"""The two sections of a sweep file whose keys are those of another file: `overrides` and `space`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from dlcli.core import show, unknown_name
from dlcli.spec import UNKNOWN_KEY, InWords, Mistake, Sections, fields_of, mistaken, parse_path, split_append
from dlcli.sweeps.config.notation import EXAMPLE, ParameterSpec, parse_parameter
from dlcli.sweeps.config.notation_error import NotationError

OVERRIDES = "keys of the base with their values, such as {training.epochs: 10}"
#: parameters of a space; unknown names are compared with all of them
MAX_PARAMETERS = 1_000
PARAMETERS = f"parameters, such as {{optimizer.learning_rate: {EXAMPLE}}}"


@dataclass(frozen=True)
class _Mapping(InWords):
    """The pydantic type of a mapping that has a check of its own."""

    check: Callable[[Any], dict[str, Any]]
    schema: dict[str, Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: Any) -> dict[str, Any]:
        return self.schema


def check_overrides(value: Any) -> dict[str, Any]:
    """Keys of a config with values; whether the config has these keys is seen when it is read.

    Raises:
        ValidationError: holding `Mistake`s.
    """
    if not isinstance(value, dict):
        raise mistaken([Mistake((), f"expected {OVERRIDES}; found {show(value)}", "wrong_type")])
    mistakes = [mistake for key in value if (mistake := _path_mistake(key, split_append(key)[0]))]
    if mistakes:
        raise mistaken(mistakes)
    return value


def check_space(value: Any) -> dict[str, ParameterSpec]:
    """Names of parameters with what they are drawn from or computed by.

    Raises:
        ValidationError: holding `Mistake`s.
    """
    if not isinstance(value, dict) or not value:
        raise mistaken([Mistake((), f"expected {PARAMETERS}; found {show(value)}", "wrong_type")])
    if len(value) > MAX_PARAMETERS:
        raise mistaken(
            [Mistake((), f"expected at most {MAX_PARAMETERS:,} parameters, found {len(value):,}", "too_large")]
        )
    parameters: dict[str, ParameterSpec] = {}
    mistakes: list[Mistake] = []
    for name, written in value.items():
        found = _read(name, written)
        if isinstance(found, Mistake):
            mistakes.append(found)
        else:
            parameters[name] = found
    mistakes = [*_without_pieces(mistakes, value), *_unknown(value, parameters)]
    mistakes = mistakes or _unused(parameters)  # what is unknown may have been meant to be the use
    if mistakes:
        raise mistaken(mistakes)
    return parameters


def _read(name: str, written: Any) -> ParameterSpec | Mistake:
    if mistake := _path_mistake(name, name):
        return mistake
    try:
        return parse_parameter(written)
    except NotationError as error:
        return Mistake((name,), str(error), "syntax_error", offset=error.offset)


def _without_pieces(mistakes: list[Mistake], written: dict[str, Any]) -> list[Mistake]:
    """The mistakes without those about the rest of a text that YAML has ended at a comma: `{a: uniform(0, 1)}`."""
    pieces = {name for name, value in written.items() if value is None and name.count(")") > name.count("(")}
    torn = {mistake.path for mistake in mistakes if mistake.message.endswith("( is not closed")}
    if not pieces or not torn:
        return mistakes
    hint = "; inside { } a text with a comma must be in quotes"
    return [
        Mistake(one.path, one.message + hint, one.code, offset=one.offset) if one.path in torn else one
        for one in mistakes
        if one.path[0] not in pieces
    ]


def is_auxiliary(name: str) -> bool:
    """Whether a parameter is no key of a config: a single word that is none of its sections."""
    return len(parse_path(name)) == 1 and name not in fields_of(Sections)


def _path_mistake(key: str, path: str) -> Mistake | None:
    try:
        if parse_path(path):
            return None
    except ValueError as error:
        return Mistake((key,), str(error), UNKNOWN_KEY)
    return Mistake((key,), "expected a key, such as optimizer.learning_rate", UNKNOWN_KEY)


def _unknown(written: dict[str, Any], parameters: dict[str, ParameterSpec]) -> list[Mistake]:
    """Names in expressions and conditions that no parameter has."""
    return [
        Mistake(
            (name,),
            f"{used}: {unknown_name('parameter', used, written)}",
            "unknown_name",
            offset=max(0, str(parameter).find(used)),
        )
        for name, parameter in parameters.items()
        for used in sorted(parameter.names - written.keys())
    ]


def _unused(parameters: dict[str, ParameterSpec]) -> list[Mistake]:
    """Auxiliary parameters that no other looks at: mostly misspelt keys of the config."""
    used = {name for parameter in parameters.values() for name in parameter.names}
    why = "; no expression and no condition uses it"
    return [
        Mistake((name,), f"{unknown_name('key', name, fields_of(Sections))}{why}", UNKNOWN_KEY)
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
                    {"type": "string", "description": f"a distribution, {EXAMPLE}, or arithmetic with parameters"},
                    {"type": "array", "minItems": 1, "description": "values to choose from"},
                ]
            },
        },
    ),
]
