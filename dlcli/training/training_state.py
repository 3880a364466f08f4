"""Where training is: everything that a resumed run needs and that is not an array."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dlcli.training.selection import Candidate


@dataclass
class TrainingState:
    """The position of a run between two steps.

    Args:
        epoch: finished epochs.
        batch: finished batches of the epoch under way.
        step: optimizer steps taken since the start.
        loss_sum: weighted sum of the losses of this epoch, in training mode.
        loss_weight: sum of the weights of these losses; without class weights the number of examples, or their steps.
        examples: examples seen in this epoch.
        epoch_seconds: wall time spent on this epoch, all sessions together.
        seconds: wall time spent on finished epochs.
        best: the best epoch so far.
        latency_ms: measured once a run, when a constraint asks for it.
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
        """Weighted mean of the loss over the epoch under way; NaN before its first example with a weight above 0."""
        return self.loss_sum / self.loss_weight if self.loss_weight else math.nan

    @property
    def checkpoint_name(self) -> str:
        """`epoch-0007` after seven epochs, `epoch-0008-step-00001234` in the middle of the eighth."""
        if self.batch == 0:
            return f"epoch-{self.epoch:04d}"
        return f"epoch-{self.epoch + 1:04d}-step-{self.step:08d}"

    def begin_next_epoch(self) -> None:
        """Count the epoch under way as finished."""
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
        known = {**value, "best": None if best is None else Candidate.from_json(best)}
        if "judged" in known:  # in older checkpoints
            known["loss_weight"] = known.pop("judged")
        return cls(**known)
