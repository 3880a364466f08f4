"""Stop when a metric has not improved for a while."""

from __future__ import annotations

from typing import Any

from dlcli.core import Direction


class EarlyStopping:
    """Counts the epochs since `metric` last improved. Which weights are kept is the selection's business.

    Args:
        metric: Watched metric, such as `dev/error`.
        patience: Number of epochs without improvement after which training stops.
        min_delta: Change that an improvement must exceed.
        direction: Direction in which the metric improves.
    """

    def __init__(self, *, metric: str, patience: int, direction: Direction, min_delta: float = 0.0) -> None:
        self.metric = metric
        self.patience = patience
        self.min_delta = min_delta
        self.direction = direction
        self.best: float | None = None
        self.epochs_without_improvement = 0

    def update(self, value: float) -> None:
        """Count an epoch that ended with this value of the metric."""
        if self.direction.is_improvement(value, self.best, self.min_delta):
            self.best = value
            self.epochs_without_improvement = 0
        else:
            self.epochs_without_improvement += 1

    @property
    def should_stop(self) -> bool:
        return self.epochs_without_improvement >= self.patience

    def state(self) -> dict[str, Any]:
        return {"best": self.best, "epochs_without_improvement": self.epochs_without_improvement}

    def restore(self, state: dict[str, Any]) -> None:
        self.best = state["best"]
        self.epochs_without_improvement = state["epochs_without_improvement"]
