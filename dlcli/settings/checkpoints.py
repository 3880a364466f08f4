"""The section `training.checkpoint`: when the training state is saved."""

from __future__ import annotations

from dataclasses import dataclass

from dlcli.core import PositiveInt


@dataclass(frozen=True, kw_only=True)
class CheckpointSettings:
    """Schedule of checkpoints; a new best epoch and the last epoch are always saved.

    Args:
        every_epochs: Number of epochs between checkpoints.
        every_steps: Number of steps between checkpoints within an epoch; null = no checkpoints within epochs.
        keep: Number of latest checkpoints to keep, besides the best one.
    """

    every_epochs: PositiveInt = 1
    every_steps: PositiveInt | None = None
    keep: PositiveInt = 2
