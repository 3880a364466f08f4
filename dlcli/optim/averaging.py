"""Exponentially weighted average of the weights, with bias correction.

`v_t = β v_{t−1} + (1 − β) x_t` averages `x` over about `1 / (1 − β)` steps, but it starts at zero and is therefore
biased toward zero at first; `v_t / (1 − β^t)` corrects this. The code stores a discounted sum and the sum of its
weights: their quotient is the corrected average.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np

from dlcli import kernels
from dlcli.nn import Arena


class WeightAverage:
    """Exponential moving average of the weights, which often generalizes better than the last weights.

    Args:
        decay: Decay of the average, β, 0 ≤ β < 1; 0.999 averages over about 1000 steps.
    """

    def __init__(self, decay: float) -> None:
        self.decay = decay
        self.total: np.ndarray | None = None
        self.weight = 0.0

    def update(self, arena: Arena) -> None:
        """Add the parameters after a step to the average."""
        if self.total is None:
            self.total = np.zeros_like(arena.data)
        kernels.discounted_sum_update(self.total, arena.data, decay=self.decay)
        self.weight = self.decay * self.weight + 1

    @contextmanager
    def applied(self, arena: Arena) -> Iterator[None]:
        """Give the model the averaged weights inside the `with` block; without an average it keeps its weights."""
        if self.total is None:
            yield
            return
        last = arena.data.copy()
        np.divide(self.total, self.weight, out=arena.data)
        try:
            yield
        finally:
            arena.data[:] = last

    def state(self) -> dict[str, np.ndarray]:
        """Return everything that `load_state` needs to resume bit for bit, as copies."""
        return {} if self.total is None else {"total": self.total.copy(), "weight": np.array(self.weight)}

    def load_state(self, state: Mapping[str, np.ndarray]) -> None:
        """Restore a saved average; an empty state means that no step has been averaged yet."""
        self.total = state["total"].copy() if state else None
        self.weight = float(state["weight"]) if state else 0.0
