"""Base class of the tasks with a target for each step of a sequence."""

from __future__ import annotations

import numpy as np

from dlcli.nn import padding_mask
from dlcli.tasks.task import Task


class StepTask(Task):
    """Base class of the tasks that predict a class for each step: outputs (N, T, K), targets (N, T)."""

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        return (*input_shape[:1], self.output_units)

    def step_weights(self, targets: np.ndarray, lengths: np.ndarray | None) -> np.ndarray | None:
        return padding_mask(lengths, targets.shape[1])
