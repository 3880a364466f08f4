"""The section `training.weight_average`: which weights are evaluated."""

from __future__ import annotations

from dataclasses import dataclass

from dlcli.core import Rate


@dataclass(frozen=True, kw_only=True)
class WeightAveraging:
    """An exponentially weighted average of the weights, with bias correction.

    With batch_norm, each evaluation estimates the statistics for the average in one pass over the training set, about a
    third of an epoch's work.

    Args:
        decay: Weight of the previous average; the average spans about 1/(1−decay) steps.
    """

    decay: Rate = 0.999
