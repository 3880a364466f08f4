"""A run that is killed at any time and resumed equals, bit for bit, a run that was not killed."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from dlcli.runs import RunFolder
from dlcli.settings import CheckpointSettings

EPOCHS = 300
TRAIN = f"""
import sys
from pathlib import Path
sys.path.insert(0, {str(Path(__file__).parent)!r})
from conftest import blob_splits, build_trainer
from dlcli.runs import RunFolder
from dlcli.settings import CheckpointSettings
from dlcli.training import Observer
class Clock(Observer):
    def on_epoch(self, record, is_best):
        print("epoch", flush=True)
trainer = build_trainer(
    run=RunFolder(Path(sys.argv[1])), data=blob_splits(), epochs={EPOCHS}, observers=[Clock()],
    checkpoint=CheckpointSettings(every_steps=3)
)
print("training", flush=True)
trainer.train()
"""


def kill_after(folder: RunFolder, epochs: int, seconds: float) -> bool:
    """Train in a separate process and kill it some seconds after an epoch; return whether it was still running.

    The process reports its epochs, because on a busy machine it may be many times slower than this one was.
    """
    command = [sys.executable, "-c", TRAIN, str(folder.path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"training\n"
        for _ in range(epochs):
            assert process.stdout.readline() == b"epoch\n"
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
    whole = make_trainer(
        run=RunFolder.create(folder.path, "whole"), epochs=EPOCHS, checkpoint=CheckpointSettings(every_steps=3)
    )
    seconds = whole.train().seconds
    generator = random.Random(seed)
    killed = 0
    for _ in range(kills):
        epoch, delay = generator.randrange(EPOCHS), generator.uniform(0, seconds / EPOCHS)
        run = RunFolder.create(folder.path, "killed")
        killed += kill_after(run, epoch, delay)
        resumed = make_trainer(run=run, epochs=EPOCHS, checkpoint=CheckpointSettings(every_steps=3))
        resumed.resume()
        assert outcome(resumed) == outcome(whole), f"killed {delay} s after epoch {epoch}"
    assert killed >= kills / 2  # otherwise most kills came after the end of the training


def test_two_kills(make_trainer: Any, folder: RunFolder) -> None:
    check_kills(make_trainer, folder, kills=2, seed=0)


@pytest.mark.slow
def test_twenty_kills(make_trainer: Any, folder: RunFolder) -> None:
    check_kills(make_trainer, folder, kills=20, seed=1)
