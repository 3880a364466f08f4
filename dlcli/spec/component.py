"""Options in a config, checked against the signature of the class that takes them: of components and of settings.

`adam` and `{name: adam, learning_rate: 1e-3}` are the two ways to write one. Options left out get the
constructor's defaults, so that a checked component is complete. Settings are dataclasses of such options
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


@dataclass(frozen=True)
class OfClass:
    """The pydantic type of settings: with `Annotated[TrainingSettings, OfClass()]` a mapping becomes an instance.

    The checks that the class makes when it is created are part of it: a `ConfigError` that names one of its options is
    a mistake at that key.
    """

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def create(value: Any, check: Callable[[Any], Section]) -> Any:
            return value if isinstance(value, source) else _settings(source, check(value))

        section = handler.generate_schema(options_model(source))
        return core_schema.no_info_wrap_validator_function(create, section)


def _settings(settings: type, checked: Section) -> Any:
    """An instance of a dataclass from its checked options."""
    try:
        return settings(**registry.arguments(settings, _options_of(checked)))
    except ConfigError as error:
        raise mistaken([Mistake(parse_path(error.key or ""), error.message, error.code)]) from None


def component_from(kind: str, value: Any) -> ComponentSpec:
    """Check a component that comes from code instead of a file.

    Raises:
        InvalidConfigError: with all that is wrong with it.
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
    """`value` as a component of `kind`, with its defaults filled in.

    Args:
        key: the key of a mapping that holds the component's name; the others are its options.

    Raises:
        ValidationError: holding `Mistake`s.
    """
    # Already a component, e.g. a default value: its options are checked like those of a file.
    if isinstance(value, ComponentSpec) and value.kind == kind:
        value = {key: value.name} | value.options
    if isinstance(value, str):
        check_name(kind, value)
        return ComponentSpec(kind, value, check_options(kind, value, {}))
    if not isinstance(value, dict):
        annotation = Annotated[Any, OfKind(kind)]
        raise mistaken([Mistake((), expected(annotation, value), "wrong_type")])
    # a copy: the document is kept, to find the places of errors
    options = dict(value)
    if key not in options:
        raise mistaken([Mistake((key,), _missing_name(kind, key, value), MISSING_KEY)])
    name = options.pop(key)
    if not isinstance(name, str):
        raise mistaken([Mistake((key,), expected(str, name), "wrong_type")])
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
        raise mistaken(
            [Mistake(path, f"{show(name)}: {unknown_name(kind, name, registry.names(kind))}", "unknown_name")]
        )


def check_options(kind: str, name: str, options: dict[str, Any]) -> dict[str, Any]:
    """The complete options of a registered component.

    Raises:
        ValidationError: holding `Mistake`s with paths among the options.
    """
    return _options_of(options_model(registry.lookup(kind, name)).model_validate(options))


def _options_of(checked: Section) -> dict[str, Any]:
    """Every option with its value."""
    return {key: getattr(checked, attribute_of(key)) for key in fields_of(type(checked))}


class _Options(Section):
    """The options of a class."""

    @classmethod
    def descriptions(cls) -> Mapping[str, str]:
        return {key: field.description or "" for key, field in fields_of(cls).items()}


@functools.cache
def options_model(component: Any) -> type[Section]:
    """The section whose keys are the options of a registered component, or of a dataclass."""
    # The signature of the constructor becomes a pydantic model; there is no second declaration of an option.
    fields: dict[str, Any] = {}
    for option in registry.options(component):
        annotation = _checked(option.annotation, f"{component.__name__}({option.name}: …)")
        fields[attribute_of(option.name)] = (annotation, _field(option))
    return create_model(component.__name__, __base__=_Options, __doc__=inspect.getdoc(component), **fields)


def _field(option: registry.Option) -> Any:
    description = option.description or None
    if option.required:
        return Field(alias=option.name, description=description)
    if is_settings(type(option.default)):  # the schema of its class has the defaults already
        return Field(default_factory=lambda: option.default, alias=option.name, description=description)
    # A tuple is immutable and therefore the right default in Python; YAML knows only lists.
    default = list(option.default) if isinstance(option.default, tuple) else option.default
    return Field(default, alias=option.name, description=description)


def attribute_of(option: str) -> str:
    """The attribute that holds an option: `copy_`, because `copy` is a method of every pydantic model."""
    return f"{option}_"


def is_settings(annotation: Any) -> bool:
    """Whether a type is a class of settings: a dataclass that is written as its fields, and not in a way of its own."""
    is_class = isinstance(annotation, type) and dataclasses.is_dataclass(annotation)
    return is_class and not hasattr(annotation, "plain")


def _checked(annotation: Any, where: str) -> Any:
    """An option's annotation with its components replaced by their pydantic types.

    Raises:
        TypeError: the annotation is outside the vocabulary of options.
    """
    if any(isinstance(mark, OfKind) for mark in peel(annotation)[1]):
        return annotation
    if kind := registry.component_kind(annotation):
        return Annotated[Any, OfKind(kind, described=registry.is_described(annotation))]
    # marks are the constraints, e.g. Ge(0); they are put around the converted type again
    inner, marks = peel(annotation)
    if is_settings(inner):
        return Annotated[(inner, *marks, OfClass())]
    alternatives = members(inner)
    if len(alternatives) > 1:
        inner = Union[tuple(_checked(member, where) for member in alternatives)]  # noqa: UP007
    elif get_origin(inner) in (list, dict):
        origin, (*keys, item) = get_origin(inner), get_args(inner)
        inner = origin[(*keys, _checked(item, where))]
    # An annotation that YAML cannot express is a mistake of the programmer, and found by the first test that looks the
    # component up.
    elif get_origin(inner) is not Literal and inner not in (Any, bool, int, float, str, types.NoneType):
        raise TypeError(f"{where}: options are numbers, texts, lists, mappings and components, not {inner!r}")
    return Annotated[inner, *marks] if marks else inner


def _missing_name(kind: str, key: str, value: dict[str, Any]) -> str:
    """What to say about a component's mapping without a name."""
    names = registry.names(kind)
    # `{adam: …}` or `{adam, learning_rate: …}`: the name was written as a key
    given = [name for name in value if name in names]
    if given:
        return f"missing key {key}; write {{{key}: {given[0]}, …}}"
    return f"missing key {key}; expected one of: {', '.join(names)}"
