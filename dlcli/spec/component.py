"""Check of components and settings in a config against the signatures of their classes.

A component is written `adam`, `{name: adam, learning_rate: 1e-3}` or `{adam: {learning_rate: 1e-3}}`. Omitted options
get the constructor's defaults, so that a checked component is complete. Settings are dataclasses of such options
without a name: a mapping in a config becomes an instance.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import Field, GetCoreSchemaHandler, ValidationError, create_model
from pydantic_core import CoreSchema, core_schema

from dlcli.core import ConfigError, InvalidConfigError, registry, show, unknown_name
from dlcli.spec.expectations import expected, members, peel
from dlcli.spec.key_paths import KeyPath, format_path, parse_path
from dlcli.spec.mistake import MISSING_KEY, Mistake, mistakes_of, validation_error
from dlcli.spec.section import Section, fields_of, plain

#: Key that represents a reference until the whole JSON Schema is assembled.
DEFINED_AS = "definedAs"


@dataclass(frozen=True)
class ComponentSpec:
    """A component that has been checked but not created.

    Args:
        kind: Kind in the registry, such as `optimizer`.
        name: Name in the registry, such as `adam`.
        options: Every option of the constructor. Nested components are `ComponentSpec`s themselves, or plain
            `{name: …, options}` mappings if the constructor takes the description only.
    """

    kind: str
    name: str
    options: dict[str, Any] = field(default_factory=dict)

    def plain(self) -> Any:
        """Return the component as it is written in YAML: its name, or a mapping with its options."""
        if self.kind == "format":  # written {format: csv, …} in place of a data set
            return {"format": self.name} | plain(self.options)
        return {"name": self.name} | plain(self.options) if self.options else self.name


@dataclass(frozen=True)
class ComponentField(registry.Described):
    """Pydantic type of a component: `Annotated[ComponentSpec, ComponentField("optimizer")]`.

    Args:
        kind: Kind in the registry.
        described: Whether the value is the plain mapping `{name: …, options}` instead of a `ComponentSpec`.
    """

    described: bool = False

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: Any) -> dict[str, Any]:
        return {DEFINED_AS: self.kind}

    def check(self, value: Any) -> Any:
        """Return the checked component."""
        component = check_component(self.kind, value)
        return {"name": component.name} | plain(component.options) if self.described else component


@dataclass(frozen=True)
class SettingsField:
    """Pydantic type of settings: with `Annotated[TrainingSettings, SettingsField()]` a mapping becomes an instance.

    The checks of the constructor are included: a `ConfigError` about an option is a mistake at its key.
    """

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def create(value: Any, check: Callable[[Any], Section]) -> Any:
            return value if isinstance(value, source) else _settings(source, check(value))

        section = handler.generate_schema(options_model(source))
        return core_schema.no_info_wrap_validator_function(create, section)


def _settings(settings: type, checked: Section) -> Any:
    """Create an instance of a dataclass from its checked options."""
    try:
        return settings(**registry.arguments(settings, _options_of(checked)))
    except ConfigError as error:
        raise validation_error([Mistake(parse_path(error.key or ""), error.message, error.code)]) from None


def component_from(kind: str, value: Any) -> ComponentSpec:
    """Check a component from code instead of a file.

    Args:
        kind: Kind in the registry.
        value: Name, or mapping of a name and options.

    Raises:
        InvalidConfigError: The component has mistakes; the error lists all of them.
    """
    try:
        return check_component(kind, value)
    except ValidationError as error:
        problems = [
            ConfigError(mistake.message, code=mistake.code, key=format_path(mistake.path) or None)
            for mistake in mistakes_of(error)
        ]
        raise InvalidConfigError(problems) from None


def check_component(kind: str, value: Any, *, key: str = "name") -> ComponentSpec:
    """Check a component and add its defaults.

    Args:
        kind: Kind in the registry.
        value: Name, or mapping of a name and options.
        key: Key of the name in a mapping; the other keys are options.

    Raises:
        ValidationError: The component has mistakes.
    """
    # The options of a component, e.g. of a default value, are checked like those from a file.
    if isinstance(value, ComponentSpec) and value.kind == kind:
        value = {key: value.name} | value.options
    if isinstance(value, str):
        check_name(kind, value)
        return ComponentSpec(kind, value, check_options(kind, value, {}))
    if (written := _written_as_key(kind, value, key)) is not None:
        try:
            return ComponentSpec(kind, written, check_options(kind, written, value[written]))
        except ValidationError as error:
            moved = [Mistake((written, *it.path), it.message, it.code, offset=it.offset) for it in mistakes_of(error)]
            raise validation_error(moved) from None
    if not isinstance(value, dict):
        annotation = Annotated[Any, ComponentField(kind)]
        raise validation_error([Mistake((), expected(annotation, value), "wrong_type")])
    # a copy, as the document is needed to find the places of errors
    options = dict(value)
    if key not in options:
        raise validation_error([Mistake((key,), _missing_name(kind, key, value), MISSING_KEY)])
    name = options.pop(key)
    if not isinstance(name, str):
        raise validation_error([Mistake((key,), expected(str, name), "wrong_type")])
    check_name(kind, name, (key,))
    return ComponentSpec(kind, name, check_options(kind, name, options))


def _written_as_key(kind: str, value: Any, key: str) -> str | None:
    """Return the name of a component that is written as `{name: {options}}`, like a layer; None for other forms."""
    if not isinstance(value, dict) or len(value) != 1 or key != "name":
        return None
    [(name, options)] = value.items()
    return name if isinstance(options, dict) and name in registry.names(kind) else None


def check_name(kind: str, name: str, path: KeyPath = ()) -> None:
    """Check that a name is registered.

    Args:
        kind: Kind in the registry.
        name: Name to check.
        path: Path of the name.

    Raises:
        ValidationError: The name is unknown.
    """
    if name not in registry.names(kind):
        raise validation_error(
            [Mistake(path, f"{show(name)}: {unknown_name(kind, name, registry.names(kind))}", "unknown_name")]
        )


def check_options(kind: str, name: str, options: dict[str, Any]) -> dict[str, Any]:
    """Check the options of a registered component and add its defaults.

    Raises:
        ValidationError: Options have mistakes; their paths are relative to the options.
    """
    return _options_of(options_model(registry.lookup(kind, name)).model_validate(options))


def _options_of(checked: Section) -> dict[str, Any]:
    """Return every option with its value."""
    return {key: getattr(checked, attribute_of(key)) for key in fields_of(type(checked))}


class _Options(Section):
    """The options of a class."""

    @classmethod
    def descriptions(cls) -> Mapping[str, str]:
        return {key: field.description or "" for key, field in fields_of(cls).items()}


@functools.cache
def options_model(component: Any) -> type[Section]:
    """Return the section whose keys are the options of a registered component, or of a dataclass."""
    # The constructor's signature becomes a pydantic model, so that every option is declared only once.
    fields: dict[str, Any] = {}
    for option in registry.options(component):
        annotation = _field_type(option.annotation, f"{component.__name__}({option.name}: …)")
        fields[attribute_of(option.name)] = (annotation, _field(option))
    return create_model(component.__name__, __base__=_Options, __doc__=inspect.getdoc(component), **fields)


def _field(option: registry.Option) -> Any:
    description = option.description or None
    if option.required:
        return Field(alias=option.name, description=description)
    if is_settings(type(option.default)):  # the schema of its class contains the defaults
        return Field(default_factory=lambda: option.default, alias=option.name, description=description)
    # A default in Python is an immutable tuple; YAML has only lists.
    default = list(option.default) if isinstance(option.default, tuple) else option.default
    return Field(default, alias=option.name, description=description)


def attribute_of(option: str) -> str:
    """Return the attribute of an option, such as `copy_`, because `copy` is a method of every pydantic model."""
    return f"{option}_"


def is_settings(annotation: Any) -> bool:
    """Return whether a type is a class of settings: a dataclass that is written as a mapping of its fields."""
    is_class = isinstance(annotation, type) and dataclasses.is_dataclass(annotation)
    return is_class and not hasattr(annotation, "plain")


def _field_type(annotation: Any, where: str) -> Any:
    """Replace components in an option's annotation by their pydantic types.

    Args:
        annotation: Annotation of the option.
        where: Place of the option in the code, for the error.

    Raises:
        TypeError: YAML cannot express the annotation.
    """
    if any(isinstance(mark, ComponentField) for mark in peel(annotation)[1]):
        return annotation
    if kind := registry.component_kind(annotation):
        return Annotated[Any, ComponentField(kind, described=registry.is_described(annotation))]
    # marks are the constraints, e.g. Ge(0), which are added to the converted type again
    inner, marks = peel(annotation)
    if is_settings(inner):
        return Annotated[(inner, *marks, SettingsField())]
    alternatives = members(inner)
    if len(alternatives) > 1:
        inner = Union[tuple(_field_type(member, where) for member in alternatives)]  # noqa: UP007
    elif get_origin(inner) in (list, dict):
        origin, (*keys, item) = get_origin(inner), get_args(inner)
        inner = origin[(*keys, _field_type(item, where))]
    # An annotation that YAML cannot express is a programming error, which any test of the component reveals.
    elif get_origin(inner) is not Literal and inner not in (Any, bool, int, float, str, types.NoneType):
        raise TypeError(f"{where}: expected numbers, strings, lists, mappings or components, got {inner!r}")
    return Annotated[inner, *marks] if marks else inner


def _missing_name(kind: str, key: str, value: dict[str, Any]) -> str:
    """Return the message for a component's mapping without a name."""
    names = registry.names(kind)
    # `{adam: …}` or `{adam, learning_rate: …}`: the name is written as a key
    names_as_keys = [name for name in value if name in names]
    if names_as_keys:
        return f"missing key {key}; write {{{key}: {names_as_keys[0]}, …}}"
    return f"missing key {key}; expected one of: {', '.join(names)}"
