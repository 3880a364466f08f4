"""From what moves during training to a checkpoint, and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dlcli.core import Generators
from dlcli.training.batch_statistics import load_buffers
from dlcli.training.checkpoint import Checkpoint
from dlcli.training.early_stopping import EarlyStopping
from dlcli.training.running_outputs import RunningOutputs
from dlcli.training.train_step import Descent
from dlcli.training.training_state import TrainingState


@dataclass
class MovingParts:
    """Everything that a step or an epoch changes, and nothing else.

    Args:
        state: position and running sums.
        descent: parameters, optimizer memory, averages.
        generators: of the experiment.
        outputs: of the epoch under way.
        early_stopping: its memory; None when it is off.
    """

    state: TrainingState
    descent: Descent
    generators: Generators
    outputs: RunningOutputs
    early_stopping: EarlyStopping | None

    def capture(self, *, metrics: tuple[int, str], total_steps: int) -> Checkpoint:
        """A picture of now, which nothing changes any more; its weights are those the model is used with.

        Args:
            metrics: Number of bytes of `metrics.jsonl` that belong to it, and their SHA-256.
            total_steps: of the whole training, which schedules may depend on.
        """
        descent, evaluated = self.descent, self.descent.evaluated
        arrays = {f"optimizer.{name}": array for name, array in descent.optimizer.state().items()}
        arrays |= {f"carried.{name}": array for name, array in descent.model.carried().items()}
        arrays |= {f"running.{name}": array for name, array in self.outputs.state(self.state.examples).items()}
        if evaluated.average is not None:
            arrays |= {f"average.{name}": array for name, array in evaluated.average.state().items()}
            arrays["parameters"] = descent.arena.data.copy()
            buffers = descent.model.buffers()
            arrays |= {f"buffers.{name}": buffers[name].copy() for name in evaluated.statistics}
        with evaluated.applied():
            weights = {name: array.copy() for name, array in descent.model.state_dict().items()}
        state = {
            "position": self.state.to_json(),
            "generators": self.generators.state(),
            "early_stopping": None if self.early_stopping is None else self.early_stopping.state(),
            "metrics_size": metrics[0],
            "metrics_sha256": metrics[1],
            "total_steps": total_steps,
        }
        return Checkpoint(weights, arrays, state)

    def restore(self, checkpoint: Checkpoint) -> None:
        """Undo everything that happened since `checkpoint`."""
        descent, state = self.descent, checkpoint.state
        self.state = TrainingState.from_json(state["position"])
        self.generators.restore(state["generators"])
        if self.early_stopping is not None:
            self.early_stopping.restore(state["early_stopping"])
        descent.model.load_state_dict(checkpoint.weights)
        descent.optimizer.load_state(_under(checkpoint, "optimizer"))
        descent.model.set_carried(_under(checkpoint, "carried"))
        self.outputs.restore(_under(checkpoint, "running"))
        if descent.evaluated.average is not None:
            descent.evaluated.average.load_state(_under(checkpoint, "average"))
            descent.arena.data[:] = checkpoint.arrays["parameters"]
            own = _under(checkpoint, "buffers")
            descent.evaluated.statistics = {name: checkpoint.weights[name] for name in own}
            load_buffers(descent.model, own)


def _under(checkpoint: Checkpoint, prefix: str) -> dict[str, np.ndarray]:
    return {
        name.removeprefix(f"{prefix}."): array
        for name, array in checkpoint.arrays.items()
        if name.startswith(f"{prefix}.")
    }
