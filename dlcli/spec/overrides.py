"""Overrides of single values of a config: `--set optimizer.learning_rate=1e-2`.

| override | effect |
|---|---|
| `a.b=VALUE` | sets the key, and creates missing sections above it |
| `a.list[0]=VALUE`, `a.list[-1]=VALUE` | replaces an item |
| `a.list+=VALUE` | appends an item, or every item of a list |
| `optimizer=sgd` | replaces the component with all its options |
| `optimizer.name=sgd` | replaces the component and keeps the options, which the new component must have |
| `optimizer.beta1=0.8` where the file has `optimizer: adam` | adds an option to the component |

VALUE is YAML. Key and value are checked afterwards with the rest of the config.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dlcli.core import ConfigError, ErrorCode, formatting
from dlcli.spec.document import Document, Place
from dlcli.spec.key_paths import MAX_DEPTH, KeyPath, format_path, parse_path
from dlcli.spec.yaml_loader import MAX_CHARACTERS, parse_value
from dlcli.spec.yaml_writer import to_flow

#: Maximum number of characters of an override in messages.
_MAX_ECHO = 200


@dataclass(frozen=True)
class Override:
    """One value to set.

    Args:
        path: Path of the value.
        value: New value as plain data.
        append: Whether to append to the list at the path instead of replacing it.
        place: Place of the override, such as a `--set` argument or a line of a sweep file.
    """

    path: KeyPath
    value: Any
    append: bool
    place: Place

    def __str__(self) -> str:
        return f"{format_path(self.path)}{'+' if self.append else ''}={to_flow(self.value)}"

    def error(self, message: str, code: ErrorCode = "wrong_type") -> ConfigError:
        """Return an error at the place of the override."""
        place = self.place
        key = format_path(self.path) or None
        return ConfigError(message, code=code, file=place.file, line=place.line, column=place.column, key=key)


#: Sequence of strings `key=VALUE` and `Override` objects, or key → value.
Overrides = Sequence[str | Override] | Mapping[str, Any]


def parse_overrides(overrides: Overrides, *, argument: str = "overrides") -> Iterator[Override | ConfigError]:
    """Yield every override, or the error of one that cannot be parsed.

    Args:
        overrides: Strings `key=VALUE` as on the command line and `Override` objects, or key → value as in Python.
        argument: Name of the mapping in messages.
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
        message = f"expected at most {MAX_CHARACTERS:,} characters, got {len(text):,}"
        return ConfigError(message, code="too_large", file=source)
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
    """Separate a trailing `+`, as in `evaluation.metrics+`, from a path; return the path and whether it had one."""
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
    """Convert a Python value to the plain data that YAML can express.

    Raises:
        TypeError: The value cannot be expressed in YAML.
        ValueError: The value is nested too deeply, or contains itself.
    """
    if depth > MAX_DEPTH:
        raise ValueError(f"more than {MAX_DEPTH} levels deep")
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("expected a mapping with strings as keys")
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
        ConfigError: The path of the override does not exist.
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
        raise override.error(f"{format_path(path)} is not a list; += appends to lists")
    items = holder[step] = list(present or [])
    if present is None:
        document.move(path, place)
    for item in copy.deepcopy(override.value if isinstance(override.value, list) else [override.value]):
        document.move((*path, len(items)), place)
        items.append(item)


def _holder(document: Document, override: Override) -> tuple[Any, KeyPath]:
    """Return the container of the last step of the path, created if it is missing, and the path without negatives."""
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
            inner = holder[step] = _to_mapping(inner, following)
            document.move(walked, override.place)
        holder = inner
    _check_is_section(holder, override.path[-1], override, walked)
    return holder, (*walked, override.path[-1])


def _to_mapping(value: Any, following: str) -> dict[str, Any]:
    """Convert a scalar to a mapping: a component's name becomes `{name: …}`, an entry of `layers` `{relu: {}}`."""
    if not isinstance(value, str):
        return {}
    return {value: {}} if value == following else {"name": value}


def _check_is_section(holder: Any, step: str | int, override: Override, walked: KeyPath) -> None:
    if isinstance(step, str) and isinstance(holder, list):
        name = format_path(walked)
        raise override.error(f"{name} is a list; its items are {name}[0], {name}[1], …")


def _index(holder: Any, step: int, override: Override, walked: KeyPath) -> int:
    """Return the non-negative index of an existing item."""
    if not isinstance(holder, list):
        raise override.error(f"{format_path(walked)} is not a list")
    if not -len(holder) <= step < len(holder):
        raise override.error(
            f"{format_path(walked)} has {formatting.count(len(holder), 'item')}, but no [{step}]", "out_of_range"
        )
    return step % len(holder)
