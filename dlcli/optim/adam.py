"""Adam and AdamW: momentum combined with RMSProp, both bias-corrected for starting at zero."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from dlcli import kernels
from dlcli.core import NonNegativeFloat, PositiveFloat, Rate, register
from dlcli.nn import Arena
from dlcli.optim.optimizer import Optimizer
from dlcli.optim.schedules import Schedule


@register("optimizer", "adam")
class Adam(Optimizer):
    """Adam (Kingma & Ba 2015): `w ← w − α m̂ / (√v̂ + ε)`, with m̂ and v̂ the averages of g and g².

    Args:
        learning_rate: Step size, α.
        beta1: Decay of the average of the gradient, β₁; it covers about 1 / (1 − β₁) steps.
        beta2: Decay of the average of its square, β₂; it covers about 1 / (1 − β₂) steps.
        epsilon: Small constant that keeps the division finite, ε.
        schedule: Schedule of the learning rate; null keeps it constant.
    """

    def __init__(
        self,
        *,
        learning_rate: PositiveFloat = 0.001,
        beta1: Rate = 0.9,
        beta2: Rate = 0.999,
        epsilon: PositiveFloat = 1e-8,
        schedule: Schedule | None = None,
    ) -> None:
        super().__init__(learning_rate, schedule, ("first_moment", "second_moment"))
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon

    def update(
        self, parameters: np.ndarray, gradients: np.ndarray, memory: Mapping[str, np.ndarray], learning_rate: float
    ) -> None:
        kernels.adam_update(
            parameters,
            gradients,
            memory["first_moment"],
            memory["second_moment"],
            learning_rate=learning_rate,
            beta1=self.beta1,
            beta2=self.beta2,
            epsilon=self.epsilon,
            step=self.steps,
        )


@register("optimizer", "adamw")
class AdamW(Adam):
    """Adam with decoupled weight decay (Loshchilov & Hutter 2019): `w ← (1 − α λ) w` before the step of Adam.

    Args:
        learning_rate: Step size, α.
        beta1: Decay of the average of the gradient, β₁; it covers about 1 / (1 − β₁) steps.
        beta2: Decay of the average of its square, β₂; it covers about 1 / (1 − β₂) steps.
        epsilon: Small constant that keeps the division finite, ε.
        weight_decay: Decay of the weights, λ (biases do not decay); `regularization.weight_decay` is added to it.
        schedule: Schedule of the learning rate; null keeps it constant.
    """

    def __init__(
        self,
        *,
        learning_rate: PositiveFloat = 0.001,
        beta1: Rate = 0.9,
        beta2: Rate = 0.999,
        epsilon: PositiveFloat = 1e-8,
        weight_decay: NonNegativeFloat = 0.01,
        schedule: Schedule | None = None,
    ) -> None:
        super().__init__(learning_rate=learning_rate, beta1=beta1, beta2=beta2, epsilon=epsilon, schedule=schedule)
        self.weight_decay = weight_decay

    def step(self, arena: Arena, learning_rate: float, weight_decay: float = 0.0) -> None:
        super().step(arena, learning_rate, self.weight_decay + weight_decay)
