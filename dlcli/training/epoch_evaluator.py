"""What is measured at the end of every epoch."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from dlcli.core import ConfigError, DataError, unknown_name
from dlcli.data import Split
from dlcli.metrics import LATENCY, Metric
from dlcli.nn import Graph
from dlcli.tasks import Task
from dlcli.training.evaluate import evaluate_split
from dlcli.training.latency import median_latency_ms
from dlcli.training.non_finite import NonFiniteSource, find_in_evaluation
from dlcli.training.running_outputs import RunningOutputs
from dlcli.training.training_state import TrainingState

#: splits that are looked at after every epoch; the test set never is
EVALUATED_SPLITS = ("train_dev", "dev")


class NonFiniteLossError(Exception):
    """The model's loss on a split is not finite.

    Args:
        source: what was not finite first.
        split: where.
    """

    def __init__(self, source: NonFiniteSource, split: str) -> None:
        super().__init__(f"{source} on {split}")
        self.source = source
        self.split = split


class EpochEvaluator:
    """Measures a model at the end of an epoch.

    Args:
        model: judged with the weights it has when asked.
        task: its loss, and what its outputs mean.
        splits: by name; of "train" the running outputs are judged, those in `EVALUATED_SPLITS` are evaluated.
        metrics: measured besides the loss.
        decisive: pairs of an option and the metric it names: what decides which epoch is the best, and when to stop.
        outputs: of the epoch, in training mode.
        batch_size: examples per forward pass.
        stateful: the examples are windows of one sequence, read from where the one before it ended.

    Raises:
        ConfigError: a decisive metric is not among those that are measured.
    """

    def __init__(
        self,
        *,
        model: Graph,
        task: Task,
        splits: Mapping[str, Split],
        metrics: Sequence[Metric],
        decisive: Sequence[tuple[str, str]],
        outputs: RunningOutputs,
        batch_size: int,
        stateful: bool = False,
    ) -> None:
        self.model = model
        self.task = task
        self.train = splits["train"]
        self.evaluated = [splits[name] for name in EVALUATED_SPLITS if name in splits]
        self.metrics = metrics
        self.decisive = [name for _, name in decisive]
        self.outputs = outputs
        self.batch_size = batch_size
        self.stateful = stateful
        names = self.names()
        for key, name in decisive:
            if name not in names:
                raise ConfigError(
                    f"{name!r} is not measured after an epoch: {unknown_name('metric', name, names)}",
                    code="unknown_name",
                    key=key,
                )

    def names(self) -> list[str]:
        """Everything that can be measured after an epoch."""
        short = ["loss", *(metric.name for metric in self.metrics)]
        train = short if self.outputs.enabled else short[:1]
        evaluated = [f"{split.name}/{name}" for split in self.evaluated for name in short]
        return [*(f"train/{name}" for name in train), *evaluated, LATENCY]

    def measure_running(self, state: TrainingState, seen: np.ndarray) -> dict[str, float]:
        """The training set's figures over the epoch, in training mode.

        Args:
            state: at the end of the epoch.
            seen: indices of its examples, in its order.
        """
        values = {"train/loss": state.loss}
        if self.outputs.enabled and self.train.targets is not None:  # steps of sequences have no running metrics
            running = self.outputs.metrics(self.task, self.metrics, self.train.targets.take(seen, axis=0))
            values |= {f"train/{name}": value for name, value in running.items()}
        return values

    def measure(self, state: TrainingState) -> dict[str, float]:
        """The figures of the splits that are not trained on, in evaluation mode, and the latency if it is decisive.

        Raises:
            NonFiniteLossError: a loss is not finite.
        """
        values: dict[str, float] = {}
        for split in self.evaluated:
            evaluation = evaluate_split(
                self.model, self.task, split, self.metrics, batch_size=self.batch_size, stateful=self.stateful
            )
            loss = evaluation.metrics["loss"]
            if not math.isfinite(loss) and self._has_weight(split):
                raise NonFiniteLossError(self._non_finite_source(split), split.name)
            values |= evaluation.named(split.name)
        if LATENCY in self.decisive:
            if state.latency_ms is None:
                state.latency_ms = median_latency_ms(self.model, self.train)
            values[LATENCY] = state.latency_ms
        return values

    def check_decisive(self, values: Mapping[str, float]) -> None:
        """Refuse to decide by what is not a number.

        Raises:
            DataError: a decisive metric has no value, such as a recall without positive examples.
        """
        for name in self.decisive:
            if not math.isfinite(values[name]):
                raise DataError(f"{name} has no value on these examples, so it cannot decide which epoch is the best")

    def _has_weight(self, split: Split) -> bool:
        """Whether some example counts in the loss, which has no value otherwise."""
        batches = split.batches(self.batch_size)
        return any(
            batch.targets is not None and self.task.loss_weight(batch.targets, batch.lengths) for batch in batches
        )

    def _non_finite_source(self, split: Split) -> NonFiniteSource:
        found = (find_in_evaluation(self.model, batch) for batch in split.batches(self.batch_size))
        return next((source for source in found if source is not None), NonFiniteSource("loss"))
