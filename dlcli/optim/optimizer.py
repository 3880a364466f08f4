"""What every optimizer shares: its learning rate, its memory, saving and restoring it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from dlcli import kernels
from dlcli.nn import Arena
from dlcli.optim.schedules import Position, Schedule


class Optimizer:
    """Base of the optimizers: the update rule itself is one kernel call in `update`.

    Args:
        learning_rate: the rate that the schedule multiplies.
        schedule: how the rate changes; None keeps it constant.
        memory_names: the arrays, each of the arena's size and zero at first, that one step hands to the next.
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
        """The learning rate of the step at a position in the training."""
        factor = 1.0 if self.schedule is None else self.schedule.factor(position)
        return self.learning_rate * factor

    def setup(self, arena: Arena) -> None:
        """Start afresh, for the parameters of `arena`."""
        self.memory = {name: np.zeros_like(arena.data) for name in self.memory_names}
        self._memory_of_groups = [
            {name: array[group.elements] for name, array in self.memory.items()} for group in arena.rate_groups
        ]
        self.steps = 0

    def step(self, arena: Arena, learning_rate: float, weight_decay: float = 0.0) -> None:
        """Change the parameters of the arena by their gradients.

        A number too large for the dtype is no error here: it ends as a loss that is not finite, which training reports.

        Args:
            arena: the one given to `setup`.
            learning_rate: the rate of this step, from `learning_rate_at`; each group of the arena scales it.
            weight_decay: decoupled (Loshchilov & Hutter 2019): `w ← (1 − α λ) w` before the update, weights only.
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
        """The update rule, in place on `parameters` (P,) and on their part of the memory; `steps` counts this one."""
        raise NotImplementedError

    def state(self) -> dict[str, np.ndarray]:
        """All that `load_state` needs to go on with the same bits; copies."""
        return {name: array.copy() for name, array in self.memory.items()} | {"steps": np.array(self.steps)}

    def load_state(self, state: Mapping[str, np.ndarray]) -> None:
        """Take up the state of another optimizer of the same options, after `setup`.

        Raises:
            ValueError: the state is that of another kind of optimizer, or of another model.
        """
        expected = {name: array.shape for name, array in self.memory.items()} | {"steps": ()}
        found = {name: array.shape for name, array in state.items()}
        if found != expected:
            raise ValueError(f"this optimizer state does not fit: it holds {found}, the model needs {expected}")
        for name, array in self.memory.items():
            array[:] = state[name]
        self.steps = int(state["steps"])
