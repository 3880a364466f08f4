"""Workers that train nothing: what a trial reaches is a function of its values, and they are as quick as they like."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dlcli.sweeps.runner.engine import Event
from dlcli.sweeps.runner.job import Job


class KilledError(Exception):
    """Stands for the SIGKILL of the process that conducts the sweep."""


@dataclass
class Training:
    """A job under way."""

    job: Job
    epoch: int
    has_begun: bool = False
    is_held: bool = False
    pruning_decision: str | None = None


@dataclass
class FakeEngine:
    """Workers that advance one epoch at a time, in an order drawn at random.

    Args:
        workers: how many.
        curve: the metric after each epoch, from a trial's values and its seed; or how it fails.
        generator: draws who is next.
        decides_after: after which epochs trials are judged.
        checkpoints: folder → finished epochs that survive; shared by the engines of one sweep.
        kills: the event before which the process that conducts is killed; None for never.
        loses: the events at which a worker is lost.
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
        able = [job for job, training in self.running.items() if self.stops or not training.is_held]
        assert able, "every worker waits for another"
        self.count += 1
        if self.count == self.kills:
            raise KilledError
        job = able[self.generator.integers(len(able))]
        if self.count in self.loses:
            del self.running[job]
            return [{"event": "lost", "job": job, "reason": "its worker was ended by SIGKILL"}]
        return self._advance(self.running[job])

    def _advance(self, training: Training) -> list[Event]:
        job = training.job
        values = self.curve(dict(job.values), job.seed_offset)
        if isinstance(values, str):  # how it fails
            return [self._ended(job, status=values, reason=f"it {values}")]
        if training.pruning_decision is not None:
            return [self._ended(job, status="pruned", reason=training.pruning_decision, value=None)]
        if self.stops:
            return [self._ended(job, status="interrupted", reason="stopped with the sweep")]
        if not training.has_begun:
            training.has_begun = True
            again = [self._epoch(job, epoch, values[epoch - 1]) for epoch in range(1, training.epoch + 1)]
            return [{"event": "started", "job": job.folder, "epochs": len(values)}, *again]
        if training.epoch == len(values):
            return [self._ended(job, status="done", reason=None, value=min(values), violated=[], metrics={})]
        training.epoch += 1
        training.is_held = job.is_judged and training.epoch < len(values) and self.decides_after(training.epoch)
        if not training.is_held:  # a verdict comes before the checkpoint
            self.checkpoints[job.folder] = training.epoch
        return [self._epoch(job, training.epoch, values[training.epoch - 1], waits=training.is_held)]

    def _epoch(self, job: Job, epoch: int, value: float, *, waits: bool = False) -> Event:
        return {"event": "epoch", "job": job.folder, "epoch": epoch, "value": value, "waits": waits}

    def _ended(self, job: Job, **outcome: Any) -> Event:
        del self.running[job.folder]
        return {"event": "ended", "job": job.folder, "seconds": 1.0, **outcome}
