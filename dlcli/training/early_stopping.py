"""Early stopping: end training when a metric has stopped improving."""

from __future__ import annotations

from typing import Any

from dlcli.core import Direction
from dlcli.settings import EarlyStoppingSettings


class EarlyStopping:
    """Counter of the epochs since `metric` last improved. `Selection` decides which weights are kept.

    Args:
        settings: Patience and minimum improvement.
        metric: Monitored metric, such as `dev/error`.
        direction: Direction in which the metric improves.
    """

    def __init__(self, settings: EarlyStoppingSettings, *, metric: str, direction: Direction) -> None:
        self.metric = metric
        self.settings = settings
        self.direction = direction
        self.best: float | None = None
        self.epochs_without_improvement = 0

    def update(self, value: float) -> None:
        """Count an epoch at whose end the metric has this value."""
        if self.direction.is_improvement(value, self.best, self.settings.min_delta):
            self.best = value
            self.epochs_without_improvement = 0
        else:
            self.epochs_without_improvement += 1

    @property
    def should_stop(self) -> bool:
        return self.epochs_without_improvement >= self.settings.patience

    def state(self) -> dict[str, Any]:
        return {"best": self.best, "epochs_without_improvement": self.epochs_without_improvement}

    def restore(self, state: dict[str, Any]) -> None:
        self.best = state["best"]
        self.epochs_without_improvement = state["epochs_without_improvement"]
