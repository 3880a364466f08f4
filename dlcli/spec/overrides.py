"""Single values of a config, set from outside: `--set optimizer.learning_rate=1e-2`.

| written | does |
|---|---|
| `a.b=VALUE` | sets the key, with the sections above it where they are missing |
| `a.list[0]=VALUE`, `a.list[-1]=VALUE` | replaces an item |
| `a.list+=VALUE` | appends an item, or every item of a list |
| `optimizer=sgd` | replaces the component with all its options |
| `optimizer.name=sgd` | replaces the component and keeps the options, which must then be its own |
| `optimizer.beta1=0.8` where the file has `optimizer: adam` | gives the component an option |

VALUE is YAML. Whether the key exists and the value fits is checked afterwards, with the rest of the config.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dlcli.core import ConfigError, formatting
from dlcli.spec.document import Document, Place
from dlcli.spec.key_paths import MAX_DEPTH, KeyPath, format_path, parse_path
from dlcli.spec.yaml_loader import MAX_CHARACTERS, parse_value
from dlcli.spec.yaml_writer import to_flow

#: characters of an override that messages repeat
_MAX_ECHO = 200


@dataclass(frozen=True)
class Override:
    """One value to set.

    Args:
        path: where.
        value: plain data.
        append: add to the list there instead of replacing it.
        place: where it was written, such as a `--set` argument or a line of a sweep file.
    """

    path: KeyPath
    value: Any
    append: bool
    place: Place

    def __str__(self) -> str:
        return f"{format_path(self.path)}{'+' if self.append else ''}={to_flow(self.value)}"

    def error(self, message: str) -> ConfigError:
        place = self.place
        key = format_path(self.path) or None
        return ConfigError(message, file=place.file, line=place.line, column=place.column, key=key)


#: `key=VALUE` texts and ready overrides in their order, or key → value
Overrides = Sequence[str | Override] | Mapping[str, Any]


def parse_overrides(overrides: Overrides, *, argument: str = "overrides") -> Iterator[Override | ConfigError]:
    """Every override, or what is wrong with its writing.

    Args:
        overrides: `key=VALUE` texts as on the command line, ready ones among them, or key → value as in Python.
        argument: what messages call the mapping.
    """
    if isinstance(overrides, Mapping):
        for key, value in overrides.items():
            yield _from_item(key, value, argument)
    else:
        for one in overrides:
            yield one if isinstance(one, Override) else _from_text(one)


def _from_text(text: str) -> Override | ConfigError:
    source = f"--set {text if len(text) <= _MAX_ECHO else text[:_MAX_ECHO] + '…'}"
    key, equals, value = text.partition("=")
    if len(text) > MAX_CHARACTERS:
        message = f"{len(text):,} characters are too long; a value has at most {MAX_CHARACTERS:,}"
        return ConfigError(message, code="syntax_error", file=source)
    if not equals or not key.strip("+ "):
        return ConfigError("expected KEY=VALUE, such as optimizer.learning_rate=1e-2", code="usage", file=source)
    path, append = split_append(key)
    try:
        return Override(parse_path(path), parse_value(value), append, Place(source))
    except ValueError as error:
        return ConfigError(str(error), code="syntax_error", file=source)
    except ConfigError as error:
        return ConfigError(f"the value is not YAML: {error.message}", code="syntax_error", file=source)


def split_append(key: str) -> tuple[str, bool]:
    """`evaluation.metrics+` as the path without its `+`, and whether it has one."""
    return key.removesuffix("+").strip(), key.endswith("+")


def _from_item(key: Any, value: Any, argument: str) -> Override | ConfigError:
    source = f"{argument}[{key!r}]"
    if not key:
        return ConfigError("expected a key, such as optimizer.learning_rate", code="usage", file=source)
    try:
        return Override(parse_path(str(key)), _plain(value), False, Place(source))
    except (ValueError, TypeError) as error:
        return ConfigError(str(error), code="syntax_error", file=source)


def _plain(value: Any, depth: int = 0) -> Any:
    """A Python value as the plain data that YAML would have given.

    Raises:
        TypeError: it has no YAML form.
        ValueError: it is nested too deep, or holds itself.
    """
    if depth > MAX_DEPTH:
        raise ValueError(f"more than {MAX_DEPTH} levels deep")
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("the keys of a mapping are texts")
        return {key: _plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, depth + 1) for item in value]
    if hasattr(value, "tolist"):  # NumPy scalars and arrays, without importing NumPy
        return _plain(value.tolist(), depth)
    if hasattr(value, "__fspath__"):
        return str(value)
    raise TypeError(f"expected plain data, got {type(value).__name__}")


def apply_override(document: Document, override: Override) -> None:
    """Change one value of a document.

    Raises:
        ConfigError: there is no such place.
    """
    place = override.place
    holder, path = _holder(document, override)
    step = path[-1]
    if isinstance(step, int):
        step = _index(holder, step, override, path[:-1])
        path = (*path[:-1], step)
    present = holder.get(step) if isinstance(holder, dict) else holder[step]
    if not override.append:
        holder[step] = copy.deepcopy(override.value)
        document.move(path, place, replaced=present)
        return
    if present is not None and not isinstance(present, list):
        raise override.error(f"{format_path(path)} is not a list; += adds to lists")
    items = holder[step] = list(present or [])
    if present is None:
        document.move(path, place)
    for item in copy.deepcopy(override.value if isinstance(override.value, list) else [override.value]):
        document.move((*path, len(items)), place)
        items.append(item)


def _holder(document: Document, override: Override) -> tuple[Any, KeyPath]:
    """The mapping or list that holds the last step of the path, made where it is missing; and the path as it stands."""
    holder: Any = document.data
    walked: KeyPath = ()
    for step, following in zip(override.path, override.path[1:], strict=False):
        if isinstance(step, int):
            step = _index(holder, step, override, walked)
        _check_is_section(holder, step, override, walked)
        walked = (*walked, step)
        inner = holder.get(step) if isinstance(holder, dict) else holder[step]
        if not isinstance(inner, dict | list):
            if isinstance(following, int):
                raise override.error(f"{format_path(walked)} is not a list")
            inner = holder[step] = _opened(inner, following)
            document.move(walked, override.place)
        holder = inner
    _check_is_section(holder, override.path[-1], override, walked)
    return holder, (*walked, override.path[-1])


def _opened(value: Any, following: str) -> dict[str, Any]:
    """A mapping in place of a scalar: a component's name becomes `{name: …}`, an entry of `layers` `{relu: {}}`."""
    if not isinstance(value, str):
        return {}
    return {value: {}} if value == following else {"name": value}


def _check_is_section(holder: Any, step: str | int, override: Override, walked: KeyPath) -> None:
    if isinstance(step, str) and isinstance(holder, list):
        name = format_path(walked)
        raise override.error(f"{name} is a list; its items are {name}[0], {name}[1], …")


def _index(holder: Any, step: int, override: Override, walked: KeyPath) -> int:
    """The index of an existing item, counted from the end when negative."""
    if not isinstance(holder, list):
        raise override.error(f"{format_path(walked)} is not a list")
    if not -len(holder) <= step < len(holder):
        raise override.error(f"{format_path(walked)} has {formatting.count(len(holder), 'item')}; there is no [{step}]")
    return step % len(holder)
