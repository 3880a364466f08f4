"""Loading of a config file into a `Spec`, or an error with all of its mistakes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from dlcli.core import ConfigError, InvalidConfigError
from dlcli.spec.component_modules import import_required_modules
from dlcli.spec.document import Document
from dlcli.spec.file_kind import is_sweep, sweep_instead_of_config
from dlcli.spec.hints import hint
from dlcli.spec.key_paths import KeyPath
from dlcli.spec.mistake import MISSING_KEY, UNKNOWN_KEY, Mistake, mistakes_of
from dlcli.spec.overrides import Overrides, apply_override, parse_overrides
from dlcli.spec.spec import Spec
from dlcli.spec.text_file import read_text
from dlcli.spec.transfer import FROM, is_path
from dlcli.spec.yaml_loader import read_yaml


def load_spec(path: str | Path, overrides: Overrides = ()) -> Spec:
    """Read a config file and check it.

    Args:
        path: YAML file.
        overrides: Strings `key=VALUE` as on the command line, or key → value. Relative paths in them start at the
            working directory, those in a file at the folder of the file.

    Raises:
        InvalidConfigError: The config has mistakes; the error lists all of them in the order of the file.
    """
    return spec_from_text(read_text(Path(path)), file=str(path), overrides=overrides)


def spec_from_text(text: str, *, file: str, overrides: Overrides = ()) -> Spec:
    """Check the text of a config.

    Args:
        text: YAML text.
        file: Name of the file in messages, whose folder is the start of relative paths.
        overrides: Strings `key=VALUE` as on the command line, or key → value.

    Raises:
        InvalidConfigError: The config has mistakes; the error lists all of them in the order of the file.
    """
    return spec_of_document(read_yaml(text, file), overrides)


def spec_of_document(document: Document, overrides: Overrides = ()) -> Spec:
    """Check a config whose YAML has been read.

    Args:
        document: Values of the config, which are changed by the overrides.
        overrides: Strings `key=VALUE` as on the command line, or key → value.

    Raises:
        InvalidConfigError: The config has mistakes; the error lists all of them in the order of the file.
    """
    if is_sweep(document.data):
        raise InvalidConfigError([sweep_instead_of_config(document)])
    problems, applied = list(document.problems), []
    for override in parse_overrides(overrides):
        try:
            if isinstance(override, ConfigError):
                raise override
            apply_override(document, override)
            applied.append(override)
        except ConfigError as problem:
            problems.append(problem)
    _fill_from_file(document)
    import_required_modules(document)
    try:
        spec = Spec.read(document, tuple(str(override) for override in applied))
    except ValidationError as error:
        problems += [
            located_error(mistake, document) for mistake in mistakes_of(error) if is_readable(mistake, document)
        ]
    if problems:
        raise InvalidConfigError(problems)
    return spec


def _fill_from_file(document: Document) -> None:
    """Set the values that depend on the file: the name of the experiment, and absolute paths."""
    folder = Path(document.file).parent
    document.data.setdefault("name", experiment_name(Path(document.file).stem))
    data, model = document.data.get("data"), document.data.get("model")
    if isinstance(data, dict):
        data["path"] = str(folder.absolute()) if data.get("path") is None else _absolute(("data", "path"), document)
    if isinstance(model, dict) and isinstance(model.get(FROM), str) and is_path(model[FROM]):
        model[FROM] = _absolute(("model", FROM), document)


def _absolute(key: KeyPath, document: Document) -> Any:
    """Return an absolute path; in a file it starts at the folder of the file, in `--set` at the working directory."""
    path = document.get(key)
    if not isinstance(path, str):
        return path
    place = document.place(key)
    return str((Path.cwd() if place.line is None else Path(place.file).parent.absolute()) / expand_home(path))


def expand_home(path: str) -> Path:
    """Expand `~` in a path if the home folder exists."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


def experiment_name(stem: str) -> str:
    """Return the name of an experiment for the stem of its file."""
    allowed = [letter if letter.isascii() and (letter.isalnum() or letter in "._-") else "-" for letter in stem]
    return "".join(allowed).strip("-") or "experiment"


def is_readable(mistake: Mistake, document: Document) -> bool:
    """Return whether the value of a mistake could be read; otherwise the mistake follows from another one."""
    return not any(mistake.path[:end] in document.unreadable for end in range(len(mistake.path) + 1))


def located_error(mistake: Mistake, document: Document) -> ConfigError:
    """Return the error of a mistake with its place; the place of a missing key is the mapping that lacks it."""
    message = mistake.message + hint(mistake, document)
    if mistake.code == MISSING_KEY:
        return document.error(mistake.path[:-1], message, MISSING_KEY)
    return document.error(mistake.path, message, mistake.code, key=mistake.code == UNKNOWN_KEY, offset=mistake.offset)
