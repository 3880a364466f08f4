"""What the course of the training loss says: still falling, flat, stuck, oscillating or diverging."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

#: the curve's last part, over which its end is judged
_TAIL = 0.25
_FEWEST_EPOCHS = 4


class LossTrend(StrEnum):
    """How a learning curve ends."""

    FALLING = "still falling"
    FLAT = "flat"
    STUCK = "stuck at its starting value"
    OSCILLATING = "oscillating"
    DIVERGING = "diverging"
    UNKNOWN = "too short to say"


@dataclass(frozen=True)
class Curve:
    """One value an epoch of a metric; epochs in which it was not measured are left out.

    Args:
        metric: name such as `train/loss`.
        epochs: 1-based epochs.
        values: the metric at the end of each, non-finite where training diverged.
    """

    metric: str
    epochs: tuple[int, ...]
    values: tuple[float, ...]

    @property
    def trend(self) -> LossTrend:
        """The course of a loss, judged on its whole length and on its last quarter."""
        if any(not math.isfinite(value) for value in self.values):
            return LossTrend.DIVERGING
        if len(self.values) < _FEWEST_EPOCHS:
            return LossTrend.UNKNOWN
        values = np.asarray(self.values)
        first, last = values[0], values[-1]
        drop = first - values.min()
        if last > first and last > 1.5 * values.min():
            return LossTrend.DIVERGING
        if drop <= 0.01 * abs(first):
            return LossTrend.STUCK
        if self._turns_around(values, drop):
            return LossTrend.OSCILLATING
        return LossTrend.FALLING if self.relative_drop_at_end >= 0.05 else LossTrend.FLAT

    @property
    def relative_drop_at_end(self) -> float:
        """By what share of itself the smoothed value fell over the last quarter of the epochs."""
        tail = self._tail_length
        if len(self.values) < _FEWEST_EPOCHS:
            return 0.0
        values = np.asarray(self.values)
        slope = np.polyfit(np.arange(tail + 1), values[-tail - 1 :], 1)[0]
        return float(-slope * tail / max(abs(values[-tail - 1]), np.finfo(float).tiny))

    @property
    def _tail_length(self) -> int:
        return max(2, round(_TAIL * len(self.values)))

    @staticmethod
    def _turns_around(values: np.ndarray[Any, Any], drop: float) -> bool:
        """Whether the second half goes up in a third of its steps, by a relevant part of all that was gained."""
        steps = np.diff(values[len(values) // 2 :])
        ups = steps[steps > 0]
        return bool(len(ups) >= max(2, len(steps) / 3) and ups.mean() > 0.1 * drop)


def curve(history: Sequence[Mapping[str, Any]], metric: str) -> Curve:
    """The values of `metric` at the ends of the epochs, from the records of metrics.jsonl.

    A value that is null in the file was not finite when it was written.
    """
    by_epoch = {
        int(record["epoch"]): math.nan if record[metric] is None else float(record[metric])
        for record in history
        if metric in record and record["kind"] == "epoch"
    }
    epochs = sorted(by_epoch)
    return Curve(metric, tuple(epochs), tuple(by_epoch[epoch] for epoch in epochs))
