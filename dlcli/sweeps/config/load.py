"""Loading of sweeps from a sweep file, or from a config and parameters; all mistakes are reported at once."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from dlcli.core import ConfigError, InvalidConfigError
from dlcli.spec import (
    Document,
    Override,
    Overrides,
    Place,
    apply_override,
    config_instead_of_sweep,
    expand_home,
    experiment_name,
    format_path,
    import_required_modules,
    is_config,
    is_readable,
    located_error,
    mistakes_of,
    parse_overrides,
    parse_value,
    read_text,
    read_yaml,
)
from dlcli.sweeps.config.sweep_spec import SweepSpec

#: File name of a sweep defined on the command line; its relative paths start from the working directory.
COMMAND_LINE = "--param"


def load_sweep(
    path: str | Path,
    *,
    params: Sequence[str] = (),
    overrides: Overrides = (),
    settings: Overrides | None = None,
) -> SweepSpec:
    """Load and check a sweep file and the config that it names.

    Args:
        path: Path of the sweep file, or of a config if there are `params`.
        params: Parameters of the space as `NAME=TEXT`, as on the command line; they replace or extend the file's.
        overrides: Overrides of the base, as in `load_spec`, applied after those of the file.
        settings: Values of dotted keys of the sweep file, which replace those of the file.

    Raises:
        InvalidConfigError: There are mistakes; each has its file and line.
    """
    document = read_yaml(read_text(Path(path)), str(path))
    if is_config(document.data) and params:
        return _sweep_of_base(document, params, overrides, settings)
    return sweep_of_document(document, params=params, overrides=overrides, settings=settings)


def sweep_of_document(
    document: Document,
    *,
    params: Sequence[str] = (),
    overrides: Overrides = (),
    settings: Overrides | None = None,
) -> SweepSpec:
    """Check a sweep whose YAML has been read, as `load_sweep` does; the document is modified.

    Args:
        document: Document of the sweep file.
        params: Parameters of the space as `NAME=TEXT`.
        overrides: Overrides of the base, as in `load_spec`.
        settings: Values of dotted keys of the sweep file.

    Raises:
        InvalidConfigError: There are mistakes; each has its file and line.
    """
    if is_config(document.data):
        raise InvalidConfigError([config_instead_of_sweep(document)])
    return _load(document, None, params, overrides, settings)


def sweep_of_config(
    config: str | Path,
    params: Sequence[str],
    *,
    overrides: Overrides = (),
    settings: Overrides | None = None,
) -> SweepSpec:
    """Create a sweep without a sweep file.

    Args:
        config: Path of the base.
        params: Parameters as `NAME=TEXT`, such as `optimizer.learning_rate=log_uniform(1e-4, 1e-1)`.
        overrides: Overrides of the base, as in `load_spec`.
        settings: Values of dotted keys of a sweep file, such as `budget.trials`.

    Raises:
        InvalidConfigError: There are mistakes; each has its argument or its line of the config.
    """
    try:
        text = read_text(Path(config))
    except ConfigError as error:
        raise InvalidConfigError([error]) from None
    return _sweep_of_base(read_yaml(text, str(config)), params, overrides, settings)


def _sweep_of_base(
    base: Document, params: Sequence[str], overrides: Overrides, settings: Overrides | None
) -> SweepSpec:
    """Create a sweep of a config that has been read."""
    document = Document(file=COMMAND_LINE, data={"name": experiment_name(Path(base.file).stem), "base": base.file})
    document.move(("base",), Place(base.file))
    return _load(document, base, params, overrides, settings)


def sweep_from_texts(
    text: str, *, file: str, base_text: str, base_file: str, settings: Overrides | None = None
) -> SweepSpec:
    """Create a sweep from stored texts without reading any file.

    Args:
        text: Text of the sweep file.
        file: Path of the sweep file (`SweepSpec.file`), for messages and relative paths.
        base_text: Text of the base.
        base_file: Path of the base (`SweepSpec.base_file`).
        settings: Values of dotted keys of the sweep file, which replace those of the text.

    Raises:
        InvalidConfigError: There are mistakes.
    """
    return _load(read_yaml(text, file), read_yaml(base_text, base_file), (), (), settings)


def _load(
    document: Document,
    base: Document | None,
    params: Sequence[str],
    overrides: Overrides,
    settings: Overrides | None,
) -> SweepSpec:
    """Check a sweep, then its base with the overrides and the objective."""
    problems = [*document.problems, *_apply_arguments(document, params, overrides, settings or ())]
    document.data.setdefault("name", experiment_name(Path(document.file).stem))
    if base is None:
        try:
            base = _read_base(document)
        except ConfigError as error:
            problems += error.problems if isinstance(error, InvalidConfigError) else [error]
    if base is not None:
        import_required_modules(base)
    try:
        spec = SweepSpec.read(document, base or Document(file=document.file))
    except ValidationError as error:
        problems += [
            located_error(mistake, document) for mistake in mistakes_of(error) if is_readable(mistake, document)
        ]
    if problems:
        raise InvalidConfigError(problems)
    spec.base_spec()
    return spec


def _apply_arguments(
    document: Document, params: Sequence[str], overrides: Overrides, settings: Overrides
) -> Iterator[ConfigError]:
    """Set the values of arguments in the document and yield their mistakes."""
    for setting in parse_overrides(settings, argument="settings"):
        try:
            if isinstance(setting, ConfigError):
                raise setting
            apply_override(document, setting)
        except ConfigError as problem:
            yield problem
    for override in parse_overrides(overrides):
        if isinstance(override, ConfigError):
            yield override
        else:
            _append(document, "overrides", _key_of(override), override.value, override.place)
    for param in params:
        name, equals, text = param.partition("=")
        place = Place(f"{COMMAND_LINE} {param}")
        if equals and name.strip():
            _append(document, "space", name.strip(), _parse_parameter(text), place)
        else:
            message = "expected NAME=TEXT, such as optimizer.learning_rate=log_uniform(1e-4, 1e-1)"
            yield ConfigError(message, file=place.file)


def _key_of(override: Override) -> str:
    return format_path(override.path) + ("+" if override.append else "")


def _parse_parameter(text: str) -> Any:
    """Return a parameter of the command line as a list if it is a YAML list, otherwise as text."""
    try:
        value = parse_value(text)
    except ConfigError:
        return text
    return value if isinstance(value, list) else text


def _append(document: Document, section: str, key: str, value: Any, place: Place) -> None:
    """Set a key, which may contain dots, as the last one of a section."""
    mapping = document.data.setdefault(section, {})
    if mapping is None:
        mapping = document.data[section] = {}
    if isinstance(mapping, dict):  # other types are reported when the document is checked
        replaced = mapping.pop(key, None)
        mapping[key] = value
        document.move((section, key), place, replaced=replaced)


def _read_base(document: Document) -> Document | None:
    """Read the config that the document names; None if it names none."""
    base = document.data.get("base")
    if not isinstance(base, str) or not base:
        return None
    path = _normalize(Path(document.file).parent / expand_home(base))
    try:
        text = read_text(path)
    except ConfigError as error:
        raise document.error(("base",), f"{error.file}: {error.message}") from None
    return read_yaml(text, str(path))


def _normalize(path: Path) -> Path:
    """Return `a/../b.yaml` as `b.yaml`, unless symbolic links make them different files."""
    normalized = Path(os.path.normpath(path))
    return normalized if path.exists() and normalized.exists() and normalized.samefile(path) else path
