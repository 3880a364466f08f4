"""Weights for evaluation, checkpoints and predictions: those of the last step, or their moving average.

The moving statistics of batch normalization belong to the weights of the last steps. For averaged weights they are
estimated again before each evaluation, by one forward pass over the training set, about a third of the work of an
epoch. Without batch normalization, or without an average, nothing has to be estimated.
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
    """Temporary replacement of the trained weights of a model by its evaluation weights.

    Args:
        model: Model that is trained.
        arena: Trainable parameters of the model.
        average: Moving average of the parameters; None to evaluate with the parameters themselves.
    """

    def __init__(self, model: Graph, arena: Arena, average: WeightAverage | None) -> None:
        self.model = model
        self.arena = arena
        self.average = average
        #: batch normalization statistics for the averaged weights, by buffer; empty until estimated after a step
        self.statistics: dict[str, np.ndarray] = {}

    @property
    def needs_statistics(self) -> bool:
        """Whether the moving statistics of the model do not match its evaluation weights."""
        return self.average is not None and bool(batch_norm_nodes(self.model))

    def update(self) -> None:
        """Update the average after a step."""
        if self.average is not None:
            self.average.update(self.arena)
            self.statistics = {}

    def estimate_statistics(self, batches: Iterable[Batch], generators: Generators) -> None:
        """Estimate the batch normalization statistics of the averaged weights without any effect on training.

        Args:
            batches: Batches of the training set, in the order of an epoch.
            generators: Random generators that layers draw from in training.
        """
        generators_before = generators.state()
        try:
            with self.applied():
                self.statistics = estimate_statistics(self.model, batches)
        finally:
            generators.restore(generators_before)

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Give the model its evaluation weights while the block runs."""
        if self.average is None:
            yield
            return
        with self.average.applied(self.arena), replaced_buffers(self.model, self.statistics):
            yield
