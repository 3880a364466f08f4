"""Gradient descent with and without momentum."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from dlcli import kernels
from dlcli.core import ConfigError, PositiveFloat, Rate, register
from dlcli.optim.optimizer import Optimizer
from dlcli.optim.schedules import Schedule


@register("optimizer", "sgd")
class SGD(Optimizer):
    """Gradient descent `w ← w − α g`, or with classical momentum `v ← μ v + g`, `w ← w − α v`.

    Args:
        learning_rate: Step size, α.
        momentum: Fraction of the velocity that a step keeps, μ; 0 means no momentum.
        nesterov: Whether to look ahead along the velocity: `w ← w − α (g + μ v)`.
        schedule: Schedule of the learning rate; null keeps it constant.

    Raises:
        ConfigError: `nesterov` is true without momentum.
    """

    def __init__(
        self,
        *,
        learning_rate: PositiveFloat = 0.01,
        momentum: Rate = 0.0,
        nesterov: bool = False,
        schedule: Schedule | None = None,
    ) -> None:
        if nesterov and not momentum:
            raise ConfigError(
                "expected a momentum above 0, such as 0.9: nesterov looks ahead along the velocity",
                code="not_applicable",
                key="nesterov",
            )
        super().__init__(learning_rate, schedule, ("velocity",) if momentum else ())
        self.momentum = momentum
        self.nesterov = nesterov

    def update(
        self, parameters: np.ndarray, gradients: np.ndarray, memory: Mapping[str, np.ndarray], learning_rate: float
    ) -> None:
        if not self.momentum:
            kernels.sgd_update(parameters, gradients, learning_rate=learning_rate)
            return
        kernels.momentum_update(
            parameters,
            gradients,
            memory["velocity"],
            learning_rate=learning_rate,
            momentum=self.momentum,
            nesterov=self.nesterov,
        )


@register("optimizer", "momentum")
class Momentum(Optimizer):
    """Gradient descent along the averaged gradient: `v ← β v + (1 − β) g`, `w ← w − α v`.

    This is the classical form of `sgd` with the learning rate multiplied by 1 − β: there, a larger momentum lengthens
    the steps; here it only smooths them.

    Args:
        learning_rate: Step size, α.
        beta: Decay of the average, β; it covers about 1 / (1 − β) steps.
        schedule: Schedule of the learning rate; null keeps it constant.
    """

    def __init__(
        self, *, learning_rate: PositiveFloat = 0.01, beta: Rate = 0.9, schedule: Schedule | None = None
    ) -> None:
        super().__init__(learning_rate, schedule, ("velocity",))
        self.beta = beta

    def update(
        self, parameters: np.ndarray, gradients: np.ndarray, memory: Mapping[str, np.ndarray], learning_rate: float
    ) -> None:
        kernels.momentum_update(
            parameters,
            gradients,
            memory["velocity"],  # holds v / (1 − β)
            learning_rate=learning_rate * (1 - self.beta),
            momentum=self.beta,
        )
