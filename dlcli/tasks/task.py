"""What a kind of problem is: its loss, what a model's outputs mean, and how they are judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import ClassVar

import numpy as np

from dlcli.autograd import Tensor
from dlcli.core import ConfigError, registry
from dlcli.data import TargetKind
from dlcli.losses import Loss, OutputForm
from dlcli.metrics import Metric


@dataclass(frozen=True)
class Predictions:
    """What a model says of N examples, in every form that a metric or a reader may want.

    Args:
        labels: (N,) class indices; None for regression.
        probabilities: (N, K) of every class; None for regression.
        values: (N, K) in the targets' unit; None for classification.
        nats: (N,) −log p of a whole text; for language models.
        correct: (N,) how many tokens of a text were the most probable ones; for language models.
    """

    labels: np.ndarray | None = None
    probabilities: np.ndarray | None = None
    values: np.ndarray | None = None
    nats: np.ndarray | None = None
    correct: np.ndarray | None = None

    def best_guess(self) -> np.ndarray:
        """Labels (N,), values (N, K) or nats (N,): what is compared with the truth."""
        guess = next((form for form in (self.labels, self.values, self.nats) if form is not None), None)
        assert guess is not None, "a prediction has labels, values or nats"
        return guess

    def form(self, name: str) -> np.ndarray | None:
        """The form that a metric says it needs; None where this kind of problem has no such form."""
        found: np.ndarray | None = getattr(self, name)
        return found

    def take(self, indices: np.ndarray) -> Predictions:
        """Those of some of the examples."""
        forms = {field.name: getattr(self, field.name) for field in fields(self)}
        return Predictions(
            **{name: None if form is None else form.take(indices, axis=0) for name, form in forms.items()}
        )


def joined(parts: Sequence[Predictions]) -> Predictions:
    """The predictions of several batches as those of one."""
    forms = {field.name: [getattr(part, field.name) for part in parts] for field in fields(Predictions)}
    return Predictions(**{name: None if given[0] is None else np.concatenate(given) for name, given in forms.items()})


class Task:
    """Base of the kinds of problem. The positional parameter of the others, what is predicted, comes from the data.

    Args:
        loss: what training makes small.

    Raises:
        ConfigError: the loss is one of other outputs.
    """

    registry_kind: ClassVar[str] = "task"

    #: classes, or values
    target_kind: ClassVar[TargetKind]
    #: names of the metrics that are reported unless the config asks for others
    default_metrics: ClassVar[tuple[str, ...]]
    #: the metric by which the best epoch is chosen unless the config says otherwise
    default_optimize: ClassVar[str]

    #: what a model's outputs are, so that losses of other outputs are refused
    output_form: ClassVar[OutputForm]

    def __init__(self, loss: Loss) -> None:
        if loss.needs != self.output_form:
            fitting = [name for name in registry.names("loss") if _needs(name) == self.output_form]
            found = registry.name_of("loss", type(loss))
            own = registry.name_of("task", type(self))
            raise ConfigError(
                f"{found} is no loss of a {own}; these are: {', '.join(fitting)}",
                code="not_applicable",
                key="loss",
            )
        self.loss_function = loss

    @property
    def output_units(self) -> int:
        """How many numbers a model puts out for one example."""
        raise NotImplementedError

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:  # noqa: ARG002
        """Shape of a model's output for one example.

        Args:
            input_shape: of one example, sequences with the longest number of steps.
        """
        return (self.output_units,)

    def loss(self, outputs: Tensor, targets: np.ndarray, lengths: np.ndarray | None = None) -> Tensor:
        """The mean loss over the examples of a batch, or over their real steps.

        Args:
            outputs: (N, output_units) of the model; with steps (N, T, output_units).
            targets: as the data's splits hold them.
            lengths: (N,) how many steps are real; None where all are, and where there are none.
        """
        return self.loss_function(outputs, targets, self.step_weights(targets, lengths))

    def loss_sum(self, outputs: Tensor, targets: np.ndarray, lengths: np.ndarray | None = None) -> float:
        """The numerator of the mean loss; over several batches it is added up. Arguments as those of `loss`."""
        return self.loss_function.sum(outputs, targets, self.step_weights(targets, lengths))

    def loss_weight(self, targets: np.ndarray, lengths: np.ndarray | None = None) -> float:
        """The denominator of the mean loss: the number of examples, or real steps, each with its class's weight."""
        return self.loss_function.weight(targets, self.step_weights(targets, lengths))

    def step_weights(
        self,
        targets: np.ndarray,  # noqa: ARG002
        lengths: np.ndarray | None,  # noqa: ARG002
    ) -> np.ndarray | None:
        """The weight of each of the targets in the loss: 0 for padding, else 1; None where there is no padding."""
        return None

    def pair_predictions(
        self,
        outputs: np.ndarray,
        targets: np.ndarray,
        lengths: np.ndarray | None = None,
    ) -> tuple[Predictions, np.ndarray]:
        """What a batch's outputs mean, and the truth that metrics compare it with; arguments as those of `loss`."""
        return self.predictions(outputs, lengths), self.truth(targets)

    def predictions(self, outputs: np.ndarray, lengths: np.ndarray | None = None) -> Predictions:
        """What the outputs of a model mean; arguments as those of `loss`."""
        raise NotImplementedError

    def truth(self, targets: np.ndarray) -> np.ndarray:
        """Targets as metrics compare them: class indices (N,), or values (N, K) in their own unit."""
        return targets

    def accepts(self, metric: Metric) -> bool:
        """Whether the metric can judge this task's predictions."""
        raise NotImplementedError


def _needs(loss: str) -> str | None:
    return getattr(registry.lookup("loss", loss), "needs", None)
