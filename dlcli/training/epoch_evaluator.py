"""Evaluation at the end of every epoch."""

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

#: splits that are evaluated after every epoch; the test set never is
EVALUATED_SPLITS = ("train_dev", "dev")


class NonFiniteLossError(Exception):
    """The loss on a split is not finite.

    Args:
        source: First non-finite tensor.
        split: Name of the split.
    """

    def __init__(self, source: NonFiniteSource, split: str) -> None:
        super().__init__(f"{source} on {split}")
        self.source = source
        self.split = split


class EpochEvaluator:
    """Evaluator of a model at the end of each epoch.

    Args:
        model: Model to evaluate, with its weights at the time of the call.
        task: Task that gives the loss, and the model's outputs their meaning.
        splits: Splits by name; for "train", metrics are computed from the running outputs.
        metrics: Metrics to measure besides the loss.
        decisive: Pairs of an option and the metric that it names. These metrics select the best epoch or stop training.
        outputs: Running outputs of the epoch in training mode.
        batch_size: Number of examples per forward pass.
        stateful: Whether the examples are windows of one sequence, each starting from the final hidden state of the
            window before it.

    Raises:
        ConfigError: A decisive metric is not measured.
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
        self.evaluated_splits = [splits[name] for name in EVALUATED_SPLITS if name in splits]
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
        """Return the names `<split>/<metric>` of everything that is measured after an epoch."""
        plain_names = ["loss", *(metric.name for metric in self.metrics)]
        train = plain_names if self.outputs.enabled else plain_names[:1]
        evaluated = [f"{split.name}/{name}" for split in self.evaluated_splits for name in plain_names]
        return [*(f"train/{name}" for name in train), *evaluated, LATENCY]

    def measure_running(self, state: TrainingState, seen: np.ndarray) -> dict[str, float]:
        """Compute the running metrics of the training set over the epoch, in training mode.

        Args:
            state: State at the end of the epoch.
            seen: Indices of the examples of the epoch, in its order.
        """
        values = {"train/loss": state.loss}
        if self.outputs.enabled and self.train.targets is not None:  # no running metrics for targets per time step
            running = self.outputs.metrics(self.task, self.metrics, self.train.targets.take(seen, axis=0))
            values |= {f"train/{name}": value for name, value in running.items()}
        return values

    def measure(self, state: TrainingState) -> dict[str, float]:
        """Evaluate the splits other than the training set in evaluation mode; measure the latency if it is decisive.

        Raises:
            NonFiniteLossError: A loss is not finite.
        """
        values: dict[str, float] = {}
        for split in self.evaluated_splits:
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
        """Check that every decisive metric has a value.

        Raises:
            DataError: A decisive metric is undefined, such as the recall without positive examples.
        """
        for name in self.decisive:
            if not math.isfinite(values[name]):
                raise DataError(f"{name} is undefined on these examples, so it cannot select the best epoch")

    def _has_weight(self, split: Split) -> bool:
        """Return whether any example has a weight above 0; otherwise the loss is undefined."""
        batches = split.batches(self.batch_size)
        return any(
            batch.targets is not None and self.task.loss_weight(batch.targets, batch.lengths) for batch in batches
        )

    def _non_finite_source(self, split: Split) -> NonFiniteSource:
        sources = (find_in_evaluation(self.model, batch) for batch in split.batches(self.batch_size))
        return next((source for source in sources if source is not None), NonFiniteSource("loss"))
