"""Latency of a prediction."""

from __future__ import annotations

import statistics
import time

from dlcli.data import Split
from dlcli.nn import Graph, evaluation_mode


def median_latency_ms(model: Graph, split: Split, *, repeats: int = 50) -> float:
    """Return the median time in milliseconds of a forward pass on one example, after a warm-up.

    Args:
        model: Model, whose weights have no effect on the latency.
        split: Split whose first example is used.
        repeats: Number of timed forward passes.
    """
    batch = next(split.batches(1))
    times = []
    with evaluation_mode(model):
        for _ in range(repeats // 5 + repeats):
            start = time.perf_counter()
            model.forward(batch.inputs, batch.lengths)
            times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times[-repeats:])
