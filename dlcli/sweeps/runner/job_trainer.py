"""Training of jobs in a worker, as in `dlcli train` but without evaluation on the test set."""

from __future__ import annotations

import contextlib
import math
import os
import sys
import time
import traceback
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from dlcli.api import (
    build_trainer,
    check_same_data,
    computing,
    create_run,
    evaluate,
    evaluate_splits,
    input_checksums,
    inputs,
    log_origin,
    start,
    write_results,
)
from dlcli.assembly import Experiment, build_data, vector_files
from dlcli.core import DivergedError, DlcliError, PrunedError, RunInterruptedError, StorageError, dumps
from dlcli.data import Data, OnRead, Preprocessor
from dlcli.runs import RunFolder, files, recording
from dlcli.search import Pruning
from dlcli.spec import Spec
from dlcli.sweeps.assembly import build_pruning
from dlcli.sweeps.runner.job import Job
from dlcli.sweeps.runner.sweep_folder import SweepFolder
from dlcli.training import Observer, Plan, Trainer


class WorkerChannel(Protocol):
    """Connection of a job to the process that runs the sweep."""

    def send(self, event: Mapping[str, Any]) -> None:
        """Send an event."""

    def pruning_decision(self) -> str | None:
        """Wait for the pruning decision after an epoch: the reason to end the trial, or None to continue."""


class JobTrainer:
    """Trainer of the jobs of a sweep, which keeps the data in memory between jobs that use the same data.

    Args:
        folder: Folder of the sweep.
    """

    def __init__(self, folder: SweepFolder) -> None:
        self.folder = folder
        self.record = folder.record()
        self.sweep = folder.spec()
        self.pruning = build_pruning(self.sweep)
        self._data: tuple[str, Data] | None = None

    def train(self, job: Job, channel: WorkerChannel) -> dict[str, Any]:
        """Train a job, from its last checkpoint if there is one, and return its outcome as the event `ended`."""
        clock = time.perf_counter()
        run = RunFolder(self.folder.path / job.folder, durable=job.is_durable)
        reporter = Reporter(job.folder, run, channel, self.pruning if job.is_prunable else None)
        try:
            self.folder.writable_path(job.folder)
            # Every error becomes an outcome, so that a failing trial does not end the worker.
            outcome = {"status": "done", "reason": None} | self._train(job, run, reporter)
        except PrunedError as pruned:
            outcome = {"status": "pruned", "reason": pruned.message} | reporter.best()
        except DivergedError as error:
            outcome = {"status": "diverged", "reason": str(error)}
        except RunInterruptedError as error:
            outcome = {"status": "interrupted", "reason": error.message}
        except DlcliError as error:
            outcome = {"status": "failed", "reason": str(error)}
        except MemoryError:
            outcome = {"status": "failed", "reason": "out of memory"}
        except Exception as error:  # a bug: the sweep continues, and the log of the trial has the traceback
            reason = f"internal error: {' '.join(f'{type(error).__name__}: {error}'.split())}"
            outcome = {"status": "failed", "reason": f"{reason} (traceback in {job.folder}/{files.LOG})"}
            with contextlib.suppress(StorageError):  # the folder may not exist
                run.log(traceback.format_exc(), "ERROR")
        return {"event": "ended", "job": job.folder, "seconds": time.perf_counter() - clock, **outcome}

    def _train(self, job: Job, run: RunFolder, reporter: Reporter) -> dict[str, Any]:
        spec = self.sweep.trial_spec(job.values, seed_offset=job.seed_offset)
        experiment, origin = start(spec, runs_dir=self.record.runs_path, read_data=self._read_data)
        contents = inputs(experiment)
        # The folder alone determines whether the run resumes; the process that runs the sweep need not know.
        resumes = os.path.lexists(run.path / files.RECORD)
        if resumes and _has_other_config(run, contents):
            self.folder.remove_run(job.folder)
            resumes = False
        if not resumes:
            commit = self.record.git_commit
            _, record = create_run(run.path, experiment, origin, contents, git_commit=commit, durable=job.is_durable)
        with run.locked():
            if resumes:
                before = run.record()
                check_same_data(run, before, experiment.data.fingerprint)
                record = replace(before.resume(sys.argv, compute=computing()), files=input_checksums(contents))
                run.write_together(contents)  # again, because a power failure may have lost them
            with recording(run, record) as session:
                log_origin(experiment, run, origin)
                trainer = build_trainer(experiment, run, reporter)
                reporter.attach(trainer)
                summary = trainer.resume() if resumes else trainer.train()
                outcome = reporter.best()
                session.metrics = outcome["metrics"]
                if job.is_concluded:
                    result, _ = write_results(experiment, run, summary, evaluate_splits(experiment))
                    session.metrics = result.metrics
        return outcome | self._test(run, experiment) if job.is_concluded else outcome

    def _read_data(self, spec: Spec, *, pretrained: Preprocessor | None, on_read: OnRead | None) -> Data:
        """Return the data of a config, from memory if the last job used the same data."""
        is_pretrained = spec.data.normalize.name == "pretrained"  # depends on the architecture
        key = dumps(
            {
                "data": spec.data.plain(),
                "task": None if spec.task is None else spec.task.plain(),
                "seed": spec.data.split.draw_seed(spec.seed),
                "vectors": vector_files(spec),
                "pretrained": None if pretrained is None else pretrained.to_json(),
                "architecture": spec.model.architecture.name if is_pretrained and spec.model.architecture else None,
            }
        )
        # Most sweeps do not vary the data, so each worker reads it once.
        if self._data is None or self._data[0] != key:
            self._data = None  # release the memory before reading other data
            self._data = (key, build_data(spec, pretrained=pretrained, on_read=on_read))
        return self._data[1]

    @staticmethod
    def _test(run: RunFolder, experiment: Experiment) -> dict[str, Any]:
        """Return the metrics on the test set, with the confidence intervals that are available."""
        if "test" not in experiment.data.splits:
            return {"test": {}, "intervals": {}}
        evaluation = evaluate(run.path, split="test")
        intervals = {name: (interval.low, interval.high) for name, interval in evaluation.intervals.items()}
        return {"test": dict(evaluation.metrics), "intervals": intervals}


