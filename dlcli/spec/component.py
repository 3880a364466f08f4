"""Components in a config: a registered name and its options, checked against the constructor's signature.

`adam` and `{name: adam, learning_rate: 1e-3}` are the two ways to write one. Options left out get the
constructor's defaults, so that a checked component is complete.
"""

from __future__ import annotations

import functools
import inspect
import types
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import Field, GetCoreSchemaHandler, ValidationError, create_model
from pydantic_core import CoreSchema, core_schema

from dlcli.core import ConfigError, InvalidConfigError, registry, unknown_name
from dlcli.spec.expectations import expected, members, peel, show
from dlcli.spec.key_paths import KeyPath, format_path
from dlcli.spec.mistake import MISSING_KEY, Mistake, mistaken, mistakes_of
from dlcli.spec.section import Section, fields_of, plain

#: the key that stands for a reference until the whole JSON Schema is put together
DEFINED_AS = "definedAs"


@dataclass(frozen=True)
class ComponentSpec:
    """A component that has been checked but not made.

    Args:
        kind: the registry's kind, such as `optimizer`.
        name: the registered name, such as `adam`.
        options: every option of the constructor. Components among them are `ComponentSpec`s themselves,
            or plain `{name: …, options}` mappings where the constructor asks for the description only.
    """

    kind: str
    name: str
    options: dict[str, Any] = field(default_factory=dict)

    def plain(self) -> Any:
        """The component as it would be written in YAML: its name, or a mapping with its options."""
        if self.kind == "format":  # written {format: csv, …} where a data set is expected
            return {"format": self.name} | plain(self.options)
        return {"name": self.name} | plain(self.options) if self.options else self.name


@dataclass(frozen=True)
class OfKind(registry.Described):
    """The pydantic type of a component: `Annotated[ComponentSpec, OfKind("optimizer")]`.

    Args:
        kind: the registry's kind.
        described: give the plain mapping `{name: …, options}` instead of a `ComponentSpec`.
    """

    described: bool = False

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: Any) -> dict[str, Any]:
        return {DEFINED_AS: self.kind}

    def check(self, value: Any) -> Any:
        component = check_component(self.kind, value)
        return {"name": component.name} | plain(component.options) if self.described else component


def component_from(kind: str, value: Any) -> ComponentSpec:
    """Check a component that comes from code instead of a file.

    Raises:
        InvalidConfigError: with all that is wrong with it.
    """
    try:
        return check_component(kind, value)
    except ValidationError as error:
        problems = [
            ConfigError(mistake.message, key=format_path(mistake.path) or None) for mistake in mistakes_of(error)
        ]
        raise InvalidConfigError(problems) from None


def check_component(kind: str, value: Any, *, key: str = "name") -> ComponentSpec:
    """`value` as a component of `kind`, with its defaults filled in.

    Args:
        key: the key of a mapping that holds the component's name; the others are its options.

    Raises:
        ValidationError: holding `Mistake`s.
    """
    if isinstance(value, ComponentSpec) and value.kind == kind:
        value = {key: value.name} | value.options
    if isinstance(value, str):
        check_name(kind, value)
        return ComponentSpec(kind, value, check_options(kind, value, {}))
    if not isinstance(value, dict):
        annotation = Annotated[Any, OfKind(kind)]
        raise mistaken([Mistake((), expected(annotation, value))])
    options = dict(value)
    if key not in options:
        raise mistaken([Mistake((key,), _missing_name(kind, key, value), MISSING_KEY)])
    name = options.pop(key)
    if not isinstance(name, str):
        raise mistaken([Mistake((key,), expected(str, name))])
    check_name(kind, name, (key,))
    return ComponentSpec(kind, name, check_options(kind, name, options))


def check_name(kind: str, name: str, path: KeyPath = ()) -> None:
    """Refuse a name under which nothing is registered.

    Args:
        path: where the name stands.

    Raises:
        ValidationError: holding one `Mistake`.
    """
    if name not in registry.names(kind):
        raise mistaken([Mistake(path, f"{show(name)}: {unknown_name(kind, name, registry.names(kind))}")])


def check_options(kind: str, name: str, options: dict[str, Any]) -> dict[str, Any]:
    """The complete options of a registered component.

    Raises:
        ValidationError: holding `Mistake`s with paths among the options.
    """
    checked = options_model(registry.lookup(kind, name)).model_validate(options)
    return {key: getattr(checked, attribute_of(key)) for key in fields_of(type(checked))}


@functools.cache
def options_model(component: Any) -> type[Section]:
    """The section whose keys are the options of a registered component."""
    fields: dict[str, Any] = {}
    for option in registry.options(component):
        annotation = _checked(option.annotation, f"{component.__name__}({option.name}: …)")
        default = list(option.default) if isinstance(option.default, tuple) else option.default
        fields[attribute_of(option.name)] = (annotation, Field(... if option.required else default, alias=option.name))
    return create_model(component.__name__, __base__=Section, __doc__=inspect.getdoc(component), **fields)


def attribute_of(option: str) -> str:
    """The attribute that holds an option: `copy_`, because `copy` is a method of every pydantic model."""
    return f"{option}_"


def _checked(annotation: Any, where: str) -> Any:
    """An option's annotation with its components replaced by their pydantic types.

    Raises:
        TypeError: the annotation is outside the vocabulary of options.
    """
    if kind := registry.component_kind(annotation):
        return Annotated[Any, OfKind(kind, described=registry.is_described(annotation))]
    inner, marks = peel(annotation)
    alternatives = members(inner)
    if len(alternatives) > 1:
        inner = Union[tuple(_checked(member, where) for member in alternatives)]  # noqa: UP007
    elif get_origin(inner) in (list, dict):
        origin, (*keys, item) = get_origin(inner), get_args(inner)
        inner = origin[(*keys, _checked(item, where))]
    elif get_origin(inner) is not Literal and inner not in (Any, bool, int, float, str, types.NoneType):
        raise TypeError(f"{where}: options are numbers, texts, lists, mappings and components, not {inner!r}")
    return Annotated[inner, *marks] if marks else inner


def _missing_name(kind: str, key: str, value: dict[str, Any]) -> str:
    """What to say about a component's mapping without a name."""
    names = registry.names(kind)
    given = [name for name in value if name in names]
    if given:
        return f"missing key {key}; write {{{key}: {given[0]}, …}}"
    return f"missing key {key}; expected one of: {', '.join(names)}"
