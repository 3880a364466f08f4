"""Evaluation of a model on a split, batch by batch, in evaluation mode and without gradients."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from dlcli.autograd import Tensor
from dlcli.data import Batch, Rows, Split, StreamBatches, concatenate
from dlcli.metrics import Metric
from dlcli.nn import Graph, evaluation_mode
from dlcli.tasks import Predictions, Task


@dataclass(frozen=True)
class Evaluation:
    """Result of an evaluation on a split.

    Args:
        metrics: Values of the loss and of the metrics by name without the split; the loss is the weighted mean over
            the whole split, NaN if all weights are 0.
        predictions: Predictions for all examples; None unless requested.
        truth: Targets of all examples in the form that metrics compare; None unless requested.
    """

    metrics: dict[str, float]
    predictions: Predictions | None = None
    truth: np.ndarray | Rows | None = None

    def named(self, split: str) -> dict[str, float]:
        """Return the metrics under the names `<split>/<metric>`."""
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
    """Evaluate `model` on a split that has targets.

    Args:
        model: Model, whose mode (training or evaluation) is restored afterwards.
        task: Task that gives the loss, and the model's outputs their meaning.
        split: Split with targets.
        metrics: Metrics to compute; they are reset first.
        batch_size: Number of examples per forward pass.
        stateful: Whether the examples are windows of one sequence. The sequence is divided into `batch_size` parts
            that are processed in parallel, and each window starts from the final hidden state of the window before it.
        keep_predictions: Whether to return the predictions as well.
        on_output: Function that is called with the name and the output of each node, for each batch.
        watched: Names of the nodes to call `on_output` for; None for all nodes.
    """
    loss_totals: float | np.ndarray = 0.0
    pairs: list[tuple[Predictions, np.ndarray | Rows]] = []
    for metric in metrics:
        metric.reset()
    # For windows of one text, row i of each batch continues row i of the batch before it, as in training.
    order = StreamBatches(len(split), batch_size=batch_size) if stateful else None
    with evaluation_mode(model, stateful=stateful):
        for batch in split.batches(batch_size) if order is None else stream(model, split, order):
            assert batch.targets is not None, f"{split.name} has no targets"
            outputs = model.forward(batch.inputs, batch.lengths, on_output=on_output, watched=watched).data
            # Sums that are divided at the end: the mean of the batch means would give the examples of a smaller last
            # batch too much weight.
            loss_totals = loss_totals + task.loss_totals(Tensor(outputs), batch.targets, batch.lengths)
            predictions, truth = task.pair_predictions(outputs, batch.targets, batch.lengths)
            update_metrics(metrics, predictions, truth)
            if keep_predictions:
                pairs.append((predictions, truth))
    values = {"loss": task.mean_loss(np.asarray(loss_totals))} | {metric.name: metric.result() for metric in metrics}
    if not keep_predictions:
        return Evaluation(values)
    predictions = concatenate([batch_predictions for batch_predictions, _ in pairs])
    truth = concatenate([batch_truth for _, batch_truth in pairs])
    if order is not None:
        # From the order of the stream to that of the split: prediction i belongs to example i.
        inverse = np.argsort(order.order(0), kind="stable")
        predictions, truth = predictions.take(inverse), truth.take(inverse, axis=0)
    return Evaluation(values, predictions, truth)


def stream(model: Graph, split: Split, order: StreamBatches) -> Iterator[Batch]:
    """Yield batches of windows of one sequence; `model` keeps the hidden state of the rows that the next batch has."""
    for number in range(len(order)):
        batch = split.gather(order.indices(0, number))
        # the last batch may have fewer rows: they continue the first rows of the batch before it
        model.set_hidden_states(model.hidden_states(), rows=len(batch))
        yield batch


def compute_outputs(model: Graph, batches: Iterable[Batch]) -> Iterator[np.ndarray]:
    """Yield the outputs of `model` in evaluation mode, batch by batch."""
    for batch in batches:
        with evaluation_mode(model):
            outputs = model.forward(batch.inputs, batch.lengths).data
        yield outputs


def update_metrics(metrics: Iterable[Metric], predictions: Predictions, truth: np.ndarray | Rows) -> None:
    """Update every metric with the predictions and targets of some examples."""
    for metric in metrics:
        predictions.update(metric, truth)
