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
    """The mean loss of some outputs for a batch with targets."""
    assert batch.targets is not None, "the training set has targets"
    return task.loss(outputs, batch.targets, batch.lengths)


class NonFiniteError(Exception):
    """The loss or a gradient of a step is not finite; the parameters are still those of before the step."""


class TrainStep:
    """Steps on the parameters of a model.

    Args:
        model: in training mode while steps are taken.
        task: its loss is made small.
        optimizer: set up here for the model's arena.
        settings: clipping of the gradients, average of the weights.
        regularization: penalties and weight decay.
        examples: size of the training set, the m of the penalties.

    Raises:
        ConfigError: the model has nothing to train.
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
                "the model has nothing to train: no layer has parameters that are trainable",
                code="not_applicable",
                key="model",
            )
        optimizer.setup(self.arena)
        averaging = settings.weight_average
        average = None if averaging is None else WeightAverage(averaging.decay)
        self.evaluated = EvaluationWeights(model, self.arena, average)
        self._penalized = regularization.l1 > 0 or regularization.l2 > 0

    def compute_gradients(
        self, batch: Batch, on_output: Callable[[str, np.ndarray], None] | None = None
    ) -> tuple[float, np.ndarray]:
        """Fill the arena's gradients; returns the mean loss of the model's own output, no penalties, and that output.

        Raises:
            NonFiniteError: the loss or a gradient is not finite.
        """
        # marks only; the kernels then write the first gradient instead of adding it to zeros
        self.arena.zero_grad()
        outputs = self.model.outputs(batch.inputs, batch.lengths, on_output=on_output)
        own = outputs[self.model.output]
        loss = losses = batch_loss(self.task, own, batch)
        for name, weight in self.model.auxiliary.items():
            losses = losses + weight * batch_loss(self.task, outputs[name], batch)
        # Before the backward pass: a loss that is not finite has no gradient worth computing.
        value = loss.item()
        if not math.isfinite(value):
            raise NonFiniteError
        losses.backward()
        if self._penalized:
            add_penalty_gradient(self.arena, self.regularization.l1, self.regularization.l2, self.examples)
        # One pass over one flat array, before anything is changed: the parameters of a failed step are those of before
        # it.
        if not kernels.is_finite(self.arena.grad):
            raise NonFiniteError
        return value, own.data

    def update(self, learning_rate: float) -> None:
        """Clip the gradients and take the step."""
        if self.clipping.max_value is not None:
            clip_by_value(self.arena, self.clipping.max_value)
        if self.clipping.max_norm is not None:
            clip_by_norm(self.arena, self.clipping.max_norm)
        # After clipping, which must see the gradient of the penalties too; decoupled weight decay is not a gradient and
        # not clipped.
        self.optimizer.step(self.arena, learning_rate, self.regularization.weight_decay)
        self.evaluated.update()

    def learning_rates(self, learning_rate: float) -> dict[str, float]:
        """What a step's learning rate is called in the log; that of pretrained layers beside it, where it differs."""
        scales = {group.scale for group in self.arena.rate_groups} or {1.0}
        scaled = min(scales - {1.0}, default=1.0)
        if 1.0 not in scales:
            return {"learning_rate": learning_rate * scaled}
        pretrained = {} if scaled == 1.0 else {"pretrained_learning_rate": learning_rate * scaled}
        return {"learning_rate": learning_rate} | pretrained

    def penalty(self) -> float:
        """What the penalties add to the loss."""
        return (
            penalty(self.arena, self.regularization.l1, self.regularization.l2, self.examples)
            if self._penalized
            else 0.0
        )

    def sparsity(self) -> float | None:
        """The share of the weights it is judged with that L1 has brought to zero; None where there is no L1."""
        if not self.regularization.l1:
            return None
        with self.evaluated.applied():
            return sparsity(self.arena)
