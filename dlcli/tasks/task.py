"""Base class of the tasks: a loss, the meaning of a model's outputs, and the metrics that apply to them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np

from dlcli.autograd import Tensor
from dlcli.core import ConfigError, DataError, registry
from dlcli.data import ClassLabels, Rows, Targets
from dlcli.losses import Loss, OutputForm
from dlcli.metrics import Metric
from dlcli.tasks.error_measure import ErrorMeasure
from dlcli.tasks.predictions import Predictions


class Task:
    """Base class of the tasks; the positional parameter of a subclass, its targets, comes from the data.

    Args:
        loss: Loss to minimize.

    Raises:
        ConfigError: The loss expects another form of outputs.
    """

    registry_kind: ClassVar[str] = "task"

    #: kind of the targets
    targets: ClassVar[type[Targets]]
    #: names of the task's options that its targets are fitted with
    target_options: ClassVar[tuple[str, ...]] = ()
    #: type of the predictions, whose forms metrics may ask for
    predictions_type: ClassVar[type[Predictions]]
    #: names of the metrics that are reported unless the config sets others
    default_metrics: ClassVar[tuple[str, ...]]
    #: metric that selects the best epoch unless the config sets another one
    default_optimize: ClassVar[str]

    #: form of the model's outputs; a loss must expect the same form
    output_form: ClassVar[OutputForm]

    #: classes of the problem, one of which a metric may be about; None if no classes are predicted
    classes: ClassLabels | None = None

    #: head → its task; empty for a task that is not composed of others
    parts: Mapping[str, Task] = MappingProxyType({})

    def __init__(self, loss: Loss) -> None:
        if loss.needs != self.output_form:
            applicable = [name for name in registry.names("loss") if _needs(name) == self.output_form]
            loss_name = registry.name_of("loss", type(loss))
            task_name = registry.name_of("task", type(self))
            raise ConfigError(
                f"{task_name} expects one of the losses {', '.join(applicable)}, got {loss_name}",
                code="not_applicable",
                key="loss",
            )
        self.loss_function = loss

    @property
    def losses(self) -> tuple[Loss, ...]:
        """Losses that are minimized."""
        return (self.loss_function,)

    @classmethod
    def is_default_for(cls, targets: Targets) -> bool:
        """Return whether this task is inferred from such targets; of several, the first by name is."""
        return type(targets) is cls.targets

    @property
    def output_units(self) -> int:
        """Number of outputs of a model for one example, or for one step of a sequence."""
        raise NotImplementedError

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:  # noqa: ARG002
        """Return the shape of a model's output for one example.

        Args:
            input_shape: Shape of one example; for sequences, with the maximum number of steps.
        """
        return (self.output_units,)

    def loss(self, outputs: Tensor, targets: np.ndarray, lengths: np.ndarray | None = None) -> Tensor:
        """Return the mean loss over the examples of a batch, or over their steps without padding.

        Args:
            outputs: Outputs of the model, (N, output_units); for tasks with steps (N, T, output_units).
            targets: Targets as stored in the splits of the data.
            lengths: Number of steps of each sequence without padding, (N,); None without padding or without steps.
        """
        return self.loss_function(outputs, targets, self.step_weights(targets, lengths))

    def loss_totals(self, outputs: Tensor, targets: np.ndarray, lengths: np.ndarray | None = None) -> np.ndarray:
        """Return the numerator and the denominator of each mean in the loss, (1, 2), which are summed over batches.

        Arguments as in `loss`. The mean over a split is computed once, from the sums over all of its batches, and so
        does not depend on their sizes.
        """
        total = self.loss_function.sum(outputs, targets, self.step_weights(targets, lengths))
        return np.array([[total, self.loss_weight(targets, lengths)]])

    def mean_loss(self, totals: np.ndarray) -> float:
        """Return the mean loss from the sums of `loss_totals` over all batches; NaN if all weights are 0."""
        [[total, weight]] = totals.tolist()
        return total / weight if weight else math.nan

    def loss_weight(self, targets: np.ndarray, lengths: np.ndarray | None = None) -> float:
        """Return the denominator of the mean loss: the number of examples or steps, weighted by class."""
        return self.loss_function.weight(targets, self.step_weights(targets, lengths))

    def step_weights(
        self,
        targets: np.ndarray,  # noqa: ARG002
        lengths: np.ndarray | None,  # noqa: ARG002
    ) -> np.ndarray | None:
        """Return the weight of each target in the loss, 0 for padding and 1 otherwise; None without padding."""
        return None

    def pair_predictions(
        self,
        outputs: np.ndarray,
        targets: np.ndarray,
        lengths: np.ndarray | None = None,
    ) -> tuple[Predictions, np.ndarray | Rows]:
        """Return the predictions of a batch and the truth that metrics compare them with; arguments as in `loss`."""
        return self.predictions(outputs, lengths), self.truth(targets)

    def predictions(self, outputs: np.ndarray, lengths: np.ndarray | None = None) -> Predictions:
        """Convert the outputs of a model to predictions; arguments as in `loss`."""
        raise NotImplementedError

    def truth(self, targets: np.ndarray) -> np.ndarray:
        """Return targets as metrics compare them: class indices (N,), or values (N, K) in their original unit."""
        return targets

    def accepts(self, metric: Metric) -> bool:
        """Return whether the metric applies to this task's predictions."""
        return metric.needs in self.predictions_type.forms()

    def error_measure(self, metric: str) -> ErrorMeasure:
        """Return the measure in which errors are diagnosed.

        Args:
            metric: Name of the metric that selects the best epoch, without the split.
        """
        raise NotImplementedError

    def head_of(self, metric: str) -> str | None:  # noqa: ARG002
        """Return the head that a metric is about, without the split; None if the task has no heads."""
        return None

    @property
    def num_mixed_classes(self) -> int | None:
        """Number K of classes if targets may be distributions over classes (N, K); None if they may not."""
        return None

    def prediction_rows(self, predictions: Predictions) -> Iterator[dict[str, Any]]:
        """Yield a mapping for each prediction, as in files of predictions."""
        raise NotImplementedError

    def target_rows(self, truth: np.ndarray | Rows) -> Iterable[Any]:
        """Return the JSON value of each target, as in files of predictions.

        Args:
            truth: Truth of N examples, or values (N,) or (N, K) as in the file of the data.
        """
        raise NotImplementedError

    def named(self, predictions: Predictions, lengths: np.ndarray | None) -> Any:
        """Return the predictions for N examples as a person reads them, such as names of classes (N,).

        Args:
            predictions: Predictions of all examples.
            lengths: Number of steps of each sequence (N,); None if the examples are not sequences.
        """
        raise NotImplementedError

    def probabilities(self, predictions: Predictions) -> np.ndarray:  # noqa: ARG002
        """Return the probability of each class (N, K).

        Raises:
            DataError: The task does not predict probabilities.
        """
        name = registry.name_of("task", type(self)).replace("_", " ")
        raise DataError(f"{name} has no probabilities; use predict", code="not_applicable")


def task_class(name: str) -> type[Task]:
    """Return the class of a registered task.

    Raises:
        ConfigError: The name is unknown.
    """
    task = registry.lookup("task", name)
    assert isinstance(task, type) and issubclass(task, Task)
    return task


def _needs(loss: str) -> str | None:
    return getattr(registry.lookup("loss", loss), "needs", None)
