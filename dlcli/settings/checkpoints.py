"""The section `training.checkpoint`: when the state of a training is saved."""

from __future__ import annotations

from dataclasses import dataclass

from dlcli.core import PositiveInt


@dataclass(frozen=True, kw_only=True)
class CheckpointSettings:
    """How often the state of the training is saved. A new best epoch and the last one always are.

    Args:
        every_epochs: epochs between checkpoints.
        every_steps: steps between checkpoints within an epoch; null = none there.
        keep: number of the latest checkpoints that are kept, besides the best.
    """

    every_epochs: PositiveInt = 1
    every_steps: PositiveInt | None = None
    keep: PositiveInt = 2
