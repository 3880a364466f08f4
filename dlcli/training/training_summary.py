"""How a training ended."""

from __future__ import annotations

from dataclasses import dataclass

from dlcli.training.selection import Candidate


@dataclass(frozen=True)
class TrainingSummary:
    """What `Trainer.train` returns; the model then has the best weights and is in evaluation mode.

    Args:
        epochs: finished.
        steps: optimizer steps taken.
        seconds: wall time, all sessions together.
        best: the epoch whose weights the model has.
        stopped_early: whether the early-stopping metric ended it.
        warnings: what the user should know about it.
    """

    epochs: int
    steps: int
    seconds: float
    best: Candidate
    stopped_early: bool
    warnings: tuple[str, ...] = ()
