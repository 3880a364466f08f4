"""Base class of the tasks: a loss, the meaning of a model's outputs, and the metrics that apply to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import ClassVar

import numpy as np

from dlcli.autograd import Tensor
from dlcli.core import ConfigError, registry
from dlcli.data import Targets
from dlcli.losses import Loss, OutputForm
from dlcli.metrics import Metric


@dataclass(frozen=True)
class Predictions:
    """Predictions for N examples, in every form that the task provides.

    Args:
        labels: Predicted class indices, (N,); None for regression.
        probabilities: Probability of every class, (N, K); None for regression.
        values: Predicted values in the unit of the targets, (N, K); None for classification.
        nats: −log p of each text, (N,); only for language models.
        correct: Number of tokens of each text that were the most probable ones, (N,); only for language models.
    """

    labels: np.ndarray | None = None
    probabilities: np.ndarray | None = None
    values: np.ndarray | None = None
    nats: np.ndarray | None = None
    correct: np.ndarray | None = None

    def best_guess(self) -> np.ndarray:
        """Return what is compared with the truth: labels (N,), values (N, K) or nats (N,)."""
        guess = next((form for form in (self.labels, self.values, self.nats) if form is not None), None)
        assert guess is not None, "a prediction has labels, values or nats"
        return guess

    def form(self, name: str) -> np.ndarray | None:
        """Return the form that a metric needs; None if the task does not provide it."""
        predictions: np.ndarray | None = getattr(self, name)
        return predictions

    def take(self, indices: np.ndarray) -> Predictions:
        """Return the predictions for some of the examples."""
        forms = {field.name: getattr(self, field.name) for field in fields(self)}
        return Predictions(
            **{name: None if form is None else form.take(indices, axis=0) for name, form in forms.items()}
        )


def concatenate_predictions(batches: Sequence[Predictions]) -> Predictions:
    """Concatenate the predictions of several batches."""
    forms = {field.name: [getattr(batch, field.name) for batch in batches] for field in fields(Predictions)}
    return Predictions(
        **{name: None if arrays[0] is None else np.concatenate(arrays) for name, arrays in forms.items()}
    )


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
    #: names of the metrics that are reported unless the config sets others
    default_metrics: ClassVar[tuple[str, ...]]
    #: metric that selects the best epoch unless the config sets another one
    default_optimize: ClassVar[str]

    #: form of the model's outputs; a loss must expect the same form
    output_form: ClassVar[OutputForm]

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

    @classmethod
    def is_default_for(cls, targets: Targets) -> bool:
        """Return whether the task applies to these targets if the config names none; of several, the first by name does."""
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

    def loss_sum(self, outputs: Tensor, targets: np.ndarray, lengths: np.ndarray | None = None) -> float:
        """Return the numerator of the mean loss, which is summed over batches; arguments as in `loss`."""
        return self.loss_function.sum(outputs, targets, self.step_weights(targets, lengths))

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
    ) -> tuple[Predictions, np.ndarray]:
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
        raise NotImplementedError


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
