"""Thousands of broken inputs end in a result or in an explanation, within ten seconds and one GiB each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dlcli.cli.main import main
from tests.cli.conftest import CONFIG, points

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def experiment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a config, its data and a run."""
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "points.csv").write_text(points(), encoding="utf-8")
    (folder / "quick.yaml").write_text(CONFIG, encoding="utf-8")
    settings = ["--set", "training.epochs=1", "--runs-dir", str(folder / "runs"), "--quiet"]
    assert main(["train", str(folder / "quick.yaml"), *settings]) == 0
    return folder


def fuzz(kind: str, first: int, count: int, folder: Path) -> dict[str, Any]:
    # without the large data sets, whose memory would be that of the broken inputs
    environment = {name: value for name, value in os.environ.items() if name != "DLCLI_DATA"}
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    command = [sys.executable, "-m", "tests.fuzz.child", kind, str(first), str(count), str(folder)]
    ended = subprocess.run(command, cwd=ROOT, env=environment | threads, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr[-1000:]
    document: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return document


@pytest.mark.parametrize("kind", ["configs", "sets", "commands"])
def test_a_few_broken_inputs(kind: str, experiment: Path) -> None:
    document = fuzz(kind, 0, 12, experiment)
    assert document["failures"] == []
    assert sum(document["endings"].values()) == 12


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "first"),
    [
        *(("configs", first) for first in range(0, 5_000, 250)),
        *(("sets", first) for first in range(0, 2_000, 250)),
        *(("commands", first) for first in range(0, 1_000, 250)),
    ],
)
def test_many_broken_inputs(kind: str, first: int, experiment: Path) -> None:
    assert fuzz(kind, first, 250, experiment)["failures"] == []


@pytest.mark.slow
def test_a_damaged_run_is_used_right_or_not_at_all(experiment: Path) -> None:
    """Every file of a run, a byte of every class of positions: no traceback, and no other result without a word."""
    command = [sys.executable, "-m", "tests.fuzz.flips", str(experiment)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr[-1000:]
    document = json.loads(ended.stdout.splitlines()[-1])
    assert document["unexplained"] == []
    assert document["silent"] == []
