"""Savings by pruning."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dlcli.search import Trial


@dataclass(frozen=True)
class Savings:
    """Epochs and time saved by pruning.

    Args:
        trials: Number of pruned trials.
        epochs: Number of their epochs that were not trained.
        seconds: Estimate of the saved time: missing epochs of each trial × its mean time per epoch.
    """

    trials: int
    epochs: int
    seconds: float


def compute_savings(trials: Iterable[Trial]) -> Savings:
    """Sum the savings over the pruned trials."""
    pruned = [trial for trial in trials if trial.status == "pruned"]
    epochs, seconds = 0, 0.0
    for trial in pruned:
        trained = len(trial.history)
        missing = max(0, (trial.epochs or trained) - trained)
        epochs += missing
        seconds += missing * trial.seconds / trained if trained else 0.0
    return Savings(len(pruned), epochs, seconds)
