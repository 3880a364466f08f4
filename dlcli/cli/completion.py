"""Shell completion of config files, run ids and registered names. It runs on every Tab press, so it has to be fast."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import typer

from dlcli.cli import components
from dlcli.core import printable


def configs(incomplete: str) -> Iterator[str]:
    """Yield YAML files and folders next to the path that has been typed so far."""
    path = Path(incomplete)
    for entry in sorted(_entries(path if incomplete.endswith("/") else path.parent)):
        if entry.name.startswith(".") or not _is_plain(entry.name):
            continue
        if _is_folder(entry):
            yield f"{entry}/"
        elif entry.suffix in {".yaml", ".yml"}:
            yield str(entry)


def _entries(folder: Path) -> list[Path]:
    """Return the entries of a folder; none if it cannot be listed: an error would garble the command line."""
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _is_folder(entry: Path) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # such as a link into a folder of another user
        return False


def _is_plain(name: str) -> bool:
    """Return whether a name is safe for shells that evaluate completions, as zsh does."""
    return not set(name) & set("$`'\"\\();&|<>*?[]{}!#~") and printable(name) == name


def runs(context: typer.Context) -> list[str]:
    """Return ids of runs, newest first."""
    return _folders_with(context, "run.json")


def sweeps(context: typer.Context) -> list[str]:
    """Return ids of sweeps, newest first."""
    return _folders_with(context, "sweep.json")


def _folders_with(context: typer.Context, file: str) -> list[str]:
    from dlcli.runs import storage

    entries = _entries(Path(context.params.get("runs_dir") or "runs"))
    ids = (entry.name for entry in entries if not entry.name.startswith(".") and storage.has_entry(entry, file))
    return sorted(filter(_is_plain, ids), reverse=True)


def searches() -> list[str]:
    """Return names of search algorithms."""
    from dlcli.core import registry

    components.load()
    return registry.names("search")


def configs_and_runs(context: typer.Context, incomplete: str) -> Iterator[str]:
    yield from configs(incomplete)
    yield from runs(context)


def kinds() -> list[str]:
    """Return kinds of components."""
    from dlcli.core import registry

    components.load()
    return registry.kinds()


def names(context: typer.Context) -> list[str]:
    """Return names of components of the kind that has been typed before."""
    from dlcli.core import registry

    components.load()
    return registry.names(context.params.get("kind") or "")


def datasets() -> list[str]:
    """Return names of data sets."""
    from dlcli.core import registry

    components.load()
    return registry.names("dataset")


def topics() -> Iterable[str]:
    """Return topics of the guide."""
    from dlcli.guide import TOPICS

    return TOPICS
