"""Training with augmentation: reproducible, resumable at any step, and evaluated on original examples."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dlcli import api
from dlcli.api import Run
from dlcli.core import ConfigError, RunInterruptedError
from dlcli.training import CheckpointStore, Observer

CONFIG = """\
name: augmented
data:
  dataset: digits
  split: {train: 0.2, dev: 0.1, test: 0.7}
  augment: [{random_crop: {padding: 1}}, {rotation: {degrees: 10}}, color_jitter, {cutout: {size: 2}}, mixup]
  normalize: {name: standard, per: channel}
model: {architecture: mlp, hidden_units: [16]}
optimizer: {name: adam, learning_rate: 0.01}
training: {epochs: 3, batch_size: 64, checkpoint: {every_steps: 2}}
"""


def train(folder: Path, observer: Observer | None = None, **overrides: Any) -> Run:
    (folder / "config.yaml").write_text(CONFIG)
    return api.train(folder / "config.yaml", overrides=overrides, runs_dir=folder / "runs", observer=observer)


def weights(run: Run) -> dict[str, bytes]:
    last = CheckpointStore(run.path / "checkpoints").load_weights("last")
    return {name: array.tobytes() for name, array in last.items()}


def history(run: Run) -> list[dict[str, Any]]:
    return [{**record, "seconds": None} for record in run.result.history]


def test_the_same_seed_gives_the_same_bits(tmp_path: Path) -> None:
    first, second, other = train(tmp_path), train(tmp_path), train(tmp_path, seed=1)
    assert weights(first) == weights(second)
    assert history(first) == history(second)
    assert weights(first) != weights(other)
    assert weights(first) != weights(train(tmp_path, **{"data.augment": []}))


class Interrupting(Observer):
    """Interrupts a run at its first epoch record after N steps."""

    def __init__(self, steps: int) -> None:
        self.steps = steps

    def on_epoch(self, record: Any, is_best: bool) -> None:
        if record["step"] >= self.steps:
            raise KeyboardInterrupt


@pytest.mark.parametrize("epochs", [1, 2])
def test_a_stopped_run_resumes_to_the_same_bits(tmp_path: Path, epochs: int) -> None:
    whole = train(tmp_path)
    part = train(tmp_path, **{"training.epochs": epochs})
    assert weights(api.resume(part.path, epochs=3)) == weights(whole)


def test_a_run_killed_within_an_epoch_resumes_to_the_same_bits(tmp_path: Path) -> None:
    whole = train(tmp_path)
    with pytest.raises((KeyboardInterrupt, RunInterruptedError)):
        train(tmp_path, Interrupting(12))  # an epoch has six steps
    (killed,) = (path for path in (tmp_path / "runs").iterdir() if path != whole.path)
    resumed = api.resume(killed)
    assert weights(resumed) == weights(whole)
    assert history(resumed) == history(whole)


def test_evaluation_uses_original_examples(tmp_path: Path) -> None:
    run = train(tmp_path)
    again = api.evaluate(run.path, split="train")
    plain = {name: value for name, value in run.metrics.items() if name.startswith("train/")}
    assert {name: again.metrics[name] for name in plain} == plain
    # the loss of the epoch is that of mixed examples
    assert run.result.history[-1]["train/loss"] > run.metrics["train/loss"]


def test_binary_targets_are_mixed_but_cannot_be_weighted(tmp_path: Path) -> None:
    options = {"data.dataset": "breast_cancer", "data.augment": ["mixup"], "data.normalize": "standard"}
    run = train(tmp_path, **options)
    assert run.metrics["test/accuracy"] > 0.85
    weighted = {
        "task": {"name": "binary_classification", "loss": {"name": "binary_cross_entropy", "class_weights": "balanced"}}
    }
    with pytest.raises(ConfigError) as caught:
        train(tmp_path, **options, **weighted)
    assert caught.value.key == "data.augment[0].mixup"


def test_regression_targets_are_mixed(tmp_path: Path) -> None:
    options = {"data.dataset": "diabetes", "data.augment": ["mixup"], "data.normalize": "standard"}
    run = train(
        tmp_path, **options, **{"data.normalize_targets": "standard", "training.batch_size": 16, "training.epochs": 20}
    )
    assert run.metrics["train/r2"] > 0.2
