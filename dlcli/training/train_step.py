"""One step of gradient descent: the gradients of a batch, then the update."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from dlcli import kernels
from dlcli.autograd import Tensor
from dlcli.core import ConfigError
from dlcli.data import Batch
from dlcli.nn import Arena, Graph
from dlcli.optim import Optimizer, WeightAverage, add_penalty_gradient, clip_by_norm, clip_by_value, penalty, sparsity
from dlcli.settings import GradientClipping, Regularization, TrainingSettings
from dlcli.tasks import Task
from dlcli.training.evaluation_weights import EvaluationWeights


def batch_loss(task: Task, outputs: Tensor, batch: Batch) -> Tensor:
    """Return the mean loss of some outputs for a batch with targets."""
    assert batch.targets is not None, "the training set has targets"
    return task.loss(outputs, batch.targets, batch.lengths)


class NonFiniteError(Exception):
    """The loss or a gradient of a step is not finite; the parameters have not been changed by the step."""


class TrainStep:
    """Optimizer steps on the parameters of a model.

    Args:
        model: Model, which must be in training mode when a step is taken.
        task: Task whose loss is minimized.
        optimizer: Optimizer, which is set up here for the arena of the model.
        settings: Settings of the training, for gradient clipping and weight averaging.
        regularization: Penalties and weight decay.
        examples: Number of training examples, m in the formulas of the penalties.

    Raises:
        ConfigError: The model has no trainable parameters.
    """

    def __init__(
        self,
        *,
        model: Graph,
        task: Task,
        optimizer: Optimizer,
        settings: TrainingSettings,
        regularization: Regularization,
        examples: int,
    ) -> None:
        self.model = model
        self.task = task
        self.optimizer = optimizer
        self.clipping = settings.gradient_clipping or GradientClipping()
        self.regularization = regularization
        self.examples = examples
        self.arena = Arena(model.parameters())
        if not self.arena.data.size:
            raise ConfigError(
                "expected a model with trainable parameters, got none in any layer",
                code="not_applicable",
                key="model",
            )
        optimizer.setup(self.arena)
        averaging = settings.weight_average
        average = None if averaging is None else WeightAverage(averaging.decay)
        self.evaluation_weights = EvaluationWeights(model, self.arena, average)
        self._penalized = regularization.l1 > 0 or regularization.l2 > 0

    def compute_gradients(
        self, batch: Batch, on_output: Callable[[str, np.ndarray], None] | None = None
    ) -> tuple[float, np.ndarray]:
        """Compute the gradients of a batch in the arena; return the mean loss without penalties, and the outputs.

        Raises:
            NonFiniteError: The loss or a gradient is not finite.
        """
        # only marks the gradients as empty; the kernels then write the first gradient instead of adding it to zeros
        self.arena.zero_grad()
        outputs = self.model.compute(batch.inputs, batch.lengths, on_output=on_output)
        main_output = outputs[self.model.output_name]
        # The objective is the loss of the main output plus the weighted losses of auxiliary classifiers.
        loss = objective = batch_loss(self.task, main_output, batch)
        for name, weight in self.model.auxiliary.items():
            objective = objective + weight * batch_loss(self.task, outputs[name], batch)
        # Checked before the backward pass: the gradient of a non-finite loss is useless.
        value = loss.item()
        if not math.isfinite(value):
            raise NonFiniteError
        objective.backward()
        if self._penalized:
            add_penalty_gradient(self.arena, self.regularization.l1, self.regularization.l2, self.examples)
        # One pass over one flat array, before the update, so that a failed step leaves the parameters unchanged.
        if not kernels.is_finite(self.arena.grad):
            raise NonFiniteError
        return value, main_output.data

    def update(self, learning_rate: float) -> None:
        """Clip the gradients and update the parameters."""
        if self.clipping.max_value is not None:
            clip_by_value(self.arena, self.clipping.max_value)
        if self.clipping.max_norm is not None:
            clip_by_norm(self.arena, self.clipping.max_norm)
        # Clipping comes first and includes the gradients of the penalties. Decoupled weight decay is not a gradient, so
        # it is not clipped.
        self.optimizer.step(self.arena, learning_rate, self.regularization.weight_decay)
        self.evaluation_weights.update()

    def learning_rates(self, learning_rate: float) -> dict[str, float]:
        """Return the learning rates of a step by their names in the log; pretrained layers may have a separate rate."""
        # There are at most two scales: 1 for new layers, and one for pretrained layers.
        scales = {group.scale for group in self.arena.rate_groups} or {1.0}
        pretrained_scale = min(scales - {1.0}, default=1.0)
        if 1.0 not in scales:  # all layers are pretrained
            return {"learning_rate": learning_rate * pretrained_scale}
        pretrained = {} if pretrained_scale == 1.0 else {"pretrained_learning_rate": learning_rate * pretrained_scale}
        return {"learning_rate": learning_rate} | pretrained

    def penalty(self) -> float:
        """Return the value of the penalties, which the objective adds to the loss."""
        return (
            penalty(self.arena, self.regularization.l1, self.regularization.l2, self.examples)
            if self._penalized
            else 0.0
        )

    def sparsity(self) -> float | None:
        """Return the fraction of zeros among the evaluation weights; None without an L1 penalty."""
        if not self.regularization.l1:
            return None
        with self.evaluation_weights.applied():
            return sparsity(self.arena)
