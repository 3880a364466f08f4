"""How a gradient fares on its way back through time: it vanishes, explodes, or comes through."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

#: what comes back over all steps may be so many times smaller or larger and still is of use
_TOLERATED = 100.0


class GradientTrend(StrEnum):
    """What becomes of a gradient over the steps of a sequence."""

    VANISHES = "vanishes"
    COMES_THROUGH = "comes through"
    EXPLODES = "explodes"
    NONE = "there is none"


@dataclass(frozen=True)
class GradientFlow:
    """The gradient of the loss with respect to the states of a recurrent layer (Pascanu, Mikolov & Bengio 2013).

    Args:
        norms: (K,) its size k steps before the last one, from k = 0: the root mean square over the examples.
    """

    norms: tuple[float, ...]

    @classmethod
    def of(cls, norms: np.ndarray) -> GradientFlow:
        """From the norms of each example (N, K), NaN behind the beginning of a short one."""
        return cls(tuple(np.sqrt(np.nanmean(np.square(norms), axis=0)).tolist()))

    @property
    def steps(self) -> int:
        """How many steps it goes back."""
        return len(self.norms) - 1

    @property
    def relative(self) -> tuple[float, ...]:
        """The norms as shares of that of the last step; NaN where there is no gradient at all."""
        last = self.norms[0]
        return tuple(norm / last if last > 0 else math.nan for norm in self.norms)

    @property
    def arriving(self) -> float:
        """The share of the last step's gradient that arrives at the first step."""
        return self.relative[-1]

    @property
    def factor(self) -> float:
        """What a step back multiplies it by, in the geometric mean; NaN without a step."""
        return self.arriving ** (1 / self.steps) if self.steps else math.nan

    @property
    def trend(self) -> GradientTrend:
        """What becomes of it: a hundredth of the last step's, or a hundred times that, is the limit."""
        if not math.isfinite(self.norms[0]) or self.arriving > _TOLERATED:
            return GradientTrend.EXPLODES
        if math.isnan(self.arriving):
            return GradientTrend.NONE
        return GradientTrend.VANISHES if self.arriving < 1 / _TOLERATED else GradientTrend.COMES_THROUGH
