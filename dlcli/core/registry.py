"""The registry that maps names in YAML to classes in code.

`@register("layer", "linear")` makes a class available to configs. Its YAML schema is its constructor's
signature: **keyword-only parameters are the options a user writes; positional ones are supplied by the code
that builds it** (an input shape, a generator). A parameter annotated with a base class that has a
`registry_kind` is itself a component, written as a name or as `{name: …, options}`; the constructor receives the
object. Annotated with `Described(kind)` it is written the same way, and the constructor receives the plain mapping.

A dataclass is a mapping of options in the same way, by its fields: as the type of a parameter it is a mapping below
the parameter's name; marked with `Inline`, its keys are merged into those of the class that takes it.

The table below is the only process-wide state that grows at import time; only the decorator writes to it, and a
duplicate name raises an error.
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
    """Mark of an option that takes the description of a component, not the component itself.

    Architectures use it, because the nodes that they return are data that can be saved.
    `Initialization = Annotated[dict[str, Any], Described("initializer")]`

    Args:
        kind: Kind of the component, such as `initializer`.
    """

    kind: str


@dataclass(frozen=True)
class Inline:
    """Mark of a parameter that groups several options of a component, which are not nested in a config.

    `class Csv: def __init__(self, *, path: str, dialect: Annotated[Dialect, Inline()] = Dialect())` is written
    `{path: …, delimiter: …}`, where `delimiter` is a field of the dataclass `Dialect`.
    """


@dataclass(frozen=True)
class Option:
    """A keyword-only parameter of a component, which a config can set.

    Args:
        name: Name of the parameter.
        annotation: Resolved type with its constraints, such as `Annotated[float, Gt(0)]`.
        default: Default value; `REQUIRED` if there is none.
        description: Entry of the parameter in the docstring.
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
        ValueError: The name is already registered, or is not in snake_case.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise ValueError(f"{kind} {name!r}: expected a name in snake_case")

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
    """Remove the components that the block registered if it raises."""
    before = {kind: dict(components) for kind, components in _components.items()}
    try:
        yield
    except BaseException:
        _components.clear()
        _components.update(before)
        raise


def size() -> int:
    """Return the number of registered components."""
    return sum(map(len, _components.values()))


def origins() -> set[str]:
    """Return the modules that define registered components."""
    return {component.__module__ for components in _components.values() for component in components.values()}


def kinds() -> list[str]:
    """Return every kind that has a component, sorted."""
    return sorted(_components)


def names(kind: str) -> list[str]:
    """Return the names of the components of `kind`, sorted."""
    return sorted(_components.get(kind, {}))


def lookup(kind: str, name: str) -> Callable[..., Any]:
    """Return the component `name` of `kind`.

    Raises:
        ConfigError: The name is unknown; the message suggests the nearest one.
    """
    components = _components.get(kind, {})
    if name not in components:
        raise ConfigError(f"{name!r}: {unknown_name(kind, name, components)}", code="unknown_name")
    return components[name]


def name_of(kind: str, component: Callable[..., Any]) -> str:
    """Return the name under which `component` is registered.

    Raises:
        KeyError: The component is not registered as a `kind`.
    """
    for name, registered in _components.get(kind, {}).items():
        if registered is component:
            return name
    raise KeyError(f"{component!r} is not a registered {kind}")


def options(component: Callable[..., Any]) -> list[Option]:
    """Return the options of a component or a dataclass, in the order of its signature."""
    descriptions = argument_descriptions(component)
    result: list[Option] = []
    for name, annotation, default in _parameters(component):
        if (group := _group(annotation)) is None:
            result.append(Option(name, annotation, default, descriptions.get(name, "")))
        else:
            defaults = {} if default is REQUIRED else option_values(default)
            result += [
                dataclasses.replace(option, default=defaults.get(option.name, option.default))
                for option in options(group)
            ]
    return result


def arguments(component: Callable[..., Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keyword arguments of a component; the options of an `Inline` parameter become one object.

    Args:
        component: Component or dataclass.
        values: Option → value; omitted options keep their defaults.
    """
    keywords: dict[str, Any] = {}
    for name, annotation, default in _parameters(component):
        if (group := _group(annotation)) is not None:
            defaults = {} if default is REQUIRED else option_values(default)
            keywords[name] = group(**arguments(group, defaults | dict(values)))
        elif name in values:
            keywords[name] = values[name]
    return keywords


def make(component: Callable[..., Any], *positional: Any, **values: Any) -> Any:
    """Call a component with its options as in a config, where those of `Inline` parameters are not nested.

    Args:
        component: Class or function to call.
        positional: Positional arguments, which come from the code and not from the config.
        values: Option → value.

    Raises:
        TypeError: The component lacks an option.
    """
    if unknown := values.keys() - {option.name for option in options(component)}:
        raise TypeError(f"{component.__name__} has no option {', '.join(sorted(unknown))}")
    return component(*positional, **arguments(component, values))


def option_values(group: Any) -> dict[str, Any]:
    """Return option → value of an instance of a dataclass; the inverse of `arguments`."""
    values: dict[str, Any] = {}
    for name, annotation, _ in _parameters(type(group)):
        value = getattr(group, name)
        values |= {name: value} if _group(annotation) is None else option_values(value)
    return values


def _parameters(component: Callable[..., Any]) -> Iterator[tuple[str, Any, Any]]:
    """Yield the keyword-only parameters with their annotations and defaults."""
    fields = getattr(component, "__dataclass_fields__", {})
    for name, annotation, default in _signature(component):
        has_factory = name in fields and fields[name].default_factory is not dataclasses.MISSING
        yield name, annotation, fields[name].default_factory() if has_factory else default


@functools.cache
def _signature(component: Callable[..., Any]) -> tuple[tuple[str, Any, Any], ...]:
    """Return the parameters without calling default factories, cached because resolving annotations is slow."""
    target = component.__init__ if isinstance(component, type) else component  # type: ignore[misc]
    hints = typing.get_type_hints(target, include_extras=True)
    return tuple(
        (name, hints[name], parameter.default)
        for name, parameter in inspect.signature(component).parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    )


def _group(annotation: Any) -> Any:
    """Return the dataclass whose fields replace an `Inline` parameter; None for any other parameter."""
    marks = getattr(annotation, "__metadata__", ())
    return annotation.__origin__ if any(isinstance(mark, Inline) for mark in marks) else None


def summary(component: Callable[..., Any]) -> str:
    """Return the first line of a component's docstring."""
    return (inspect.getdoc(component) or "").split("\n", 1)[0]


def argument_descriptions(component: Callable[..., Any]) -> Mapping[str, str]:
    """Return the `Args:` section of a docstring as parameter name → text on one line."""
    documented = re.search(r"^Args:\n((?:[ \t]+.*\n?|\n)+)", inspect.getdoc(component) or "", re.MULTILINE)
    if documented is None:
        return {}
    entries = re.findall(r"^ {4}(\w+): (.+(?:\n {8}.+)*)", documented.group(1), re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in entries}


def component_kind(annotation: Any) -> str | None:
    """Return the kind of component that an annotation stands for; None for other annotations."""
    if isinstance(annotation, type):
        return getattr(annotation, "registry_kind", None)
    marks = getattr(annotation, "__metadata__", ())
    return next((mark.kind for mark in marks if isinstance(mark, Described)), None)


def is_described(annotation: Any) -> bool:
    """Return whether the constructor receives the description of the component instead of an object."""
    return not isinstance(annotation, type) and component_kind(annotation) is not None
