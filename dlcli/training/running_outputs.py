"""The training set's metrics over an epoch, from the outputs that training computes anyway."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dlcli.metrics import Metric
from dlcli.tasks import Task
from dlcli.training.evaluate import update_metrics

#: an epoch whose outputs have more elements than this has no running metrics (64 MiB of float32)
CAPACITY = 2**24


class RunningOutputs:
    """Keeps the outputs of an epoch, in training mode and each from the weights of its own step.

    A copy per step is all that it costs; the metrics are computed once, at the epoch's end.

    Args:
        examples: examples in an epoch; 0 to keep nothing.
        output_shape: of the model, without the batch axis.
        dtype: of the model.
    """

    def __init__(self, examples: int, output_shape: tuple[int, ...], dtype: np.dtype[np.floating]) -> None:
        # allocated once; an epoch overwrites the outputs of the one before
        fits = 0 < examples * int(np.prod(output_shape)) <= CAPACITY
        self._outputs = np.empty((examples, *output_shape), dtype) if fits else None

    @property
    def enabled(self) -> bool:
        return self._outputs is not None

    def put(self, start: int, outputs: np.ndarray) -> None:
        """Keep the outputs of the examples at `start` and after in the epoch's order."""
        if self._outputs is not None:
            self._outputs[start : start + len(outputs)] = outputs

    def metrics(self, task: Task, metrics: Sequence[Metric], targets: np.ndarray) -> dict[str, float]:
        """The metrics over the first examples of the epoch.

        Args:
            task: what outputs mean.
            metrics: reset before use.
            targets: of these examples, in the epoch's order.
        """
        if self._outputs is None:
            return {}
        for metric in metrics:
            metric.reset()
        update_metrics(metrics, *task.pair_predictions(self._outputs[: len(targets)], targets))
        return {metric.name: metric.result() for metric in metrics}

    def state(self, examples: int) -> dict[str, np.ndarray]:
        """The outputs of the first `examples` of the epoch; a copy."""
        return {} if self._outputs is None or examples == 0 else {"outputs": self._outputs[:examples].copy()}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        if "outputs" in state:
            self.put(0, state["outputs"])
