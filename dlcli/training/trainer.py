"""The training loop: epochs of mini-batch steps, each epoch evaluated, recorded and checkpointed.

What the figures of a record mean:

- `train/loss` and the other `train/…` are running figures in training mode: every example with the weights of its own
  step, dropout on. A model's training error proper is measured in evaluation mode, after training.
- `dev/…` and `train_dev/…` are measured in evaluation mode, with averaged weights where weights are averaged.
  Where the training set is augmented they are of the augmented examples; a mixture counts as the class it has more of.
- Norms per layer and the sizes of activations are those of the epoch's last step, gradients before clipping.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, NoReturn

import numpy as np

from dlcli import kernels
from dlcli.core import DivergedError, Generators, RunInterruptedError, StorageError
from dlcli.data import Augmenter, AugmentingLoader, Batch, BatchLoader, Prefetcher, Split
from dlcli.metrics import Metric
from dlcli.nn import Graph
from dlcli.optim import Optimizer, Position
from dlcli.runs import RunFolder, files
from dlcli.settings import Regularization, TrainingSettings
from dlcli.tasks import Task
from dlcli.training.checkpoint import Checkpoint
from dlcli.training.checkpoint_store import CheckpointStore
from dlcli.training.divergence import divergence_error
from dlcli.training.early_stopping import EarlyStopping
from dlcli.training.epoch_evaluator import EpochEvaluator, NonFiniteLossError
from dlcli.training.measured_step import LayerSizes, measured_step
from dlcli.training.non_finite import NonFiniteSource, find_in_step, find_in_weights
from dlcli.training.observer import LogWriter, Observer, Observers, Plan, Progress
from dlcli.training.running_outputs import RunningOutputs
from dlcli.training.selection import Candidate, Selection
from dlcli.training.signals import StopRequest, stop_requests
from dlcli.training.train_step import NonFiniteError, TrainStep
from dlcli.training.training_order import batch_order
from dlcli.training.training_snapshot import TrainingSnapshot
from dlcli.training.training_state import TrainingState
from dlcli.training.training_summary import TrainingSummary
from dlcli.training.warnings import training_warnings

#: seconds between two calls of `Observer.on_step`
PROGRESS_INTERVAL = 0.1


class Trainer:
    """Trains a model in a run folder, from the beginning or from where the folder's checkpoints leave off.

    Args:
        model: with its initial weights.
        task: its loss, and what its outputs mean.
        splits: by name; "train" is trained on, "dev" and "train_dev" are watched where they are.
        optimizer: not set up yet.
        metrics: measured after every epoch, besides the loss.
        selection: what makes an epoch the best.
        settings: how long and in what steps.
        regularization: penalties and weight decay.
        evaluation_batch_size: examples per forward pass in evaluation.
        folder: of the run; gets metrics, log and checkpoints.
        generators: the experiment's, those that the model draws from.
        early_stopping: None to train for all epochs.
        augmenter: what is changed at random in the training set; None for nothing.
        observers: are told how it goes, besides `train.log`.

    Raises:
        ConfigError: a metric to select or stop by is not one that is measured.
    """

    def __init__(
        self,
        *,
        model: Graph,
        task: Task,
        splits: Mapping[str, Split],
        optimizer: Optimizer,
        metrics: Sequence[Metric],
        selection: Selection,
        settings: TrainingSettings,
        regularization: Regularization,
        evaluation_batch_size: int,
        folder: RunFolder,
        generators: Generators,
        early_stopping: EarlyStopping | None = None,
        augmenter: Augmenter | None = None,
        observers: Sequence[Observer] = (),
    ) -> None:
        train = splits["train"]
        self.model = model
        self.task = task
        self.selection = selection
        self.settings = settings
        self.regularization = regularization
        self.folder = folder
        self.generators = generators
        self.early_stopping = early_stopping
        self.observer = Observers((LogWriter(folder), *observers))
        self.batches = batch_order(train, settings, generators.seed, model=model)
        loader = BatchLoader(train, self.batches)
        if augmenter is not None:
            loader = AugmentingLoader(train, self.batches, augmenter, seed=generators.seed)
        self.loader = Prefetcher(loader, epochs=settings.epochs)
        self.total_steps = settings.epochs * len(self.batches)
        if settings.max_steps is not None:
            self.total_steps = min(self.total_steps, settings.max_steps)
        self.train_step = TrainStep(
            model=model,
            task=task,
            optimizer=optimizer,
            settings=settings,
            regularization=regularization,
            examples=len(train),
        )
        has_whole_targets = train.targets is not None  # not step by step
        self.outputs = RunningOutputs(len(train) if has_whole_targets else 0, model.output_shape, model.dtype)
        self.parts = TrainingSnapshot(TrainingState(), self.train_step, generators, self.outputs, early_stopping)
        self.store = CheckpointStore(
            folder.checkpoints,
            keep=settings.checkpoint.keep,
            durable=folder.durable,
            refers_to=[folder.metrics_file.path],
            check=lambda: folder.place(files.CHECKPOINTS),
        )
        decisive = [("selection.metric", selection.metric)]
        decisive += [("selection.constraints", name) for name in selection.constraints]
        if early_stopping is not None:
            decisive.append(("early_stopping.metric", early_stopping.metric))
        self.evaluator = EpochEvaluator(
            model=model,
            task=task,
            splits=splits,
            metrics=metrics,
            decisive=decisive,
            outputs=self.outputs,
            batch_size=evaluation_batch_size,
            stateful=settings.stateful,
        )
        #: what the user should know about the training that is about to begin
        self.warnings = tuple(training_warnings(train, self.batches, task, model))
        self._clock = 0.0
        self._progress_due = 0.0

    @property
    def state(self) -> TrainingState:
        """Where training is."""
        return self.parts.state

    def run(self) -> TrainingSummary:
        """Train from the initial weights.

        Raises:
            DivergedError: a loss, a gradient or a weight was not finite.
            RunInterruptedError: SIGINT, SIGTERM or SIGHUP; a checkpoint was written.
            StorageError: the folder cannot be written.
        """
        if self.state.step == 0:
            for warning in self.warnings:
                self.folder.log(warning, "WARNING")
        self.observer.on_start(
            Plan(self.settings.epochs, len(self.batches), epoch=self.state.epoch, batch=self.state.batch)
        )
        try:
            with np.errstate(all="ignore"), self.store, self.loader, stop_requests() as stop:
                self._clock = time.perf_counter()
                self.model.train()
                self._start_stateful()
                while self.state.step < self.total_steps and not self._stops_early:
                    self._run_epoch(stop)
            return self._finish()
        finally:
            self.observer.on_end()

    def resume(self) -> TrainingSummary:
        """Go on from the newest intact checkpoint; without any, from the initial weights.

        Raises:
            StorageError: no checkpoint is intact, or none whose history `metrics.jsonl` has; and what `run` raises.
        """
        checkpoint = self.store.load_newest(self.observer.on_message, check=self._check_history)
        if checkpoint is None:
            self.observer.on_message("no checkpoint was written yet; training starts again from the first epoch")
            self.folder.metrics_file.truncate(0)
        else:
            self._restore(checkpoint)
        return self.run()

    # An epoch

    def _run_epoch(self, stop: StopRequest) -> None:
        settings, state = self.settings, self.state
        steps = min(len(self.batches), state.batch + self.total_steps - state.step)
        for batch in range(state.batch, steps):
            learning_rate = self._learning_rate(self.total_steps)
            examples = self.loader.batch(state.epoch, batch)
            loss, sizes = self._step(examples, learning_rate, measured=batch == steps - 1)
            if time.perf_counter() >= self._progress_due:
                self._report_progress()
            if settings.log_every_steps and state.step % settings.log_every_steps == 0:
                position = {"kind": "step", "epoch": state.epoch + 1, "step": state.step}
                rates = self.train_step.learning_rates(learning_rate)
                self.folder.append_metrics(position | {"train/batch_loss": loss} | rates)
            if state.batch < steps:
                stops = stop.signal_number is not None
                every_steps = settings.checkpoint.every_steps
                if stops or (every_steps and state.step % every_steps == 0):
                    self._save()
                if stops:
                    self._interrupt(stop)
        assert sizes is not None, "the last step of an epoch is measured"
        self._finish_epoch(learning_rate, sizes)
        if stop.signal_number is not None:
            self._interrupt(stop)

    def _step(self, batch: Batch, learning_rate: float, *, measured: bool) -> tuple[float, LayerSizes | None]:
        """Take one step on a batch and count it; returns the batch's loss."""
        state, train_step, model = self.state, self.train_step, self.model
        generators = self.generators.state()
        hidden_states = model.hidden_states()
        if hidden_states:
            model.set_hidden_states(hidden_states, rows=len(batch))
        sizes = None
        try:
            if measured:
                loss, outputs, sizes = measured_step(train_step, batch, learning_rate)
            else:
                loss, outputs = train_step.compute_gradients(batch)
                train_step.update(learning_rate)
        except NonFiniteError:
            self.generators.restore(generators)  # the same dropout masks again
            model.set_hidden_states(hidden_states, rows=len(batch))
            raise self._divergence_error(find_in_step(model, self.task, batch)) from None
        self.outputs.put(state.examples, outputs)
        assert batch.targets is not None, "the training set has targets"
        weight = self.task.loss_weight(batch.targets, batch.lengths)
        state.loss_sum += loss * weight
        state.loss_weight += weight
        state.examples += len(batch)
        state.batch += 1
        state.step += 1
        return loss, sizes

    def _finish_epoch(self, learning_rate: float, sizes: LayerSizes) -> None:
        state = self.state
        values = self._measure()
        candidate = Candidate(
            epoch=state.epoch + 1,
            step=state.step,
            checkpoint=f"epoch-{state.epoch + 1:04d}",
            value=values[self.selection.metric],
            violated=self.selection.violated(values),
        )
        is_best = self.selection.prefers(candidate, state.best)
        if is_best:
            state.best = candidate
        if self.early_stopping is not None:
            self.early_stopping.update(values[self.early_stopping.metric])
        self._lap()
        record = {
            "kind": "epoch",
            "epoch": state.epoch + 1,
            "step": state.step,
            "seconds": state.epoch_seconds,
            **values,
            "train/penalty": self.train_step.penalty(),
            **self.train_step.learning_rates(learning_rate),
            **asdict(sizes),
        }
        if (sparsity := self.train_step.sparsity()) is not None:
            record["sparsity"] = sparsity
        self.folder.append_metrics(record)
        self.observer.on_epoch(record, is_best)
        state.begin_next_epoch()
        self.model.set_hidden_states({})
        is_last = state.step >= self.total_steps or self._stops_early
        if is_best or is_last or state.epoch % self.settings.checkpoint.every_epochs == 0:
            self._save()

    def _measure(self) -> dict[str, float]:
        """Every figure of the epoch that is ending by its name."""
        state = self.state
        values = self.evaluator.measure_running(state, self.batches.order(state.epoch)[: state.examples])
        evaluated = self.train_step.evaluated
        if evaluated.needs_statistics:
            batches = (self.loader.batch(state.epoch, batch) for batch in range(len(self.batches)))
            evaluated.estimate_statistics(batches, self.generators)
        with evaluated.applied():
            try:
                values |= self.evaluator.measure(state)
            except NonFiniteLossError as error:
                raise self._divergence_error(error.source, split=error.split) from None
        self.evaluator.check_decisive(values)
        return values

    # Saving and restoring

    def _save(self) -> None:
        if not kernels.is_finite(self.train_step.arena.data):
            raise self._divergence_error(find_in_weights(self.model))
        self._lap()
        contents = self.parts.capture(metrics=self.folder.metrics_file.state(), total_steps=self.total_steps)
        self.store.save(self.state.checkpoint_name, contents, best=self._best())

    def _check_history(self, checkpoint: Checkpoint) -> None:
        """Refuse a checkpoint whose epochs `metrics.jsonl` does not have: the report would be about others."""
        size, checksum = checkpoint.state["metrics_size"], checkpoint.state.get("metrics_sha256")
        self.folder.metrics_file.check(size, checksum)

    def _restore(self, checkpoint: Checkpoint) -> None:
        try:
            self.parts.restore(checkpoint)
        except ValueError as error:  # somebody has changed the run's config
            raise StorageError(
                f"the checkpoint is of another training: {error}",
                code="incompatible_weights",
                file=str(self.store.folder),
            ) from error
        self.folder.metrics_file.truncate(checkpoint.state["metrics_size"])
        best = self.state.best
        if best is not None and not self.store.is_intact(best.checkpoint):
            self.observer.on_message(f"the best checkpoint, {best.checkpoint}, is damaged; the best is sought again")
            self.state.best = None
        self.store.point_at(self.state.checkpoint_name, checkpoint, self._best())
        if self._stops_early:
            self.observer.on_message(
                f"training had stopped early after {self.state.epoch} epochs; a larger patience continues the training"
            )
        before, after = self._learning_rate(checkpoint.state["total_steps"]), self._learning_rate(self.total_steps)
        if before != after:
            self.observer.on_message(
                f"the schedule depends on the number of epochs: the learning rate continues at {after:.3g}, not "
                f"{before:.3g}, and the result is not that of {self.settings.epochs} epochs from the start"
            )

    def _best(self) -> dict[str, Any] | None:
        """What `best.json` says."""
        best = self.state.best
        return None if best is None else {"metric": self.selection.metric} | asdict(best)

    def _finish(self) -> TrainingSummary:
        state = self.state
        if state.best is None:  # it was damaged, and no epoch was left to find another
            raise StorageError(
                "no best checkpoint is left; resume with more epochs",
                code="missing_checkpoint",
                file=str(self.store.folder),
            )
        self.model.load_state_dict(self.store.load_weights(state.best.checkpoint))
        self.model.eval()
        self.model.set_stateful(False)
        return TrainingSummary(
            state.epoch, state.step, state.seconds, state.best, self._stops_early, warnings=self.warnings
        )

    # Small things

    def _start_stateful(self) -> None:
        """Let the model carry its state from batch to batch where the settings say so, from where a resumed run was."""
        hidden_states = self.model.hidden_states()
        self.model.set_stateful(self.settings.stateful)
        self.model.set_hidden_states(hidden_states)

    @property
    def _stops_early(self) -> bool:
        return self.early_stopping is not None and self.early_stopping.should_stop

    def _learning_rate(self, total_steps: int) -> float:
        """The rate of the next step in a training of `total_steps`."""
        return self.train_step.optimizer.learning_rate_at(Position(self.state.step, len(self.batches), total_steps))

    def _lap(self) -> None:
        """Add the time since the last call to the epoch under way."""
        now = time.perf_counter()
        self.state.epoch_seconds += now - self._clock
        self._clock = now

    def _report_progress(self) -> None:
        state = self.state
        self._progress_due = time.perf_counter() + PROGRESS_INTERVAL
        self.observer.on_step(Progress(state.epoch + 1, state.batch, len(self.batches), state.step, state.loss))

    def _interrupt(self, stop: StopRequest) -> NoReturn:
        self.store.wait()
        assert stop.signal_number is not None
        raise RunInterruptedError(
            f"stopped by {stop.name} after {self.state.step} steps, with a checkpoint",
            signal_number=stop.signal_number,
            resumable=self.folder.id,
        )

    def _divergence_error(self, source: NonFiniteSource, split: str = "train") -> DivergedError:
        self.store.wait()
        checkpoints = self.store.names()
        return divergence_error(
            source,
            epoch=self.state.epoch + 1,
            step=self.state.step,
            learning_rate=self.train_step.optimizer.learning_rate,
            settings=self.settings,
            regularization=self.regularization,
            checkpoint=checkpoints[-1] if checkpoints else None,
            split=split,
        )
