"""A run that is killed at any moment and resumed is, bit for bit, the run that was not killed."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from dlcli.runs import RunFolder

EPOCHS = 300
TRAIN = f"""
import sys
from pathlib import Path
sys.path.insert(0, {str(Path(__file__).parent)!r})
from conftest import blob_splits, build_trainer
from dlcli.runs import RunFolder
trainer = build_trainer(run=RunFolder(Path(sys.argv[1])), data=blob_splits(), epochs={EPOCHS}, checkpoint_every_steps=3)
print("training", flush=True)
trainer.run()
"""


def kill_after(folder: RunFolder, seconds: float) -> bool:
    """Train in a process of its own and kill it; returns whether it was killed before it was done."""
    command = [sys.executable, "-c", TRAIN, str(folder.path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"training\n"
        time.sleep(seconds)
        process.kill()
        return process.wait() != 0


def outcome(trainer: Any) -> tuple[dict[str, bytes], list[dict[str, Any]]]:
    weights = {
        f"{which}/{name}": array.tobytes()
        for which in ("best", "last")
        for name, array in trainer.store.load_weights(which).items()
    }
    return weights, [{**record, "seconds": None} for record in trainer.folder.metrics()]


def check_kills(make_trainer: Any, folder: RunFolder, *, kills: int, seed: int) -> None:
    whole = make_trainer(run=RunFolder.create(folder.path, "whole"), epochs=EPOCHS, checkpoint_every_steps=3)
    seconds = whole.run().seconds
    moments = random.Random(seed)
    killed = 0
    for _ in range(kills):
        moment = moments.uniform(0, seconds)
        run = RunFolder.create(folder.path, "killed")
        killed += kill_after(run, moment)
        resumed = make_trainer(run=run, epochs=EPOCHS, checkpoint_every_steps=3)
        resumed.resume()
        assert outcome(resumed) == outcome(whole), f"killed after {moment} s"
    assert killed >= kills / 2, "most of the kills came too late to test anything"


def test_two_kills(make_trainer: Any, folder: RunFolder) -> None:
    check_kills(make_trainer, folder, kills=2, seed=0)


@pytest.mark.slow
def test_twenty_kills(make_trainer: Any, folder: RunFolder) -> None:
    check_kills(make_trainer, folder, kills=20, seed=1)
