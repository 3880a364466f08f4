"""Result of a training."""

from __future__ import annotations

from dataclasses import dataclass

from dlcli.training.selection import Candidate


@dataclass(frozen=True)
class TrainingSummary:
    """Result of `Trainer.train`, after which the model has the best weights and is in evaluation mode.

    Args:
        epochs: Number of finished epochs.
        steps: Number of optimizer steps.
        seconds: Wall time in seconds, summed over all resumptions.
        best: Epoch whose weights the model has.
        stopped_early: Whether early stopping ended the training.
        warnings: Warnings about the configuration of the training.
    """

    epochs: int
    steps: int
    seconds: float
    best: Candidate
    stopped_early: bool
    warnings: tuple[str, ...] = ()
