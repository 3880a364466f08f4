"""Sweeps whose process and workers are killed at random moments, then resumed: the results are identical."""

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
from tests.sweeps.runner.test_sweep import results

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


def start_or_resume(file: Path, runs: Path) -> subprocess.Popen[bytes]:
    """Start the sweep in a process, or resume it if it exists."""
    existing = [path.parent for path in runs.glob("*/sweep.json")]
    arguments = ["sweep", "resume", str(existing[0])] if existing else ["sweep", str(file), "--runs-dir", str(runs)]
    return subprocess.Popen(
        [sys.executable, "-m", "dlcli", *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def children(process: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process)], capture_output=True, text=True, check=False)
    return [int(word) for word in listed.stdout.split()]


def run_with_kills(file: Path, runs: Path, draw: random.Random) -> tuple[Path, int, int]:
    """Return the folder of the finished sweep, and the numbers of kills of its process and of its workers."""
    kills = worker_kills = 0
    while True:
        process = start_or_resume(file, runs)
        while not (workers := children(process.pid)) and process.poll() is None:
            time.sleep(0.02)
        time.sleep(draw.uniform(0.0, 3.0))
        if workers and draw.random() < 0.5:
            with contextlib.suppress(ProcessLookupError):
                os.kill(draw.choice(workers), signal.SIGKILL)
                worker_kills += 1
            time.sleep(draw.uniform(0.0, 1.0))
        if process.poll() is not None:
            assert process.returncode == 0
            [path] = (path.parent for path in runs.glob("*/sweep.json"))
            return path, kills, worker_kills
        process.kill()
        process.wait()
        kills += 1


@pytest.mark.slow
def test_kills_do_not_change_results(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(CONFIG)
    file = tmp_path / "search.yaml"
    file.write_text(SWEEP)
    undisturbed = sweeps.sweep(file, runs_dir=tmp_path / "undisturbed")
    table, draw = results(undisturbed.outcome.trials), random.Random(0)
    kills = worker_kills = rounds = 0
    while kills < KILLS or worker_kills < KILLS // 4:
        path, more, more_worker_kills = run_with_kills(file, tmp_path / f"killed-{rounds}", draw)
        rounds, kills, worker_kills = rounds + 1, kills + more, worker_kills + more_worker_kills
        killed = sweeps.status(SweepFolder(path))
        assert results(killed.trials) == table
        assert killed.final == undisturbed.outcome.final
        configs = [(folder / "best.yaml").read_text().splitlines()[1:] for folder in (path, undisturbed.path)]
        assert configs[0] == configs[1]
    print(f"{kills} kills of the sweep, {worker_kills} of workers, in {rounds} sweeps")  # noqa: T201
