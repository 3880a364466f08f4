"""A model judged on a split: evaluation mode, nothing recorded, one batch after another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from dlcli.autograd import Tensor, no_grad
from dlcli.data import Split
from dlcli.metrics import Metric
from dlcli.nn import Graph
from dlcli.tasks import Task


@dataclass(frozen=True)
class Evaluation:
    """What a model makes of a split.

    Args:
        metrics: "loss" and every metric by its plain name; the loss is the mean of the batches' losses, each counted by
            its examples.
        outputs: (N, …) of the model, where they were asked for.
    """

    metrics: dict[str, float]
    outputs: np.ndarray | None = None

    def named(self, split: str) -> dict[str, float]:
        """The metrics as `<split>/<metric>`."""
        return {f"{split}/{name}": value for name, value in self.metrics.items()}


def evaluate_split(
    model: Graph,
    task: Task,
    split: Split,
    metrics: Sequence[Metric],
    *,
    batch_size: int = 1024,
    keep_outputs: bool = False,
    on_output: Callable[[str, np.ndarray], None] | None = None,
) -> Evaluation:
    """Judge `model` on a split that has targets.

    Args:
        model: left in the mode it was in.
        task: its loss and what its outputs mean.
        split: with targets.
        metrics: reset before use.
        batch_size: examples per forward pass.
        keep_outputs: also return the model's outputs.
        on_output: called with the name and the result of every node, batch by batch.
    """
    loss_sum = 0.0
    kept = []
    for metric in metrics:
        metric.reset()
    with evaluation_mode(model):
        for x, y in split.batches(batch_size):
            assert y is not None, f"{split.name} has no targets"
            outputs = model.forward(x, on_output).data
            loss_sum += task.loss(Tensor(outputs), y).item() * len(y)
            update_metrics(metrics, task, outputs, y)
            if keep_outputs:
                kept.append(outputs)
    values = {"loss": loss_sum / len(split)} | {metric.name: metric.result() for metric in metrics}
    return Evaluation(values, np.concatenate(kept) if keep_outputs else None)


def compute_outputs(model: Graph, batches: Iterable[tuple[np.ndarray, np.ndarray | None]]) -> Iterator[np.ndarray]:
    """The outputs of `model` in evaluation mode, batch by batch."""
    for x, _ in batches:
        with evaluation_mode(model):
            outputs = model.forward(x).data
        yield outputs


def update_metrics(metrics: Iterable[Metric], task: Task, outputs: np.ndarray, targets: np.ndarray) -> None:
    """Show some examples to every metric."""
    predictions, truth = task.predictions(outputs), task.truth(targets)
    for metric in metrics:
        form = predictions.form(metric.needs)
        assert form is not None, f"{metric.name} needs {metric.needs}"
        metric.update(form, truth)


@contextmanager
def evaluation_mode(model: Graph) -> Iterator[None]:
    """Within, the model behaves as in evaluation and nothing is recorded for a backward pass."""
    was_training = model.training
    model.eval()
    try:
        with no_grad(), np.errstate(all="ignore"):
            yield
    finally:
        model.train(was_training)
