"""Engine for tests without training: results are a function of the values, and the order of events is random."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dlcli.sweeps.runner.engine import Event
from dlcli.sweeps.runner.job import Job


class KilledError(Exception):
    """Simulated SIGKILL of the process that runs the sweep."""


@dataclass
class Training:
    """Running job."""

    job: Job
    epoch: int
    has_started: bool = False
    is_held: bool = False
    pruning_decision: str | None = None


@dataclass
class FakeEngine:
    """Workers that advance one epoch at a time, in random order.

    Args:
        workers: Number of workers.
        curve: Function from values and seed to the metric after each epoch, or to the status of a failure.
        generator: Generator of the order.
        decides_after: Function that returns whether pruning is decided after an epoch.
        checkpoints: Number of saved epochs by job; shared by the engines of a sweep.
        kills: Number of the event before which the process is killed; None for never.
        loses: Numbers of the events at which a worker is lost.
    """

    workers: int
    curve: Callable[[dict[str, Any], int], Sequence[float] | str]
    generator: np.random.Generator
    decides_after: Callable[[int], bool] = lambda _: False
    checkpoints: dict[str, int] = field(default_factory=dict)
    kills: int | None = None
    loses: frozenset[int] = frozenset()
    running: dict[str, Training] = field(default_factory=dict)
    count: int = 0
    stops: bool = False

    @property
    def free(self) -> int:
        return self.workers - len(self.running)

    def train(self, job: Job) -> None:
        assert self.free
        self.running[job.folder] = Training(job, self.checkpoints.get(job.folder, 0))

    def answer(self, job: str, reason: str | None) -> None:
        training = self.running[job]
        assert training.is_held
        training.is_held, training.pruning_decision = False, reason

    def stop(self) -> None:
        self.stops = True

    def close(self) -> None:
        pass

    def events(self, timeout: float) -> list[Event]:
        ready = [job for job, training in self.running.items() if self.stops or not training.is_held]
        assert ready, "deadlock"
        self.count += 1
        if self.count == self.kills:
            raise KilledError
        job = ready[self.generator.integers(len(ready))]
        if self.count in self.loses:
            del self.running[job]
            return [{"event": "lost", "job": job, "reason": "its worker was ended by SIGKILL"}]
        return self._advance(self.running[job])

    def _advance(self, training: Training) -> list[Event]:
        job = training.job
        values = self.curve(dict(job.values), job.seed_offset)
        if isinstance(values, str):  # status of a failure
            return [self._ended(job, status=values, reason=f"it {values}")]
        if training.pruning_decision is not None:
            return [self._ended(job, status="pruned", reason=training.pruning_decision, value=None)]
        if self.stops:
            return [self._ended(job, status="interrupted", reason="stopped with the sweep")]
        if not training.has_started:
            training.has_started = True
            repeated = [self._epoch(job, epoch, values[epoch - 1]) for epoch in range(1, training.epoch + 1)]
            return [{"event": "started", "job": job.folder, "epochs": len(values)}, *repeated]
        if training.epoch == len(values):
            return [self._ended(job, status="done", reason=None, value=min(values), violated=[], metrics={})]
        training.epoch += 1
        training.is_held = job.is_prunable and training.epoch < len(values) and self.decides_after(training.epoch)
        if not training.is_held:  # the decision comes before the checkpoint
            self.checkpoints[job.folder] = training.epoch
        return [self._epoch(job, training.epoch, values[training.epoch - 1], waits=training.is_held)]

    def _epoch(self, job: Job, epoch: int, value: float, *, waits: bool = False) -> Event:
        return {"event": "epoch", "job": job.folder, "epoch": epoch, "value": value, "waits": waits}

    def _ended(self, job: Job, **outcome: Any) -> Event:
        del self.running[job.folder]
        return {"event": "ended", "job": job.folder, "seconds": 1.0, **outcome}
