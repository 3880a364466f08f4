"""What the shell may complete: config files, run ids, registered names. Asked for at every Tab, so all are cheap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import typer

from dlcli.cli import components
from dlcli.core import printable


def configs(incomplete: str) -> Iterator[str]:
    """YAML files, and the folders that may hold some, beside what is typed so far."""
    typed = Path(incomplete)
    folder = typed if incomplete.endswith("/") else typed.parent
    if not folder.is_dir():
        return
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith(".") or not _is_plain(entry.name):
            continue
        if entry.is_dir():
            yield f"{entry}/"
        elif entry.suffix in {".yaml", ".yml"}:
            yield str(entry)


def _is_plain(name: str) -> bool:
    """Whether a shell that evaluates completions, as zsh does, sees nothing but a name in it."""
    return not set(name) & set("$`'\"\\();&|<>*?[]{}!#~") and printable(name) == name


def runs(context: typer.Context) -> list[str]:
    """Ids of runs, the newest first."""
    return _folders_with(context, "run.json")


def sweeps(context: typer.Context) -> list[str]:
    """Ids of sweeps, the newest first."""
    return _folders_with(context, "sweep.json")


def _folders_with(context: typer.Context, file: str) -> list[str]:
    folder = Path(context.params.get("runs_dir") or "runs")
    if not folder.is_dir():
        return []
    found = (one.name for one in folder.iterdir() if (one / file).is_file())
    return sorted(filter(_is_plain, found), reverse=True)


def searches() -> list[str]:
    """Names of searches."""
    from dlcli.core import registry

    components.load()
    return registry.names("search")


def configs_and_runs(context: typer.Context, incomplete: str) -> Iterator[str]:
    yield from configs(incomplete)
    yield from runs(context)


def kinds() -> list[str]:
    """Kinds of components."""
    from dlcli.core import registry

    components.load()
    return registry.kinds()


def names(context: typer.Context) -> list[str]:
    """Names of components of the kind that was typed before."""
    from dlcli.core import registry

    components.load()
    return registry.names(context.params.get("kind") or "")


def datasets() -> list[str]:
    """Data sets that are known by name."""
    from dlcli.core import registry

    components.load()
    return registry.names("dataset")


def topics() -> Iterable[str]:
    """Topics of the guide."""
    from dlcli.guide import TOPICS

    return TOPICS
