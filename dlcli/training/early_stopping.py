"""Stop when a metric has not improved for a while."""

from __future__ import annotations

from typing import Any


class EarlyStopping:
    """Counts the epochs since `metric` last improved. Which weights are kept is the selection's business.

    Args:
        metric: watched metric, such as `dev/error`.
        patience: epochs without improvement after which training stops.
        min_delta: smallest change that counts as an improvement.
        higher_is_better: direction of the metric.
    """

    def __init__(self, *, metric: str, patience: int, higher_is_better: bool, min_delta: float = 0.0) -> None:
        self.metric = metric
        self.patience = patience
        self.min_delta = min_delta
        self.higher_is_better = higher_is_better
        self.best: float | None = None
        self.epochs_without_improvement = 0

    def update(self, value: float) -> None:
        """Take note of the metric at the end of an epoch."""
        if self.best is None or self._gain(value, self.best) > self.min_delta:
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

    def _gain(self, value: float, reference: float) -> float:
        return value - reference if self.higher_is_better else reference - value
