"""The section `regularization.early_stopping`: when training stops before its last epoch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dlcli.core import NonNegativeFloat, PositiveInt
from dlcli.settings.metric_names import MetricName


@dataclass(frozen=True, kw_only=True)
class EarlyStoppingSettings:
    """Stopping when a metric no longer improves, with a return to the best weights.

    Args:
        metric: Metric that must improve, as <split>/<metric>; null = the one that selects the best model.
        patience: Number of epochs without improvement before stopping.
        min_delta: Change that an improvement must exceed.
        mode: Direction of the metric, min or max; null = the metric's own. The other direction is an error.
    """

    metric: MetricName | None = None
    patience: PositiveInt = 5
    min_delta: NonNegativeFloat = 0.0
    mode: Literal["min", "max"] | None = None
