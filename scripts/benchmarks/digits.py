"""The training loop on digits: 64 hidden units, batches of 64, 20 epochs, next to scikit-learn's `MLPClassifier`.

Both train in this process and take turns, each on its own fresh model. Ours is the whole loop of a run, with its
record of every epoch and its checkpoints.
"""

from __future__ import annotations

import time
import warnings
from pathlib import Path
from statistics import median

from benchmarks.result import Result

CONFIG = """
data: {dataset: digits, split: {train: 0.8, dev: 0.0, test: 0.2}}
model: {architecture: mlp, hidden_units: [64]}
optimizer: {name: adam, learning_rate: 1e-3}
training: {epochs: 20, batch_size: 64}
evaluation: {optimize: train/loss}
"""
TURNS_PER_ROUND = 3


def measure(rounds: int, scratch: Path) -> list[Result]:
    turns = [(train_ours(scratch), train_sklearn()) for _ in range(rounds * TURNS_PER_ROUND + 1)][1:]
    ours, theirs = (median(column) for column in zip(*turns, strict=True))
    return [
        Result("digits, training loop", ours, "s", beside={"scikit-learn": theirs}),
        Result("digits, time ÷ scikit-learn's", ours / theirs, bar=1.0),
    ]


def train_ours(scratch: Path) -> float:
    """Seconds of the loop."""
    import dlcli.components  # noqa: F401  # imported for its registrations
    from dlcli import assembly
    from dlcli.runs import RunFolder
    from dlcli.spec import spec_from_text
    from dlcli.training import Trainer

    spec = spec_from_text(CONFIG, file="digits.yaml")
    experiment = assembly.build_experiment(spec)
    trainer = Trainer(
        model=experiment.model,
        task=experiment.task,
        splits=experiment.data.splits,
        optimizer=assembly.build_optimizer(spec),
        metrics=experiment.metrics,
        selection=experiment.selection,
        settings=spec.training,
        regularization=spec.regularization,
        evaluation_batch_size=assembly.evaluation_batch_size(spec, experiment.data.preprocessor),
        folder=RunFolder.create(scratch, "digits"),
        generators=experiment.generators,
    )
    start = time.perf_counter()
    trainer.train()
    return time.perf_counter() - start


def train_sklearn() -> float:
    """Seconds of the same training by scikit-learn."""
    from sklearn.datasets import load_digits
    from sklearn.neural_network import MLPClassifier

    inputs, labels = load_digits(return_X_y=True)
    inputs = (inputs - inputs.mean(0)) / (inputs.std(0) + 1e-8)
    count = int(0.8 * len(inputs))
    model = MLPClassifier(
        hidden_layer_sizes=(64,), alpha=0.0, batch_size=64, max_iter=20, tol=0.0, n_iter_no_change=20, random_state=0
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # 20 epochs are not convergence
        start = time.perf_counter()
        model.fit(inputs[:count].astype("float32"), labels[:count])
        return time.perf_counter() - start
