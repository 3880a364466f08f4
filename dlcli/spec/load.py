"""From a config file to a `Spec`, or to all of its mistakes at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from dlcli.core import ConfigError, InvalidConfigError
from dlcli.spec.component_modules import import_required_modules
from dlcli.spec.document import Document
from dlcli.spec.file_kind import is_sweep, sweep_in_place_of_config
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
        path: the YAML file.
        overrides: `key=VALUE` texts as on the command line, or key → value. Relative paths in them are
            relative to the working directory, those in a file to the file's folder.

    Raises:
        InvalidConfigError: with every mistake, in the order of the file.
    """
    return spec_from_text(read_text(Path(path)), file=str(path), overrides=overrides)


def spec_from_text(text: str, *, file: str, overrides: Overrides = ()) -> Spec:
    """Check a config that has been read already; `file` is what messages call it.

    Raises:
        InvalidConfigError: with every mistake, in the order of the file.
    """
    return spec_of_document(read_yaml(text, file), overrides)


def spec_of_document(document: Document, overrides: Overrides = ()) -> Spec:
    """Check a config whose YAML has been read; the document is changed.

    Raises:
        InvalidConfigError: with every mistake, in the order of the file.
    """
    if is_sweep(document.data):
        raise InvalidConfigError([sweep_in_place_of_config(document)])
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
        problems += [located(mistake, document) for mistake in mistakes_of(error) if is_readable(mistake, document)]
    if problems:
        raise InvalidConfigError(problems)
    return spec


def _fill_from_file(document: Document) -> None:
    """What depends on the file itself: the experiment's name, and the folder that paths are relative to."""
    folder = Path(document.file).parent
    document.data.setdefault("name", as_name(Path(document.file).stem))
    data, model = document.data.get("data"), document.data.get("model")
    if isinstance(data, dict):
        data["path"] = str(folder.absolute()) if data.get("path") is None else _absolute(("data", "path"), document)
    if isinstance(model, dict) and isinstance(model.get(FROM), str) and is_path(model[FROM]):
        model[FROM] = _absolute(("model", FROM), document)


def _absolute(key: KeyPath, document: Document) -> Any:
    """A path made absolute: in a file it starts from the file's folder, in a `--set` from the working directory."""
    path = document.get(key)
    if not isinstance(path, str):
        return path
    place = document.place(key)
    return str((Path.cwd() if place.line is None else Path(place.file).parent.absolute()) / from_home(path))


def from_home(path: str) -> Path:
    """A path with `~` expanded, where there is such a home."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


def as_name(stem: str) -> str:
    """A file's stem as the name of an experiment."""
    allowed = [letter if letter.isascii() and (letter.isalnum() or letter in "._-") else "-" for letter in stem]
    return "".join(allowed).strip("-") or "experiment"


def is_readable(mistake: Mistake, document: Document) -> bool:
    return not any(mistake.path[:end] in document.unreadable for end in range(len(mistake.path) + 1))


def located(mistake: Mistake, document: Document) -> ConfigError:
    """A mistake with its place: a missing key is located at the mapping that lacks it."""
    message = mistake.message + hint(mistake, document)
    if mistake.code == MISSING_KEY:
        return document.error(mistake.path[:-1], message, MISSING_KEY)
    return document.error(mistake.path, message, mistake.code, key=mistake.code == UNKNOWN_KEY, offset=mistake.offset)
