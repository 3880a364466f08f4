"""Adagrad and RMSProp: a separate step size for each parameter, from its squared gradients."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from dlcli import kernels
from dlcli.core import PositiveFloat, Rate, register
from dlcli.optim.optimizer import Optimizer
from dlcli.optim.schedules import Schedule


@register("optimizer", "adagrad")
class Adagrad(Optimizer):
    """Adagrad (Duchi et al. 2011): `s ← s + g²`, `w ← w − α g / (√s + ε)`.

    Args:
        learning_rate: Size of the first step, α.
        epsilon: Small constant that keeps the division finite, ε.
        schedule: Schedule of the learning rate; null keeps it constant.
    """

    def __init__(
        self, *, learning_rate: PositiveFloat = 0.01, epsilon: PositiveFloat = 1e-10, schedule: Schedule | None = None
    ) -> None:
        super().__init__(learning_rate, schedule, ("squares",))
        self.epsilon = epsilon

    def update(
        self, parameters: np.ndarray, gradients: np.ndarray, memory: Mapping[str, np.ndarray], learning_rate: float
    ) -> None:
        kernels.adagrad_update(
            parameters, gradients, memory["squares"], learning_rate=learning_rate, epsilon=self.epsilon
        )


@register("optimizer", "rmsprop")
class RMSProp(Optimizer):
    """RMSProp (Hinton 2012): `s ← β s + (1 − β) g²`, `w ← w − α g / (√s + ε)`.

    Args:
        learning_rate: Step size, α.
        beta: Decay of the average, β; it covers about 1 / (1 − β) steps.
        epsilon: Small constant that keeps the division finite, ε.
        centered: Whether to divide by the gradient's standard deviation, √(s − m²), instead of √s (Graves 2013).
        schedule: Schedule of the learning rate; null keeps it constant.
    """

    def __init__(
        self,
        *,
        learning_rate: PositiveFloat = 0.001,
        beta: Rate = 0.9,
        epsilon: PositiveFloat = 1e-8,
        centered: bool = False,
        schedule: Schedule | None = None,
    ) -> None:
        super().__init__(learning_rate, schedule, ("squares", "means") if centered else ("squares",))
        self.beta = beta
        self.epsilon = epsilon
        self.centered = centered

    def update(
        self, parameters: np.ndarray, gradients: np.ndarray, memory: Mapping[str, np.ndarray], learning_rate: float
    ) -> None:
        squares = memory["squares"]
        if self.centered:
            kernels.centered_rmsprop_update(
                parameters,
                gradients,
                squares,
                memory["means"],
                learning_rate=learning_rate,
                beta=self.beta,
                epsilon=self.epsilon,
            )
        else:
            kernels.rmsprop_update(
                parameters, gradients, squares, learning_rate=learning_rate, beta=self.beta, epsilon=self.epsilon
            )
