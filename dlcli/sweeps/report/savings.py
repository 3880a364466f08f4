"""What ending trials early saved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dlcli.search import Trial


@dataclass(frozen=True)
class Savings:
    """Trials, epochs and time that pruning spared.

    Args:
        trials: how many were ended early.
        epochs: how many of theirs were not trained.
        seconds: an estimate: each trial's missing epochs × the time its own epochs took.
    """

    trials: int
    epochs: int
    seconds: float


def savings(trials: Iterable[Trial]) -> Savings:
    """Add up what the pruned trials left out."""
    pruned = [trial for trial in trials if trial.status == "pruned"]
    epochs, seconds = 0, 0.0
    for trial in pruned:
        trained = len(trial.history)
        missing = max(0, (trial.epochs or trained) - trained)
        epochs += missing
        seconds += missing * trial.seconds / trained if trained else 0.0
    return Savings(len(pruned), epochs, seconds)
