"""Gradient flow through time: whether gradients vanish, explode or are preserved."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

#: Factor by which a gradient may shrink or grow over all steps without counting as vanishing or exploding.
_TOLERATED = 100.0


class GradientTrend(StrEnum):
    """Trend of a gradient over the steps of a sequence."""

    VANISHES = "vanishes"
    COMES_THROUGH = "comes through"
    EXPLODES = "explodes"
    NONE = "there is none"


@dataclass(frozen=True)
class GradientFlow:
    """The gradient of the loss with respect to the states of a recurrent layer (Pascanu, Mikolov & Bengio 2013).

    Args:
        norms: Norms (K,) of the gradient k steps before the last step, for k = 0, 1, …: root mean square over examples.
    """

    norms: tuple[float, ...]

    @classmethod
    def of(cls, norms: np.ndarray) -> GradientFlow:
        """Build the flow from the norms (N, K) of each example; NaN before the start of a short sequence."""
        return cls(tuple(np.sqrt(np.nanmean(np.square(norms), axis=0)).tolist()))

    @property
    def steps(self) -> int:
        """Number of steps back in time."""
        return len(self.norms) - 1

    @property
    def relative(self) -> tuple[float, ...]:
        """Norms relative to that of the last step; NaN without a gradient."""
        last = self.norms[0]
        return tuple(norm / last if last > 0 else math.nan for norm in self.norms)

    @property
    def arriving(self) -> float:
        """Norm at the first step relative to that at the last step."""
        return self.relative[-1]

    @property
    def factor(self) -> float:
        """Geometric mean of the factor per step back; NaN without a step."""
        return self.arriving ** (1 / self.steps) if self.steps else math.nan

    @property
    def trend(self) -> GradientTrend:
        """Trend of the gradient; it vanishes below 1/100 of the last step's norm and explodes above 100 times it."""
        if not math.isfinite(self.norms[0]) or self.arriving > _TOLERATED:
            return GradientTrend.EXPLODES
        if math.isnan(self.arriving):
            return GradientTrend.NONE
        return GradientTrend.VANISHES if self.arriving < 1 / _TOLERATED else GradientTrend.COMES_THROUGH
