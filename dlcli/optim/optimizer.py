"""Base class of the optimizers: learning rate, memory, and saving and restoring both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from dlcli import kernels
from dlcli.nn import Arena
from dlcli.optim.schedules import Position, Schedule


class Optimizer:
    """Base class of the optimizers; `update` holds the update rule, one kernel call.

    Args:
        learning_rate: Learning rate before the schedule's factor.
        schedule: Schedule of the learning rate; None keeps it constant.
        memory_names: Names of the arrays that one step passes to the next, each of the arena's size and initially zero.
    """

    registry_kind: ClassVar[str] = "optimizer"

    def __init__(self, learning_rate: float, schedule: Schedule | None, memory_names: tuple[str, ...] = ()) -> None:
        self.learning_rate = learning_rate
        self.schedule = schedule
        self.memory_names = memory_names
        self.memory: dict[str, np.ndarray] = {}
        self._memory_of_groups: list[dict[str, np.ndarray]] = []
        self.steps = 0

    def learning_rate_at(self, position: Position) -> float:
        """Return the learning rate of the step at a position in training."""
        factor = 1.0 if self.schedule is None else self.schedule.factor(position)
        return self.learning_rate * factor

    def setup(self, arena: Arena) -> None:
        """Reset the memory and the step count, for the parameters of `arena`."""
        self.memory = {name: np.zeros_like(arena.data) for name in self.memory_names}
        self._memory_of_groups = [
            {name: array[group.elements] for name, array in self.memory.items()} for group in arena.rate_groups
        ]
        self.steps = 0

    def step(self, arena: Arena, learning_rate: float, weight_decay: float = 0.0) -> None:
        """Update the parameters of the arena by their gradients.

        An overflow is not an error here: it leads to a non-finite loss, which training reports.

        Args:
            arena: Arena that was passed to `setup`.
            learning_rate: Learning rate of this step, from `learning_rate_at`; each group of the arena scales it.
            weight_decay: Decoupled weight decay (Loshchilov & Hutter 2019), λ: `w ← (1 − α λ) w` before the update.
        """
        self.steps += 1
        data, grad = arena.data, arena.grad
        with np.errstate(over="ignore", invalid="ignore"):
            for group, memory in zip(arena.rate_groups, self._memory_of_groups, strict=True):
                rate = learning_rate * group.scale
                if weight_decay:
                    kernels.scale_update(data[group.decayed], factor=1 - rate * weight_decay)
                self.update(data[group.elements], grad[group.elements], memory, rate)

    def update(
        self, parameters: np.ndarray, gradients: np.ndarray, memory: Mapping[str, np.ndarray], learning_rate: float
    ) -> None:
        """Apply the update rule in place.

        Args:
            parameters: Parameters of one group, (P,).
            gradients: Their gradients, (P,).
            memory: Arrays of `memory_names` for these parameters, (P,) each.
            learning_rate: Learning rate of the step; `steps` already counts it.
        """
        raise NotImplementedError

    def state(self) -> dict[str, np.ndarray]:
        """Return everything that `load_state` needs to resume bit for bit, as copies."""
        return {name: array.copy() for name, array in self.memory.items()} | {"steps": np.array(self.steps)}

    def load_state(self, state: Mapping[str, np.ndarray]) -> None:
        """Restore the state of an optimizer with the same options, after `setup`.

        Raises:
            ValueError: The state belongs to another kind of optimizer or to another model.
        """
        expected = {name: array.shape for name, array in self.memory.items()} | {"steps": ()}
        shapes = {name: array.shape for name, array in state.items()}
        if shapes != expected:
            raise ValueError(f"the optimizer state does not fit the model: expected {expected}, got {shapes}")
        for name, array in self.memory.items():
            array[:] = state[name]
        self.steps = int(state["steps"])
