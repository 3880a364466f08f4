"""The weights that a model is evaluated, saved and used with: those of its last step, or their average.

The moving statistics of batch normalization belong to the weights of the last steps. For averaged weights they are
estimated over again, once for each evaluation: one forward pass over the training set, about a third of an epoch's
work. Without batch normalization, or without an average, there is nothing to estimate.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import numpy as np

from dlcli.core import Generators
from dlcli.data import Batch
from dlcli.nn import Arena, Graph
from dlcli.optim import WeightAverage
from dlcli.training.batch_statistics import batch_norm_nodes, estimate_statistics, replaced_buffers


class EvaluationWeights:
    """Swaps the evaluation weights for the trained weights, and back.

    Args:
        model: whose weights these are.
        arena: of its trainable parameters.
        average: of the parameters; None to evaluate with the parameters themselves.
    """

    def __init__(self, model: Graph, arena: Arena, average: WeightAverage | None) -> None:
        self.model = model
        self.arena = arena
        self.average = average
        #: statistics of batch normalization for the average, by buffer; empty until they are estimated after a step
        self.statistics: dict[str, np.ndarray] = {}

    @property
    def needs_statistics(self) -> bool:
        """Whether the model's moving statistics are of other weights."""
        return self.average is not None and bool(batch_norm_nodes(self.model))

    def update(self) -> None:
        """Take note of a step."""
        if self.average is not None:
            self.average.update(self.arena)
            self.statistics = {}

    def estimate_statistics(self, batches: Iterable[Batch], generators: Generators) -> None:
        """Estimate the statistics of the averaged weights without any effect on training.

        Args:
            batches: of the training set, in the order of an epoch.
            generators: that layers draw from in training.
        """
        drawn = generators.state()
        try:
            with self.applied():
                self.statistics = estimate_statistics(self.model, batches)
        finally:
            generators.restore(drawn)

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Within, the model has the weights to evaluate with."""
        if self.average is None:
            yield
            return
        with self.average.applied(self.arena), replaced_buffers(self.model, self.statistics):
            yield
