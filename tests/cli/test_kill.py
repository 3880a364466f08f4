"""`dlcli train` killed outright at random moments, `dlcli resume` to the end: the same weights, to the bit."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

CONFIG = """\
data: {dataset: digits}
model: {architecture: mlp, hidden_units: [48, 24], batch_norm: true}
optimizer: {name: adam, schedule: {name: cosine, warmup_steps: 20}}
regularization: {dropout: 0.2, l2: 0.1}
training:
  epochs: 60
  batch_size: 32
  weight_average: {decay: 0.95}
  checkpoint: {every_steps: 7}
"""


def dlcli(*arguments: object) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "dlcli", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def finish(process: subprocess.Popen[bytes]) -> None:
    _, errors = process.communicate()
    assert process.returncode == 0, errors.decode()


def only_run(runs: Path) -> Path | None:
    found = [path.parent for path in runs.glob("*/run.json")]
    assert len(found) <= 1
    return found[0] if found else None


def last_weights(run: Path) -> bytes:
    last = json.loads((run / "checkpoints/last.json").read_text())["checkpoint"]
    return (run / "checkpoints" / last / "weights.safetensors").read_bytes()


def is_done(run: Path | None) -> bool:
    return run is not None and json.loads((run / "run.json").read_text())["status"] == "done"


def train_with_kills(config: Path, runs: Path, moments: list[float]) -> tuple[Path, int]:
    """The finished run, and how many of the kills came before it was done."""
    kills = 0
    for moment in [*moments, None]:
        run = only_run(runs)
        if is_done(run):
            break
        process = dlcli("train", config, "--runs-dir", runs) if run is None else dlcli("resume", run)
        if moment is None:
            finish(process)
            break
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        kills += process.returncode == -signal.SIGKILL
    run = only_run(runs)
    assert run is not None and is_done(run)
    return run, kills


@pytest.mark.slow
def test_twenty_runs_killed_up_to_twice_end_with_the_same_bits(tmp_path: Path) -> None:
    config = tmp_path / "kill.yaml"
    config.write_text(CONFIG)
    start = time.perf_counter()
    whole, _ = train_with_kills(config, tmp_path / "whole", [])
    seconds = time.perf_counter() - start

    draw = random.Random(0)
    kills = 0
    for attempt in range(20):
        moments = [draw.uniform(0.3, 0.9 * seconds) for _ in range(2)]
        run, killed = train_with_kills(config, tmp_path / str(attempt), moments)
        kills += killed
        assert last_weights(run) == last_weights(whole), f"attempt {attempt}, killed after {moments} seconds"
        records = map(json.loads, (run / "metrics.jsonl").read_text().splitlines())
        assert [record["epoch"] for record in records if record["kind"] == "epoch"] == list(range(1, 61))
    assert kills >= 20, "most of the kills came too late to test anything"
