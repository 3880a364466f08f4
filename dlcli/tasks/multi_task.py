"""Several tasks on the same examples: multi-task learning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np

from dlcli.autograd import Tensor
from dlcli.core import ConfigError, register, registry
from dlcli.data import HeadRows, HeadTargets, Observed, Rows, Targets
from dlcli.losses import Loss, OutputForm
from dlcli.tasks.error_measure import ErrorMeasure
from dlcli.tasks.heads import Head, HeadPredictions
from dlcli.tasks.predictions import Predictions
from dlcli.tasks.task import Task


@register("task", "multi_task")
class MultiTask(Task):
    """Several tasks on the same examples, one for each head, with a shared trunk (Caruana 1997).

    The outputs of the heads stand side by side, in the order of the heads. The loss is the weighted sum of the losses
    of the heads, each a mean over the examples that have a target of it: an example without a target is left out before
    the loss is computed.

    Args:
        heads: Head, named as its column of targets → its task, weight and metrics.

    Raises:
        ConfigError: A head predicts a target for each step, or every weight is 0.
    """

    targets: ClassVar[type[Targets]] = HeadTargets
    target_options: ClassVar[tuple[str, ...]] = ("heads",)
    predictions_type: ClassVar[type[Predictions]] = HeadPredictions
    output_form: ClassVar[OutputForm] = "heads"
    default_metrics: ClassVar[tuple[str, ...]] = ()
    default_optimize: ClassVar[str] = "loss"

    def __init__(self, targets: HeadTargets, tasks: Mapping[str, Task], /, *, heads: dict[str, Head]) -> None:
        self.head_targets = targets
        self.parts = tasks
        self.weights = {name: heads[name].weight for name in tasks}
        if not any(self.weights.values()):
            raise ConfigError("expected a head with a weight above 0, got 0 for every head", key="heads")
        for name, task in tasks.items():
            if task.targets.per_step:
                kind = registry.name_of("task", type(task))
                message = f"{kind} predicts a target for each step, which a head cannot"
                raise ConfigError(message, code="not_applicable", key=f"heads.{name}.task")
        ends = np.cumsum([0, *(task.output_units for task in tasks.values())]).tolist()
        self._columns = {name: slice(*bounds) for name, bounds in zip(tasks, pairwise(ends), strict=True)}

    @property
    def losses(self) -> tuple[Loss, ...]:
        return tuple(loss for task in self.parts.values() for loss in task.losses)

    @property
    def output_units(self) -> int:
        return sum(task.output_units for task in self.parts.values())

    def loss(self, outputs: Tensor, targets: np.ndarray | Rows, lengths: np.ndarray | None = None) -> Tensor:  # noqa: ARG002
        terms = [
            self.weights[name] * self.parts[name].loss(of_head, values)
            for name, of_head, values in self._observed(outputs, targets)
            if self.weights[name]
        ]
        return sum(terms[1:], terms[0]) if terms else outputs[:0].sum()

    def loss_totals(self, outputs: Tensor, targets: np.ndarray | Rows, lengths: np.ndarray | None = None) -> np.ndarray:  # noqa: ARG002
        totals = {name: np.zeros(2) for name in self.parts}
        for name, of_head, values in self._observed(outputs, targets):
            totals[name] = self.parts[name].loss_totals(of_head, values)[0]
        return np.stack([*totals.values()])

    def mean_loss(self, totals: np.ndarray) -> float:
        means = [
            weight * total / size for weight, (total, size) in zip(self.weights.values(), totals, strict=True) if size
        ]
        return float(sum(means)) if means else float("nan")

    def loss_weight(self, targets: np.ndarray | Rows, lengths: np.ndarray | None = None) -> float:  # noqa: ARG002
        """Return the number of examples that have a target of any head."""
        masks = [_observed_rows(targets, name).mask for name in self.parts]
        return float(np.logical_or.reduce(masks).sum())

    def _observed(self, outputs: Tensor, targets: np.ndarray | Rows) -> Iterator[tuple[str, Tensor, np.ndarray]]:
        """Yield each head that has a target in a batch, with the outputs and targets of the examples that have it."""
        for name, columns in self._columns.items():
            observed = _observed_rows(targets, name)
            of_head = outputs[:, columns]
            if observed.mask.all():
                yield name, of_head, observed.values
            elif observed.mask.any():
                yield name, of_head[observed.mask], observed.values[observed.mask]

    def pair_predictions(
        self, outputs: np.ndarray, targets: np.ndarray | Rows, lengths: np.ndarray | None = None
    ) -> tuple[HeadPredictions, HeadRows]:
        truth = {}
        for name, task in self.parts.items():
            observed = _observed_rows(targets, name)
            truth[name] = Observed(np.asarray(task.truth(observed.values)), observed.mask)
        return self.predictions(outputs, lengths), HeadRows(truth)

    def predictions(self, outputs: np.ndarray, lengths: np.ndarray | None = None) -> HeadPredictions:
        return HeadPredictions(
            {name: task.predictions(outputs[:, self._columns[name]], lengths) for name, task in self.parts.items()}
        )

    def error_measure(self, metric: str) -> ErrorMeasure:
        head = self.head_of(metric)
        return self.parts[head].error_measure(metric.removeprefix(f"{head}."))

    def head_of(self, metric: str) -> str:
        """Return the head that a metric such as `income.error` is about; for the loss of all heads, the first head."""
        head = metric.partition(".")[0]
        return head if head in self.parts else next(iter(self.parts))

    def prediction_rows(self, predictions: Predictions) -> Iterator[dict[str, Any]]:
        """Yield the rows of all heads side by side, with keys `<head>.<key>`."""
        rows = [task.prediction_rows(_of_head(predictions, name)) for name, task in self.parts.items()]
        for of_heads in zip(*rows, strict=True):
            named = zip(self.parts, of_heads, strict=True)
            yield {
                f"{head}.{'value' if key == head else key}": value for head, row in named for key, value in row.items()
            }

    def target_rows(self, truth: np.ndarray | Rows) -> Iterable[Any]:
        """Return head → JSON value of its target for each example; null if it is missing."""
        columns = [self._head_target_rows(name, truth) for name in self.parts]
        return [dict(zip(self.parts, values, strict=True)) for values in zip(*columns, strict=True)]

    def _head_target_rows(self, name: str, truth: np.ndarray | Rows) -> list[Any]:
        observed = _observed_rows(truth, name)
        values = iter(self.parts[name].target_rows(observed.values[observed.mask]))
        return [next(values) if known else None for known in observed.mask.tolist()]

    def named(self, predictions: Predictions, lengths: np.ndarray | None) -> dict[str, Any]:
        return {name: task.named(_of_head(predictions, name), lengths) for name, task in self.parts.items()}


def _observed_rows(targets: np.ndarray | Rows, head: str) -> Observed:
    assert isinstance(targets, Rows), "the targets of several heads are rows"
    observed = targets.columns[head]
    assert isinstance(observed, Observed)
    return observed


def _of_head(predictions: Predictions, head: str) -> Predictions:
    of_head = predictions.columns[head]
    assert isinstance(of_head, Predictions)
    return of_head
