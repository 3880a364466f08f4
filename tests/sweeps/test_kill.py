"""A sweep killed outright at random moments, itself and its workers, resumed to the end: the same table, to the bit."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dlcli import sweeps
from dlcli.sweeps import SweepFolder
from tests.sweeps.runner.test_sweep import told

SWEEP = """\
base: base.yaml
space:
  optimizer.learning_rate: log_uniform(1e-4, 1)
  training.batch_size: [16, 64]
search: {name: coarse_to_fine}
budget: {trials: 12}
execution: {workers: 2, retries: 1000, pruning: {name: median, warmup_epochs: 2, startup_trials: 3}}
final: {seeds: 2}
"""
CONFIG = """\
data: {dataset: digits}
model: {architecture: mlp, hidden_units: [32]}
optimizer: momentum
training: {epochs: 120}
"""
KILLS = 20


def begin(file: Path, runs: Path) -> subprocess.Popen[bytes]:
    """A process that begins the sweep, or goes on with the one that is there."""
    found = [path.parent for path in runs.glob("*/sweep.json")]
    words = ["sweep", "resume", str(found[0])] if found else ["sweep", str(file), "--runs-dir", str(runs)]
    return subprocess.Popen(
        [sys.executable, "-m", "dlcli", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def children(process: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process)], capture_output=True, text=True, check=False)
    return [int(word) for word in found.stdout.split()]


def run_with_kills(file: Path, runs: Path, draw: random.Random) -> tuple[Path, int, int]:
    """The finished sweep, and how many kills of it and of its workers there were."""
    kills = of_workers = 0
    while True:
        process = begin(file, runs)
        while not (workers := children(process.pid)) and process.poll() is None:
            time.sleep(0.02)
        time.sleep(draw.uniform(0.0, 3.0))
        if workers and draw.random() < 0.5:
            with contextlib.suppress(ProcessLookupError):
                os.kill(draw.choice(workers), signal.SIGKILL)
                of_workers += 1
            time.sleep(draw.uniform(0.0, 1.0))
        if process.poll() is not None:
            assert process.returncode == 0
            [path] = (path.parent for path in runs.glob("*/sweep.json"))
            return path, kills, of_workers
        process.kill()
        process.wait()
        kills += 1


@pytest.mark.slow
def test_kills_of_the_sweep_and_of_its_workers_change_nothing(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(CONFIG)
    file = tmp_path / "search.yaml"
    file.write_text(SWEEP)
    undisturbed = sweeps.sweep(file, runs_dir=tmp_path / "undisturbed")
    table, draw = told(undisturbed.outcome.trials), random.Random(0)
    kills = of_workers = rounds = 0
    while kills < KILLS or of_workers < KILLS // 4:
        path, more, more_of_workers = run_with_kills(file, tmp_path / f"killed-{rounds}", draw)
        rounds, kills, of_workers = rounds + 1, kills + more, of_workers + more_of_workers
        killed = sweeps.status(SweepFolder(path))
        assert told(killed.trials) == table
        assert killed.final == undisturbed.outcome.final
        configs = [(folder / "best.yaml").read_text().splitlines()[1:] for folder in (path, undisturbed.path)]
        assert configs[0] == configs[1]
    print(f"{kills} kills of the sweep, {of_workers} of workers, in {rounds} sweeps")  # noqa: T201
