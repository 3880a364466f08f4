"""With one damaged file in a run folder, every command ends in a result or in one line that names the file."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

DAMAGES: dict[str, Callable[[Path], object]] = {
    "deleted": Path.unlink,
    "empty": lambda file: file.write_bytes(b""),
    "truncated": lambda file: file.write_bytes(file.read_bytes()[: file.stat().st_size // 2]),
    "garbled": lambda file: file.write_bytes(bytes((byte + 77) % 256 for byte in file.read_bytes())),
    "a list": lambda file: file.write_bytes(b"[]\n"),
}
COMMANDS = {
    "eval": ("eval", "RUN", "--json"),
    "eval new": ("eval", "RUN", "--data", "points.csv", "--json"),
    "predict": ("predict", "RUN", "points.csv", "--json"),
    "show": ("show", "RUN", "--json"),
    "list": ("runs", "list", "--json"),
    "show run": ("runs", "show", "RUN", "--json"),
    "compare": ("runs", "compare", "RUN", "RUN", "--json"),
    "resume": ("resume", "RUN", "--epochs", "11", "--json", "--quiet"),
}


def survive(run, folder: Path, trained: Path, damage: str, commands: list[str]) -> set[int]:
    """Damage each file of a run in turn and return the exit codes of the commands."""
    (original,) = (trained / "runs").iterdir()
    files = [file.relative_to(original) for file in original.rglob("*") if file.is_file()]
    codes = set()
    for file, command in itertools.product(files, commands):
        shutil.rmtree(folder / "runs", ignore_errors=True)
        shutil.copytree(original, folder / "runs" / original.name)
        DAMAGES[damage](folder / "runs" / original.name / file)
        outcome = run(*(original.name if word == "RUN" else word for word in COMMANDS[command]))
        assert outcome.code in (0, 1, 2), (file, command, outcome.stdout)
        assert "internal error" not in outcome.stdout, (file, command, outcome.stdout)
        assert outcome.document is not None
        assert outcome.stderr.count("Traceback") == 0, (file, command, outcome.stderr)
        codes.add(outcome.code)
    return codes


@pytest.mark.parametrize("damage", ["truncated", "a list"])
def test_one_damaged_file(run, folder, trained, damage):
    assert survive(run, folder, trained, damage, ["show run", "show"]) >= {0, 1}


@pytest.mark.slow
@pytest.mark.parametrize("damage", DAMAGES)
def test_one_damaged_file_and_every_command(run, folder, trained, damage):
    assert survive(run, folder, trained, damage, list(COMMANDS)) >= {0, 1, 2}
