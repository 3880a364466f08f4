"""Conversion of the training state to a checkpoint, and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dlcli.core import Generators
from dlcli.training.batch_statistics import load_buffers
from dlcli.training.checkpoint import Checkpoint
from dlcli.training.early_stopping import EarlyStopping
from dlcli.training.running_outputs import RunningOutputs
from dlcli.training.train_step import TrainStep
from dlcli.training.training_state import TrainingState


@dataclass
class TrainingSnapshot:
    """Everything that a step or an epoch changes, and nothing else.

    Args:
        state: Position and running sums.
        train_step: Parameters, optimizer state and weight averages.
        generators: Random generators of the experiment.
        outputs: Outputs of the current epoch.
        early_stopping: Early stopping and its counters; None if it is off.
    """

    state: TrainingState
    train_step: TrainStep
    generators: Generators
    outputs: RunningOutputs
    early_stopping: EarlyStopping | None

    def capture(self, *, metrics: tuple[int, str], total_steps: int) -> Checkpoint:
        """Return a copy of the current state, with the evaluation weights as its weights.

        Args:
            metrics: Number of bytes of `metrics.jsonl` that belong to the checkpoint, and their SHA-256.
            total_steps: Number of steps of the whole training, which schedules may depend on.
        """
        train_step, evaluation_weights = self.train_step, self.train_step.evaluation_weights
        arrays = {f"optimizer.{name}": array for name, array in train_step.optimizer.state().items()}
        arrays |= {f"carried.{name}": array for name, array in train_step.model.hidden_states().items()}
        arrays |= {f"running.{name}": array for name, array in self.outputs.state(self.state.examples).items()}
        if evaluation_weights.average is not None:
            arrays |= {f"average.{name}": array for name, array in evaluation_weights.average.state().items()}
            arrays["parameters"] = train_step.arena.data.copy()
            buffers = train_step.model.buffers()
            arrays |= {f"buffers.{name}": buffers[name].copy() for name in evaluation_weights.statistics}
        with evaluation_weights.applied():
            # The weights of a checkpoint are those for predictions: the averaged ones, if weights are averaged. The
            # trained ones, which a resumed training needs, are among the arrays.
            weights = {name: array.copy() for name, array in train_step.model.state_dict().items()}
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
        """Restore the state that `checkpoint` was captured from."""
        train_step, state = self.train_step, checkpoint.state
        self.state = TrainingState.from_json(state["position"])
        self.generators.restore(state["generators"])
        if self.early_stopping is not None:
            self.early_stopping.restore(state["early_stopping"])
        # The evaluation weights come first; with a weight average, the trained weights replace them below.
        train_step.model.load_state_dict(checkpoint.weights)
        train_step.optimizer.load_state(_arrays_under(checkpoint, "optimizer"))
        train_step.model.set_hidden_states(_arrays_under(checkpoint, "carried"))
        self.outputs.restore(_arrays_under(checkpoint, "running"))
        if train_step.evaluation_weights.average is not None:
            train_step.evaluation_weights.average.load_state(_arrays_under(checkpoint, "average"))
            train_step.arena.data[:] = checkpoint.arrays["parameters"]
            trained_buffers = _arrays_under(checkpoint, "buffers")
            train_step.evaluation_weights.statistics = {name: checkpoint.weights[name] for name in trained_buffers}
            load_buffers(train_step.model, trained_buffers)


def _arrays_under(checkpoint: Checkpoint, prefix: str) -> dict[str, np.ndarray]:
    """Return the arrays whose names begin with `prefix`, by the rest of their names."""
    return {
        name.removeprefix(f"{prefix}."): array
        for name, array in checkpoint.arrays.items()
        if name.startswith(f"{prefix}.")
    }
