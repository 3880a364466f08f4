"""A model judged on a split: evaluation mode, nothing recorded, one batch after another."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from dlcli.autograd import Tensor
from dlcli.data import Batch, Split, StreamBatches
from dlcli.metrics import Metric
from dlcli.nn import Graph, evaluation_mode
from dlcli.tasks import Predictions, Task, concatenate_predictions


@dataclass(frozen=True)
class Evaluation:
    """What a model makes of a split.

    Args:
        metrics: "loss" and every metric by its plain name; the loss is the weighted mean over the whole split, NaN
            where all weights are 0.
        predictions: of its examples, where they were asked for.
        truth: what is true of them, as metrics compare it.
    """

    metrics: dict[str, float]
    predictions: Predictions | None = None
    truth: np.ndarray | None = None

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
    stateful: bool = False,
    keep_predictions: bool = False,
    on_output: Callable[[str, np.ndarray], None] | None = None,
    watched: Collection[str] | None = None,
) -> Evaluation:
    """Judge `model` on a split that has targets.

    Args:
        model: left in the mode it was in.
        task: its loss and what its outputs mean.
        split: with targets.
        metrics: reset before use.
        batch_size: examples per forward pass.
        stateful: the examples are windows of one sequence, read in `batch_size` parts side by side, each window from
            where the one before it ended; 1 is one long pass.
        keep_predictions: also return what the model says of each example.
        on_output: called with the name and the result of nodes, batch by batch.
        watched: those nodes; None for every one.
    """
    loss_sum, loss_weight = 0.0, 0.0
    kept: list[tuple[Predictions, np.ndarray]] = []
    for metric in metrics:
        metric.reset()
    # Windows of one text: row i of each batch continues row i of the one before, as in training.
    order = StreamBatches(len(split), batch_size=batch_size) if stateful else None
    with evaluation_mode(model, stateful=stateful):
        for batch in split.batches(batch_size) if order is None else stream(model, split, order):
            assert batch.targets is not None, f"{split.name} has no targets"
            outputs = model.forward(batch.inputs, batch.lengths, on_output=on_output, watched=watched).data
            # Sums, divided once at the end: the mean of the batches' means would give the examples of a short last
            # batch too much weight.
            loss_sum += task.loss_sum(Tensor(outputs), batch.targets, batch.lengths)
            loss_weight += task.loss_weight(batch.targets, batch.lengths)
            predictions, truth = task.pair_predictions(outputs, batch.targets, batch.lengths)
            update_metrics(metrics, predictions, truth)
            if keep_predictions:
                kept.append((predictions, truth))
    values = {"loss": weighted_mean(loss_sum, loss_weight)} | {metric.name: metric.result() for metric in metrics}
    if not keep_predictions:
        return Evaluation(values)
    predictions = concatenate_predictions([one for one, _ in kept])
    truth = np.concatenate([one for _, one in kept])
    if order is not None:
        # From the order of the stream to that of the split, so that prediction i is that of example i.
        back = np.argsort(order.order(0), kind="stable")
        predictions, truth = predictions.take(back), truth.take(back, axis=0)
    return Evaluation(values, predictions, truth)


def weighted_mean(total: float, weight: float) -> float:
    """A weighted sum over the sum of its weights; NaN where all weights are 0 and the mean has no value."""
    return total / weight if weight else math.nan


def stream(model: Graph, split: Split, order: StreamBatches) -> Iterator[Batch]:
    """The windows of a sequence as batches, between which `model` carries its state; one that is shorter drops rows."""
    for number in range(len(order)):
        batch = split.gather(order.indices(0, number))
        # the last batch may have fewer rows; they are the first ones of the batch before
        model.set_hidden_states(model.hidden_states(), rows=len(batch))
        yield batch


def compute_outputs(model: Graph, batches: Iterable[Batch]) -> Iterator[np.ndarray]:
    """The outputs of `model` in evaluation mode, batch by batch."""
    for batch in batches:
        with evaluation_mode(model):
            outputs = model.forward(batch.inputs, batch.lengths).data
        yield outputs


def update_metrics(metrics: Iterable[Metric], predictions: Predictions, truth: np.ndarray) -> None:
    """Show some examples to every metric."""
    for metric in metrics:
        form = predictions.form(metric.needs)
        assert form is not None, f"{metric.name} needs {metric.needs}"
        metric.update(form, truth)
