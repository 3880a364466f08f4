"""The section `regularization.early_stopping`: when training stops before its last epoch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dlcli.core import NonNegativeFloat, PositiveInt
from dlcli.settings.metric_names import MetricName


@dataclass(frozen=True, kw_only=True)
class EarlyStoppingSettings:
    """Stop when a metric no longer improves, and go back to the weights that were best.

    Args:
        metric: what must improve, as <split>/<metric>; null = what decides which model is best.
        patience: epochs without improvement before stopping.
        min_delta: what an improvement must exceed.
        mode: min or max, the direction of the metric, where it is to be written down; null = known from the metric.
    """

    metric: MetricName | None = None
    patience: PositiveInt = 5
    min_delta: NonNegativeFloat = 0.0
    mode: Literal["min", "max"] | None = None
