"""Names in YAML to classes in code.

`@register("layer", "linear")` makes a class reachable from a config. Its YAML schema is its constructor's
signature: **keyword-only parameters are the options a user writes; positional ones are supplied by the code
that builds it** (an input shape, a generator). A parameter annotated with a base class that has a
`registry_kind` is itself a component, written as a name or as `{name: …, options}`; it arrives as an object.
Annotated with `Described(kind)` it is written the same way and arrives as that plain mapping.

A dataclass is a mapping of options in the same way, by its fields: as the type of a parameter it is a mapping below
the parameter's name, and marked with `Inline` its keys stand among those of the class that takes it.

The table below is the one piece of process-wide state that grows at import time; it is written by the
decorator only, and a duplicate name raises.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import inspect
import re
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from dlcli.core.errors import ConfigError, unknown_name

C = TypeVar("C", bound=Callable[..., Any])

REQUIRED: Any = inspect.Parameter.empty

_components: dict[str, dict[str, Callable[..., Any]]] = {}


@dataclass(frozen=True)
class Described:
    """Marks an option that holds the description of a component, not the component itself.

    Architectures use it: they return nodes that are data, and data can be saved.
    `Initialization = Annotated[dict[str, Any], Described("initializer")]`
    """

    kind: str


@dataclass(frozen=True)
class Inline:
    """Marks a parameter that holds several options of a component, which a config has among the others.

    `class Csv: def __init__(self, *, path: str, dialect: Annotated[Dialect, Inline()] = Dialect())` is written
    `{path: …, delimiter: …}`, where `delimiter` is a field of the dataclass `Dialect`.
    """


@dataclass(frozen=True)
class Option:
    """One keyword-only parameter of a component: a key that a config may set.

    `annotation` is the resolved type with its constraints (`Annotated[float, Gt(0)]`); `default` is `REQUIRED`
    when there is none; `description` is the parameter's line in the docstring.
    """

    name: str
    annotation: Any
    default: Any
    description: str

    @property
    def required(self) -> bool:
        return self.default is REQUIRED


def register(kind: str, name: str) -> Callable[[C], C]:
    """Register a class or function as the component `name` of `kind`.

    Raises:
        ValueError: the name is taken, or is not snake_case.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise ValueError(f"{kind} {name!r}: names are snake_case")

    def add(component: C) -> C:
        components = _components.setdefault(kind, {})
        if name in components:
            first, second = (f"{it.__module__}.{it.__qualname__}" for it in (components[name], component))
            raise ValueError(f"{kind} {name!r} is registered twice: by {first} and by {second}")
        components[name] = component
        return component

    return add


@contextlib.contextmanager
def rolled_back_on_error() -> Iterator[None]:
    """Forget what the block registered if it raises."""
    before = {kind: dict(components) for kind, components in _components.items()}
    try:
        yield
    except BaseException:
        _components.clear()
        _components.update(before)
        raise


def size() -> int:
    """Number of registered components."""
    return sum(map(len, _components.values()))


def origins() -> set[str]:
    """The modules that registered components are defined in."""
    return {component.__module__ for components in _components.values() for component in components.values()}


def kinds() -> list[str]:
    """Every kind that has a component, sorted."""
    return sorted(_components)


def names(kind: str) -> list[str]:
    """The names registered for `kind`, sorted."""
    return sorted(_components.get(kind, {}))


def lookup(kind: str, name: str) -> Callable[..., Any]:
    """The component `name` of `kind`.

    Raises:
        ConfigError: there is none; the message has the nearest match.
    """
    components = _components.get(kind, {})
    if name not in components:
        raise ConfigError(f"{name!r}: {unknown_name(kind, name, components)}", code="unknown_name")
    return components[name]


def name_of(kind: str, component: Callable[..., Any]) -> str:
    """The name under which `component` is registered.

    Raises:
        KeyError: it is not registered as a `kind`.
    """
    for name, registered in _components.get(kind, {}).items():
        if registered is component:
            return name
    raise KeyError(f"{component!r} is not a registered {kind}")


