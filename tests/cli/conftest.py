"""Run the command line in this process, in a folder with an experiment, and capture its streams and exit code."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dlcli.cli import console
from dlcli.cli.main import main


@dataclass(frozen=True)
class Outcome:
    code: int
    stdout: str
    stderr: str

    @property
    def document(self) -> Any:
        """JSON document on stdout; any other output, NaN and Infinity are errors."""

        def refuse(constant: str) -> None:
            raise AssertionError(f"{constant} is not strict JSON")

        return json.loads(self.stdout, parse_constant=refuse)


Run = Callable[..., Outcome]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Function that runs a command, such as `run("train", "config.yaml")`."""
    monkeypatch.delenv("COLUMNS", raising=False)  # a parallel run of the tests sets it

    def call(*arguments: object) -> Outcome:
        capsys.readouterr()
        console.results.cache_clear()  # another test may have had another width
        console.notes.cache_clear()
        code = main([str(argument) for argument in arguments])
        streams = capsys.readouterr()
        return Outcome(code, streams.out, streams.err)

    return call


CONFIG = """\
name: points
data: {dataset: {format: csv, path: points.csv, label: side, id: number}, split: {train: 0.6, dev: 0.2, test: 0.2}}
model: {architecture: mlp, hidden_units: [8]}
optimizer: {name: adam, learning_rate: 0.03}
training: {epochs: 10, batch_size: 32}
"""


def points(count: int = 300) -> str:
    """Return points of the plane as CSV, labeled by the side of the diagonal that they are on."""
    generator = random.Random(0)
    lines = ["number,x1,x2,side"]
    for number in range(count):
        x1, x2 = generator.random(), generator.random()
        lines.append(f"p{number},{x1:.6f},{x2:.6f},{'above' if x2 > x1 else 'below'}")
    return "\n".join(lines) + "\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Working directory with a config and its data."""
    (tmp_path / "points.csv").write_text(points(), encoding="utf-8")
    (tmp_path / "config.yaml").write_text(CONFIG, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder like `folder` with one finished run; tests that change it make a copy."""
    place = tmp_path_factory.mktemp("trained")
    (place / "points.csv").write_text(points(), encoding="utf-8")
    (place / "config.yaml").write_text(CONFIG, encoding="utf-8")
    assert main(["train", str(place / "config.yaml"), "--runs-dir", str(place / "runs"), "--quiet"]) == 0
    return place


@pytest.fixture
def finished(folder: Path, trained: Path) -> str:
    """Id of a finished run in `runs/` of the working directory."""
    shutil.copytree(trained / "runs", folder / "runs")
    (run,) = (folder / "runs").iterdir()
    return run.name
