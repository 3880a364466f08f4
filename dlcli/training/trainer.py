"""Training loop: epochs of mini-batch steps; each epoch is evaluated, recorded and checkpointed.

`Trainer.train` is the loop, and reads from top to bottom: stepping, evaluating, checkpointing, stopping. The methods it
calls follow in that order. Everything that a step or an epoch changes is in `TrainingSnapshot`, so a run that was
killed at any point resumes bit for bit: batches and random numbers depend on (seed, epoch, batch), not on time.

The values in the record of an epoch:

- `train/loss` and the other `train/…` metrics are running values in training mode, with dropout: each example is
  evaluated with the weights of its own step. They need no extra forward pass, but lag behind the model; the training
  error of the final model is measured in evaluation mode, after training. With augmentation, they are computed on
  augmented examples, and a mixed example counts as the class with the larger share.
- `dev/…` and `train_dev/…` are measured in evaluation mode, with averaged weights if weights are averaged.
- Norms by layer and activation RMS are those of the last step of the epoch; gradient norms are before clipping.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
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
from dlcli.training.measured_step import LayerMagnitudes, measured_step
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

#: minimum number of seconds between two calls of `Observer.on_step`: writing to a terminal is slower than a small step
PROGRESS_INTERVAL = 0.1


class Trainer:
    """Trains a model in a run folder, from the initial weights or from the newest checkpoint.

    Args:
        model: Model with its initial weights.
        task: Task that gives the loss, and the model's outputs their meaning.
        splits: Splits by name; the model is fitted to "train" and evaluated on "dev" and "train_dev", if they exist.
        optimizer: Optimizer that is not set up yet.
        metrics: Metrics to measure after every epoch, besides the loss.
        selection: Rule that decides which epoch is the best.
        settings: Number and kind of the steps.
        regularization: Penalties and weight decay.
        evaluation_batch_size: Number of examples per forward pass in evaluation.
        folder: Run folder for metrics, log and checkpoints.
        generators: Random generators of the experiment, which the model draws from.
        early_stopping: Rule that ends training early; None to train for all epochs.
        augmenter: Data augmentation of the training set; None for none.
        observers: Receivers of progress events, besides `train.log`.

    Raises:
        ConfigError: A metric that selects the best epoch or stops training is not measured.
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
        # a thread gathers and augments the next batch while the model processes this one
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
        has_example_targets = train.targets is not None  # one target per example, not one per time step
        self.outputs = RunningOutputs(len(train) if has_example_targets else 0, model.output_shape, model.dtype)
        self.snapshot = TrainingSnapshot(TrainingState(), self.train_step, generators, self.outputs, early_stopping)
        self.store = CheckpointStore(
            folder.checkpoints,
            keep=settings.checkpoint.keep,
            durable=folder.durable,
            # a checkpoint stores the size of metrics.jsonl: the disk must have those lines before the checkpoint
            refers_to=[folder.metrics_file.path],
            check=lambda: folder.writable_path(files.CHECKPOINTS),
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
        #: warnings about the training that is about to start
        self.warnings = tuple(training_warnings(train, self.batches, task, model, optimizer, self.total_steps))
        self._clock = 0.0
        self._progress_due = 0.0

    @property
    def state(self) -> TrainingState:
        """Position of the training."""
        return self.snapshot.state

    def train(self) -> TrainingSummary:
        """Train from the current state: the initial weights, or those that `resume` has restored.

        Raises:
            DivergedError: A loss, a gradient or a weight was not finite.
            RunInterruptedError: SIGINT, SIGTERM or SIGHUP was received; a checkpoint was written.
            StorageError: The run folder cannot be written.
        """
        self._announce()
        try:
            # The contexts are left in reverse order. Signal handling is innermost: a second Ctrl-C interrupts a step at
            # once, and while the store writes the last checkpoints the default handlers are back, so that the user can
            # interrupt a slow disk. The loader stops reading before the store waits. Overflow gives no NumPy warnings:
            # `_step` checks for non-finite values itself and reports the first one.
            with np.errstate(all="ignore"), self.store, self.loader, stop_requests() as stop:
                self._clock = time.perf_counter()
                self.model.train()
                self._start_stateful()

                while not self._is_finished:
                    # Stepping. A resumed epoch starts in its middle, and `max_steps` may end the last one early.
                    end = min(len(self.batches), self.state.batch + self.total_steps - self.state.step)
                    while self.state.batch < end:
                        is_last = self.state.batch == end - 1
                        learning_rate = self._learning_rate(self.total_steps)
                        batch = self.loader.batch(self.state.epoch, self.state.batch)
                        loss, magnitudes = self._step(batch, learning_rate, measured=is_last)
                        self._report_step(loss, learning_rate)
                        # After the last step the epoch is evaluated first, even if a signal has arrived: a checkpoint
                        # between the two would need a name and a state of its own for "stepped, but not evaluated".
                        if not is_last and (stop.is_requested or self._is_checkpoint_step):
                            self._save_checkpoint()
                        if not is_last and stop.is_requested:
                            self._interrupt(stop)
                    assert magnitudes is not None, "the last step of an epoch is measured"

                    # Evaluating. The record goes to `metrics.jsonl` before the checkpoint that refers to it.
                    values = self._evaluate()
                    is_best = self._select(values)
                    self._record_epoch(values, learning_rate, magnitudes, is_best)
                    self.state.begin_next_epoch()
                    self.model.set_hidden_states({})  # the next epoch starts at the beginning of the text

                    # Checkpointing. A best epoch is always saved, since its weights are the result; so is the last one.
                    if is_best or self._is_finished or self.state.epoch % self.settings.checkpoint.every_epochs == 0:
                        self._save_checkpoint()

                    # Stopping. This signal came during the last step or the evaluation.
                    if stop.is_requested:
                        self._interrupt(stop)
            return self._finish()
        finally:
            self.observer.on_end()

    def resume(self) -> TrainingSummary:
        """Train from the newest intact checkpoint; without any, from the initial weights.

        Raises:
            DivergedError: A loss, a gradient or a weight was not finite.
            RunInterruptedError: SIGINT, SIGTERM or SIGHUP was received; a checkpoint was written.
            StorageError: No checkpoint is intact and has its history in `metrics.jsonl`, or the run folder cannot be
                written.
        """
        checkpoint = self.store.load_newest(self.observer.on_message, check=self._check_history)
        if checkpoint is None:
            self.observer.on_message("no checkpoint was written yet; training starts again from the first epoch")
            self.folder.metrics_file.truncate(0)
        else:
            self._restore(checkpoint)
        return self.train()

    def _announce(self) -> None:
        if self.state.step == 0:  # the log of a resumed run already has the warnings
            for warning in self.warnings:
                self.folder.log(warning, "WARNING")
        self.observer.on_start(
            Plan(self.settings.epochs, len(self.batches), epoch=self.state.epoch, batch=self.state.batch)
        )

    def _start_stateful(self) -> None:
        """Make the model pass its hidden state from batch to batch if the settings ask for it."""
        hidden_states = self.model.hidden_states()  # not empty if a resumed run continues in the middle of a text
        self.model.set_stateful(self.settings.stateful)  # clears the hidden states
        self.model.set_hidden_states(hidden_states)

    # Stepping

    def _step(self, batch: Batch, learning_rate: float, *, measured: bool) -> tuple[float, LayerMagnitudes | None]:
        """Take one step on a batch and count it; return the loss of the batch, and its layer norms if `measured`."""
        state, train_step, model = self.state, self.train_step, self.model
        # If a value is not finite, the step is repeated from this state, layer by layer, to locate the first one.
        generators = self.generators.state()
        hidden_states = model.hidden_states()
        if hidden_states:
            model.set_hidden_states(hidden_states, rows=len(batch))  # a last batch may have fewer rows
        magnitudes = None
        try:
            if measured:
                loss, outputs, magnitudes = measured_step(train_step, batch, learning_rate)
            else:
                loss, outputs = train_step.compute_gradients(batch)
                train_step.update(learning_rate)
        except NonFiniteError:
            self.generators.restore(generators)  # repeats the dropout masks
            model.set_hidden_states(hidden_states, rows=len(batch))
            raise self._divergence_error(find_in_step(model, self.task, batch)) from None
        self.outputs.put(state.examples, outputs)
        assert batch.targets is not None, "the training set has targets"
        # with class weights or padding, batches of the same size have different weights in the mean loss of the epoch
        weight = self.task.loss_weight(batch.targets, batch.lengths)
        state.loss_sum += loss * weight
        state.loss_weight += weight
        state.examples += len(batch)
        state.batch += 1
        state.step += 1
        return loss, magnitudes

    def _learning_rate(self, total_steps: int) -> float:
        """Return the learning rate of the next step in a training of `total_steps` steps."""
        return self.train_step.optimizer.learning_rate_at(Position(self.state.step, len(self.batches), total_steps))

    def _report_step(self, loss: float, learning_rate: float) -> None:
        """Report progress if enough time has passed, and log the step if the settings ask for it."""
        state, every = self.state, self.settings.log_every_steps
        now = time.perf_counter()
        if now >= self._progress_due:
            self._progress_due = now + PROGRESS_INTERVAL
            self.observer.on_step(Progress(state.epoch + 1, state.batch, len(self.batches), state.step, state.loss))
        if every and state.step % every == 0:
            position = {"kind": "step", "epoch": state.epoch + 1, "step": state.step}
            rates = self.train_step.learning_rates(learning_rate)
            self.folder.append_metrics(position | {"train/batch_loss": loss} | rates)

    # Evaluating

    def _evaluate(self) -> dict[str, float]:
        """Return the values of all metrics at the end of the epoch, by name."""
        state = self.state
        values = self.evaluator.measure_running(state, self.batches.order(state.epoch)[: state.examples])
        evaluation_weights = self.train_step.evaluation_weights
        if evaluation_weights.needs_statistics:
            # The moving statistics of batch normalization belong to the trained weights. For averaged weights they are
            # estimated by a forward pass over the training set, about a third of an epoch's work.
            batches = (self.loader.batch(state.epoch, batch) for batch in range(len(self.batches)))
            evaluation_weights.estimate_statistics(batches, self.generators)
        with evaluation_weights.applied():
            try:
                values |= self.evaluator.measure(state)
            except NonFiniteLossError as error:
                raise self._divergence_error(error.source, split=error.split) from None
        self.evaluator.check_decisive(values)
        return values

    def _select(self, values: Mapping[str, float]) -> bool:
        """Compare the epoch with the best one so far, and count it for early stopping; return whether it is better."""
        state = self.state
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
        # Early stopping has a separate best value: its metric may be a different one, and an improvement below
        # `min_delta` does not justify more epochs, but the weights are still better.
        if self.early_stopping is not None:
            self.early_stopping.update(values[self.early_stopping.metric])
        return is_best

    def _record_epoch(
        self, values: Mapping[str, float], learning_rate: float, magnitudes: LayerMagnitudes, is_best: bool
    ) -> None:
        """Write the line of the epoch in `metrics.jsonl` and report it to the observers."""
        state = self.state
        self._count_time()
        record = {
            "kind": "epoch",
            "epoch": state.epoch + 1,
            "step": state.step,
            "seconds": state.epoch_seconds,
            **values,
            "train/penalty": self.train_step.penalty(),
            **self.train_step.learning_rates(learning_rate),
            **asdict(magnitudes),
        }
        if (sparsity := self.train_step.sparsity()) is not None:
            record["sparsity"] = sparsity
        self.folder.append_metrics(record)
        with self.train_step.evaluation_weights.applied():
            self.observer.on_epoch(record, is_best)

    # Checkpointing

    @property
    def _is_checkpoint_step(self) -> bool:
        every = self.settings.checkpoint.every_steps
        return every is not None and self.state.step % every == 0

    def _save_checkpoint(self) -> None:
        """Pass a copy of the training state to the store, which writes it while training continues."""
        # A finite gradient can lead to an infinite weight; such a checkpoint must not replace a good one.
        if not kernels.is_finite(self.train_step.arena.data):
            raise self._divergence_error(find_in_weights(self.model))
        self._count_time()
        contents = self.snapshot.capture(metrics=self.folder.metrics_file.state(), total_steps=self.total_steps)
        self.store.save(self.state.checkpoint_name, contents, best=self._best())

    def _check_history(self, checkpoint: Checkpoint) -> None:
        """Reject a checkpoint whose epochs are not in `metrics.jsonl`: the report would describe another training."""
        size, checksum = checkpoint.state["metrics_size"], checkpoint.state.get("metrics_sha256")
        self.folder.metrics_file.check(size, checksum)

    def _restore(self, checkpoint: Checkpoint) -> None:
        try:
            self.snapshot.restore(checkpoint)
        except ValueError as error:  # the config of the run has been edited
            raise StorageError(
                f"the checkpoint belongs to another training: {error}",
                code="incompatible_weights",
                file=str(self.store.folder),
            ) from error
        # the lines after the checkpoint belong to steps that will be repeated
        self.folder.metrics_file.truncate(checkpoint.state["metrics_size"])
        best = self.state.best
        if best is not None and not self.store.is_intact(best.checkpoint):
            self.observer.on_message(
                f"the best checkpoint, {best.checkpoint}, is damaged; the best of the epochs that follow replaces it"
            )
            self.state.best = None
        self.store.point_at(self.state.checkpoint_name, checkpoint, self._best())
        for message in self._resume_warnings(checkpoint.state["total_steps"]):
            self.observer.on_message(message)

    def _resume_warnings(self, planned_steps: int) -> Iterator[str]:
        """Yield what will differ from a training that had the current settings from the start."""
        if self.state.step >= self.total_steps:
            yield (
                f"no steps are left: {self.state.step:,} were taken, and epochs and max_steps allow "
                f"{self.total_steps:,}; increase them to continue training"
            )
            return
        if self._stops_early:
            epochs = self.state.epoch
            yield f"training stopped early after {epochs:,} epochs; increase patience to continue it"
        before, after = self._learning_rate(planned_steps), self._learning_rate(self.total_steps)
        if before != after:
            yield (
                f"the schedule depends on the number of epochs: the learning rate continues at {after:.3g}, not "
                f"{before:.3g}, and the result differs from training {self.settings.epochs} epochs from scratch"
            )

    def _best(self) -> dict[str, Any] | None:
        """Return the contents of `best.json`."""
        best = self.state.best
        return None if best is None else {"metric": self.selection.metric} | asdict(best)

    # Stopping

    @property
    def _is_finished(self) -> bool:
        return self.state.step >= self.total_steps or self._stops_early

    @property
    def _stops_early(self) -> bool:
        return self.early_stopping is not None and self.early_stopping.should_stop

    def _interrupt(self, stop: StopRequest) -> NoReturn:
        self.store.wait()  # the message promises a checkpoint, so it must be on the disk
        assert stop.signal_number is not None
        raise RunInterruptedError(
            f"stopped by {stop.name} after {self.state.step} steps; a checkpoint was written",
            signal_number=stop.signal_number,
            resumable=self.folder.id,
        )

    def _divergence_error(self, source: NonFiniteSource, split: str = "train") -> DivergedError:
        self.store.wait()  # the message names the newest checkpoint
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

    def _finish(self) -> TrainingSummary:
        """Load the best weights into the model; the store must be closed, so that they can be read."""
        state = self.state
        if state.best is None:  # the best checkpoint was damaged, and no epoch was left to replace it
            raise StorageError(
                "the best checkpoint is damaged and no epoch is left to replace it; resume with more epochs",
                code="missing_checkpoint",
                file=str(self.store.folder),
            )
        self.model.load_state_dict(self.store.load_weights(state.best.checkpoint))
        self.model.eval()
        self.model.set_stateful(False)
        return TrainingSummary(
            state.epoch, state.step, state.seconds, state.best, self._stops_early, warnings=self.warnings
        )

    def _count_time(self) -> None:
        """Add the time since the last call to the time of the current epoch, which checkpoints store."""
        now = time.perf_counter()
        self.state.epoch_seconds += now - self._clock
        self._clock = now
