"""From a sweep file, or a config and parameters, to a `SweepSpec`, or to all of its mistakes at once."""

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
    as_name,
    config_in_place_of_sweep,
    format_path,
    from_home,
    import_required_modules,
    is_config,
    is_readable,
    located,
    mistakes_of,
    parse_overrides,
    parse_value,
    read_text,
    read_yaml,
)
from dlcli.sweeps.config.sweep_spec import SweepSpec

#: the file of a sweep that is given on the command line; relative paths in it start from the working directory
COMMAND_LINE = "--param"


def load_sweep(
    path: str | Path,
    *,
    params: Sequence[str] = (),
    overrides: Overrides = (),
    settings: Overrides | None = None,
) -> SweepSpec:
    """Read a sweep file and check it, with the config that it names.

    Args:
        path: the YAML file; a config, too, where there are `params`.
        params: `NAME=TEXT` texts as on the command line: parameters of the space, instead of the file's or beside them.
        overrides: of the base, as `load_spec` takes them; they come after the file's.
        settings: dotted keys of the sweep file with values in place of the file's.

    Raises:
        InvalidConfigError: with every mistake, at the line of the file that has it.
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
    """Check a sweep whose YAML has been read, as `load_sweep` does; the document is changed.

    Raises:
        InvalidConfigError: with every mistake, at the line of the file that has it.
    """
    if is_config(document.data):
        raise InvalidConfigError([config_in_place_of_sweep(document)])
    return _load(document, None, params, overrides, settings)


def sweep_of_config(
    config: str | Path,
    params: Sequence[str],
    *,
    overrides: Overrides = (),
    settings: Overrides | None = None,
) -> SweepSpec:
    """A sweep without a file of its own.

    Args:
        config: the base.
        params: `NAME=TEXT` texts, such as `optimizer.learning_rate=log_uniform(1e-4, 1e-1)`.
        overrides: of the base, as `load_spec` takes them.
        settings: dotted keys of a sweep file with their values, such as `budget.trials`.

    Raises:
        InvalidConfigError: with every mistake, at the argument or the line of the config that has it.
    """
    try:
        text = read_text(Path(config))
    except ConfigError as error:
        raise InvalidConfigError([error]) from None
    return _sweep_of_base(read_yaml(text, str(config)), params, overrides, settings)


def _sweep_of_base(
    base: Document, params: Sequence[str], overrides: Overrides, settings: Overrides | None
) -> SweepSpec:
    """A sweep of a config that has been read."""
    document = Document(file=COMMAND_LINE, data={"name": as_name(Path(base.file).stem), "base": base.file})
    document.move(("base",), Place(base.file))
    return _load(document, base, params, overrides, settings)


def sweep_from_texts(
    text: str, *, file: str, base_text: str, base_file: str, settings: Overrides | None = None
) -> SweepSpec:
    """A sweep from texts that were stored; nothing is read.

    Args:
        text: of the sweep.
        file: `SweepSpec.file`, where it was read from: what messages call it, and relative paths in it start there.
        base_text: of its base.
        base_file: where that was read from, `SweepSpec.base_file`.
        settings: dotted keys of the sweep file with values in place of the text's.

    Raises:
        InvalidConfigError: with every mistake.
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
    problems = [*document.problems, *_changed(document, params, overrides, settings or ())]
    document.data.setdefault("name", as_name(Path(document.file).stem))
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
        problems += [located(mistake, document) for mistake in mistakes_of(error) if is_readable(mistake, document)]
    if problems:
        raise InvalidConfigError(problems)
    spec.base_spec()
    return spec


def _changed(
    document: Document, params: Sequence[str], overrides: Overrides, settings: Overrides
) -> Iterator[ConfigError]:
    """Put what the command line says into the document; gives what is wrong with it."""
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
            _put_last(document, "overrides", _key_of(override), override.value, override.place)
    for param in params:
        name, equals, written = param.partition("=")
        place = Place(f"{COMMAND_LINE} {param}")
        if equals and name.strip():
            _put_last(document, "space", name.strip(), _parameter(written), place)
        else:
            message = "expected NAME=TEXT, such as optimizer.learning_rate=log_uniform(1e-4, 1e-1)"
            yield ConfigError(message, file=place.file)


def _key_of(override: Override) -> str:
    return format_path(override.path) + ("+" if override.append else "")


def _parameter(written: str) -> Any:
    """A parameter on the command line: a YAML list is one, all else is text."""
    try:
        value = parse_value(written)
    except ConfigError:
        return written
    return value if isinstance(value, list) else written


def _put_last(document: Document, section: str, key: str, value: Any, place: Place) -> None:
    """Set a key whose dots are its own, after all that are there."""
    mapping = document.data.setdefault(section, {})
    if mapping is None:
        mapping = document.data[section] = {}
    if isinstance(mapping, dict):  # anything else is a mistake that is reported anyway
        replaced = mapping.pop(key, None)
        mapping[key] = value
        document.move((section, key), place, replaced=replaced)


def _read_base(document: Document) -> Document | None:
    """The YAML of the config that the document names; None where it names none."""
    written = document.data.get("base")
    if not isinstance(written, str) or not written:
        return None
    path = _tidy(Path(document.file).parent / from_home(written))
    try:
        text = read_text(path)
    except ConfigError as error:
        raise document.error(("base",), f"{error.file}: {error.message}") from None
    return read_yaml(text, str(path))


def _tidy(path: Path) -> Path:
    """`configs/sweeps/../quickstart.yaml` as `configs/quickstart.yaml`, unless a link makes them different files."""
    short = Path(os.path.normpath(path))
    return short if path.exists() and short.exists() and short.samefile(path) else path
