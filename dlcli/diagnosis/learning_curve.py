"""Trend of the training loss: still falling, flat, stuck, oscillating or diverging."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

#: Share of the epochs at the end of the curve that determines its final slope.
_TAIL = 0.25
_FEWEST_EPOCHS = 4


class LossTrend(StrEnum):
    """Trend at the end of a learning curve."""

    FALLING = "still falling"
    FLAT = "flat"
    STUCK = "stuck at its starting value"
    OSCILLATING = "oscillating"
    DIVERGING = "diverging"
    UNKNOWN = "too short to say"


@dataclass(frozen=True)
class Curve:
    """Values of a metric by epoch; epochs without a value are left out.

    Args:
        metric: Name of the metric, such as `train/loss`.
        epochs: Epochs, starting at 1.
        values: Value at the end of each epoch; not finite if training diverged.
    """

    metric: str
    epochs: tuple[int, ...]
    values: tuple[float, ...]

    @property
    def trend(self) -> LossTrend:
        """Trend of a loss, from all epochs and from the last quarter."""
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
        if self._oscillates(values, drop):
            return LossTrend.OSCILLATING
        return LossTrend.FALLING if self.relative_drop_at_end >= 0.05 else LossTrend.FLAT

    @property
    def relative_drop_at_end(self) -> float:
        """Relative decrease of the smoothed value over the last quarter of the epochs."""
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
    def _oscillates(values: np.ndarray[Any, Any], drop: float) -> bool:
        """Whether a third of the steps of the second half rise, by a relevant share of the total decrease."""
        steps = np.diff(values[len(values) // 2 :])
        ups = steps[steps > 0]
        return bool(len(ups) >= max(2, len(steps) / 3) and ups.mean() > 0.1 * drop)


def curve(history: Sequence[Mapping[str, Any]], metric: str) -> Curve:
    """Return the values of `metric` at the end of each epoch, from the records of metrics.jsonl.

    A value of null in the file stands for a value that is not finite.
    """
    by_epoch = {
        int(record["epoch"]): math.nan if record[metric] is None else float(record[metric])
        for record in history
        if metric in record and record["kind"] == "epoch"
    }
    epochs = sorted(by_epoch)
    return Curve(metric, tuple(epochs), tuple(by_epoch[epoch] for epoch in epochs))