def options(component: Callable[..., Any]) -> list[Option]:
    """The options of a component or a dataclass, in the order of its signature."""
    descriptions = argument_descriptions(component)
    found: list[Option] = []
    for name, annotation, default in _parameters(component):
        if (group := _group(annotation)) is None:
            found.append(Option(name, annotation, default, descriptions.get(name, "")))
        else:
            given = {} if default is REQUIRED else option_values(default)
            found += [
                dataclasses.replace(option, default=given.get(option.name, option.default)) for option in options(group)
            ]
    return found


def arguments(component: Callable[..., Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Keyword arguments of a component: its options, those of an `Inline` parameter gathered into one object.

    Args:
        component: a component or a dataclass.
        given: option → value; what is left out has its default.
    """
    gathered: dict[str, Any] = {}
    for name, annotation, default in _parameters(component):
        if (group := _group(annotation)) is not None:
            defaults = {} if default is REQUIRED else option_values(default)
            gathered[name] = group(**arguments(group, defaults | dict(given)))
        elif name in given:
            gathered[name] = given[name]
    return gathered


def make(component: Callable[..., Any], *supplied: Any, **given: Any) -> Any:
    """Call a component with its options as a config has them, those of `Inline` parameters among the others.

    Args:
        component: what to call.
        supplied: positional arguments, which come from the code and not from the config.
        given: option → value.

    Raises:
        TypeError: the component has no such option.
    """
    if unknown := given.keys() - {option.name for option in options(component)}:
        raise TypeError(f"{component.__name__} has no option {', '.join(sorted(unknown))}")
    return component(*supplied, **arguments(component, given))


def option_values(group: Any) -> dict[str, Any]:
    """Option → value of an instance of a dataclass: the reverse of `arguments`."""
    values: dict[str, Any] = {}
    for name, annotation, _ in _parameters(type(group)):
        value = getattr(group, name)
        values |= {name: value} if _group(annotation) is None else option_values(value)
    return values


def _parameters(component: Callable[..., Any]) -> Iterator[tuple[str, Any, Any]]:
    """The keyword-only parameters with their annotations and defaults."""
    fields = getattr(component, "__dataclass_fields__", {})
    for name, annotation, default in _signature(component):
        made = name in fields and fields[name].default_factory is not dataclasses.MISSING
        yield name, annotation, fields[name].default_factory() if made else default


@functools.cache
def _signature(component: Callable[..., Any]) -> tuple[tuple[str, Any, Any], ...]:
    """What `_parameters` gives, but for defaults that a dataclass makes anew: reading annotations takes a while."""
    target = component.__init__ if isinstance(component, type) else component  # type: ignore[misc]
    hints = typing.get_type_hints(target, include_extras=True)
    return tuple(
        (name, hints[name], parameter.default)
        for name, parameter in inspect.signature(component).parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    )


def _group(annotation: Any) -> Any:
    """The dataclass whose fields stand in place of a parameter, else None."""
    marks = getattr(annotation, "__metadata__", ())
    return annotation.__origin__ if any(isinstance(mark, Inline) for mark in marks) else None


def summary(component: Callable[..., Any]) -> str:
    """The first line of a component's docstring."""
    return (inspect.getdoc(component) or "").split("\n", 1)[0]


def argument_descriptions(component: Callable[..., Any]) -> Mapping[str, str]:
    """The `Args:` section of a docstring as parameter name → text on one line."""
    documented = re.search(r"^Args:\n((?:[ \t]+.*\n?|\n)+)", inspect.getdoc(component) or "", re.MULTILINE)
    if documented is None:
        return {}
    entries = re.findall(r"^ {4}(\w+): (.+(?:\n {8}.+)*)", documented.group(1), re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in entries}


def component_kind(annotation: Any) -> str | None:
    """The kind of component that an annotation stands for, else None."""
    if isinstance(annotation, type):
        return getattr(annotation, "registry_kind", None)
    marks = getattr(annotation, "__metadata__", ())
    return next((mark.kind for mark in marks if isinstance(mark, Described)), None)


def is_described(annotation: Any) -> bool:
    """Whether the component of `component_kind` arrives as its description instead of an object."""
    return not isinstance(annotation, type) and component_kind(annotation) is not None