def _has_other_config(run: RunFolder, contents: Mapping[str, bytes]) -> bool:
    """Return whether a run was started with another config.

    The number of a trial is given to another configuration if the journal that recorded it was lost.
    """
    stored = run.record().files.get(files.RESOLVED_CONFIG)
    return stored is not None and stored != input_checksums(contents)[files.RESOLVED_CONFIG]


class Reporter(Observer):
    """Observer that sends the progress of a job and ends it if it is pruned.

    Args:
        job: Name of the job.
        run: Folder of the run.
        channel: Connection to the process that runs the sweep.
        pruning: Pruning rule, which determines the epochs of decisions; None if the job is not pruned.
    """

    def __init__(self, job: str, run: RunFolder, channel: WorkerChannel, pruning: Pruning | None) -> None:
        self.job = job
        self.run = run
        self.channel = channel
        self.pruning = pruning
        self.trainer: Trainer | None = None
        self.epochs = 0

    def attach(self, trainer: Trainer) -> None:
        """Set the trainer to observe."""
        self.trainer = trainer

    def on_start(self, plan: Plan) -> None:
        self.epochs = plan.epochs
        self._send("started", epochs=plan.epochs)
        for record in self._epochs():  # of a resumed run: a kill may have lost their events
            self._send("epoch", epoch=record["epoch"], value=record[self._metric], waits=False)

    def on_epoch(self, record: Mapping[str, Any], is_best: bool) -> None:  # noqa: ARG002  # the trainer has the best
        epoch, value = record["epoch"], record[self._metric]
        if not math.isfinite(value):
            raise DivergedError(f"{self._metric} is not finite after epoch {epoch}")
        # No decision after the last epoch, where pruning saves nothing.
        waits = self.pruning is not None and epoch < self.epochs and self.pruning.decides_after(epoch)
        self._send("epoch", epoch=epoch, value=value, waits=waits)
        if waits and (reason := self.channel.pruning_decision()) is not None:
            raise PrunedError(reason)

    def best(self) -> dict[str, Any]:
        """Return the best epoch so far: its value, violated constraints and metrics."""
        assert self.trainer is not None
        best = self.trainer.state.best
        if best is None:
            return {"value": None, "violated": (), "metrics": {}}
        [record] = [record for record in self._epochs() if record["epoch"] == best.epoch]
        metrics = {name: value for name, value in record.items() if "/" in name and isinstance(value, int | float)}
        return {"value": best.value, "violated": best.violated, "metrics": metrics}

    def _epochs(self) -> list[dict[str, Any]]:
        return [record for record in self.run.metrics() if record["kind"] == "epoch"]

    @property
    def _metric(self) -> str:
        assert self.trainer is not None
        return self.trainer.selection.metric

    def _send(self, event: str, **fields: Any) -> None:
        self.channel.send({"event": event, "job": self.job, **fields})
