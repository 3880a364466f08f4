"""What tasks with a target for each step of a sequence have in common."""

from __future__ import annotations

import numpy as np

from dlcli.autograd import Tensor
from dlcli.data import Batch
from dlcli.nn.padding import padding_mask
from dlcli.tasks.task import Task


class StepTask(Task):
    """Base of the tasks that predict one class for each step: outputs (N, T, K), targets (N, T)."""

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        return (*input_shape[:1], self.output_units)

    def loss(self, outputs: Tensor, targets: np.ndarray, lengths: np.ndarray | None = None) -> Tensor:
        return self.loss_function(outputs, targets, padding_mask(lengths, targets.shape[1]))

    def count(self, batch: Batch) -> int:
        assert batch.targets is not None, "the steps have targets"
        return batch.targets.size if batch.lengths is None else int(batch.lengths.sum())
