"""Position and running sums of a training: the part of its state that is not an array."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dlcli.training.selection import Candidate


@dataclass
class TrainingState:
    """Position of a training between two steps.

    Args:
        epoch: Number of finished epochs.
        batch: Number of finished batches of the current epoch.
        step: Number of optimizer steps since the start of the run.
        loss_sum: Weighted sum of the losses of the current epoch, in training mode.
        loss_weight: Sum of the weights of these losses: the number of examples, or of time steps, unless classes have
            weights.
        examples: Number of examples processed in the current epoch.
        epoch_seconds: Wall time of the current epoch in seconds, summed over all resumptions.
        seconds: Wall time of the finished epochs in seconds.
        best: Best epoch so far.
        latency_ms: Latency in milliseconds, measured once per run if a constraint needs it.
    """

    epoch: int = 0
    batch: int = 0
    step: int = 0
    loss_sum: float = 0.0
    loss_weight: float = 0.0
    examples: int = 0
    epoch_seconds: float = 0.0
    seconds: float = 0.0
    best: Candidate | None = None
    latency_ms: float | None = None

    @property
    def loss(self) -> float:
        """Weighted mean of the loss over the current epoch; NaN before the first example with a weight above 0."""
        return self.loss_sum / self.loss_weight if self.loss_weight else math.nan

    @property
    def checkpoint_name(self) -> str:
        """`epoch-0007` after seven epochs, `epoch-0008-step-00001234` in the middle of the eighth."""
        if self.batch == 0:
            return f"epoch-{self.epoch:04d}"
        return f"epoch-{self.epoch + 1:04d}-step-{self.step:08d}"

    def begin_next_epoch(self) -> None:
        """Count the current epoch as finished."""
        self.epoch += 1
        self.batch = 0
        self.loss_sum, self.loss_weight, self.examples = 0.0, 0.0, 0
        self.seconds += self.epoch_seconds
        self.epoch_seconds = 0.0

    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> TrainingState:
        best = value["best"]
        fields = {**value, "best": None if best is None else Candidate.from_json(best)}
        if "judged" in fields:  # the name of `loss_weight` in older checkpoints
            fields["loss_weight"] = fields.pop("judged")
        return cls(**fields)
