"""Running metrics of the training set, from the outputs that training computes anyway."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dlcli.metrics import Metric
from dlcli.tasks import Task
from dlcli.training.evaluate import update_metrics

#: maximum number of output elements of an epoch with running metrics (64 MiB of float32)
CAPACITY = 2**24


class RunningOutputs:
    """Buffer for the outputs of an epoch, in training mode and with the weights of each step.

    A step only copies its outputs; the metrics are computed once, at the end of the epoch.

    Args:
        examples: Number of examples in an epoch; 0 to store no outputs.
        output_shape: Shape of the model's output without the batch axis.
        dtype: Data type of the model.
    """

    def __init__(self, examples: int, output_shape: tuple[int, ...], dtype: np.dtype[np.floating]) -> None:
        # allocated once; an epoch overwrites the outputs of the one before
        fits = 0 < examples * int(np.prod(output_shape)) <= CAPACITY
        self._outputs = np.empty((examples, *output_shape), dtype) if fits else None

    @property
    def enabled(self) -> bool:
        return self._outputs is not None

    def put(self, start: int, outputs: np.ndarray) -> None:
        """Store the outputs of consecutive examples, in the order of the epoch, from position `start`."""
        if self._outputs is not None:
            self._outputs[start : start + len(outputs)] = outputs

    def metrics(self, task: Task, metrics: Sequence[Metric], targets: np.ndarray) -> dict[str, float]:
        """Compute the metrics over the first examples of the epoch.

        Args:
            task: Task that gives the outputs their meaning.
            metrics: Metrics to compute; they are reset first.
            targets: Targets of these examples, in the order of the epoch.
        """
        if self._outputs is None:
            return {}
        for metric in metrics:
            metric.reset()
        update_metrics(metrics, *task.pair_predictions(self._outputs[: len(targets)], targets))
        return {metric.name: metric.result() for metric in metrics}

    def state(self, examples: int) -> dict[str, np.ndarray]:
        """Return a copy of the outputs of the first `examples` examples of the epoch."""
        return {} if self._outputs is None or examples == 0 else {"outputs": self._outputs[:examples].copy()}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        if "outputs" in state:
            self.put(0, state["outputs"])
