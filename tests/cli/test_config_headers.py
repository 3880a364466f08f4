"""The commands in the headers of the shipped configs are valid."""

from __future__ import annotations

import fnmatch
import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import typer

import dlcli.components  # noqa: F401  # fills the registry
from dlcli.cli.app import command_line
from dlcli.runs import RunFolder, RunRecord, find
from dlcli.spec import load_spec
from dlcli.sweeps import load_sweep

ROOT = Path(__file__).parents[2]
CONFIGS = sorted((ROOT / "configs").glob("*.yaml"))
SWEEPS = sorted((ROOT / "configs" / "sweeps").glob("*.yaml"))
#: placeholder for a run of the reader
PLACEHOLDER = "RUN"


def commands(path: Path) -> Iterator[list[str]]:
    """Yield the words of each command in the header comments of a config."""
    header = path.read_text(encoding="utf-8").split("\n\n")
    lines = [line.lstrip("# ") for block in header for line in block.splitlines() if line.startswith("#")]
    text = "\n".join(lines).replace("\\\n", " ")
    for command in re.findall(r"^dlcli .*$|(?<=`)dlcli [^`]* configs/[^`]+(?=`)", text, re.MULTILINE):
        yield shlex.split(re.split(r"\s{2,}[(#]", command)[0])[1:]


def parsed(words: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """Return the command that some words call, and its parameters."""
    command: Any = typer.main.get_command(command_line())
    context = command.make_context("dlcli", list(words))
    names = []
    while hasattr(command, "resolve_command"):
        name, command, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        context = command.make_context(name, rest, parent=context)
        names.append(name)
    return " ".join(names), context.params


@pytest.fixture(scope="module")
def runs_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with a finished run of every shipped config."""
    root = tmp_path_factory.mktemp("headers") / "runs"
    for number, path in enumerate(CONFIGS):
        name = load_spec(path).name
        folder = RunFolder(root / f"20260101T000000Z-{name}-{number:06x}")
        folder.path.mkdir(parents=True)
        record = RunRecord.begin(id=folder.id, name=name, seed=0, command=["dlcli"], data={}, git_commit=None)
        folder.write_record(record.end("done", 0, metrics={}, error=None))
    return root


@pytest.mark.parametrize("path", [*CONFIGS, *SWEEPS], ids=lambda path: path.stem)
def test_every_command_is_valid(path: Path, runs_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    calls = [parsed(words) for words in commands(path)]
    assert calls
    trains_itself = False
    for name, values in calls:
        subjects = [
            subject for key in ("run", "names", "models", "config_or_run") for subject in _listed(values.get(key))
        ]
        for subject in subjects:
            if Path(subject).is_file():
                load_spec(Path(subject), values.get("overrides") or ())
            elif "*" in subject:
                folders = [str(folder.relative_to(runs_dir.parent)) for folder in runs_dir.iterdir()]
                assert fnmatch.filter(folders, subject)
            elif subject != PLACEHOLDER:
                assert find(runs_dir, subject).record().name == path.stem.replace("_", "-")
        if name == "sweep run":
            trains_itself |= load_sweep(
                Path(values["file"]), overrides=values["overrides"] or ()
            ).name == path.stem.replace("_", "-")
        elif values.get("config") is not None:
            trains_itself |= load_spec(values["config"], values["overrides"] or ()).name == path.stem.replace("_", "-")
    assert trains_itself


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())
