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
from tests.sweeps.test_sweep import told

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
training: {epochs: 25}
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


@pytest.mark.slow
def test_kills_of_the_sweep_and_of_its_workers_change_nothing(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(CONFIG)
    file = tmp_path / "search.yaml"
    file.write_text(SWEEP)
    undisturbed = sweeps.sweep(file, runs_dir=tmp_path / "undisturbed")
    draw = random.Random(0)
    kills = of_workers = 0
    for _ in range(10 * KILLS):
        process = begin(file, tmp_path / "killed")
        while not (workers := children(process.pid)) and process.poll() is None:
            time.sleep(0.05)
        time.sleep(draw.uniform(0.0, 2.5))
        if workers and draw.random() < 0.5:
            with contextlib.suppress(ProcessLookupError):
                os.kill(draw.choice(workers), signal.SIGKILL)
                of_workers += 1
            time.sleep(draw.uniform(0.0, 1.0))
        if process.poll() is not None:
            assert process.returncode == 0
            break
        process.kill()
        process.wait()
        kills += 1
        if kills == KILLS:
            break
    process = begin(file, tmp_path / "killed")
    assert process.wait() == 0
    [path] = (path.parent for path in (tmp_path / "killed").glob("*/sweep.json"))
    killed = sweeps.status(SweepFolder(path))
    print(f"{kills} kills of the sweep, {of_workers} of workers")  # noqa: T201
    assert told(killed.trials) == told(undisturbed.outcome.trials)
    assert killed.final == undisturbed.outcome.final
    assert (path / "best.yaml").read_text().splitlines()[1:] == (
        undisturbed.path / "best.yaml"
    ).read_text().splitlines()[1:]
