"""Callbacks of a training: a progress bar, a table, a log."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dlcli.core import formatting
from dlcli.runs import RunFolder


@dataclass(frozen=True)
class Plan:
    """Size of a training that is about to start, and the position it starts from.

    Args:
        epochs: Maximum number of epochs.
        steps_per_epoch: Number of optimizer steps per epoch.
        epoch: Number of finished epochs; above 0 in a resumed run.
        batch: Number of finished steps of the current epoch.
    """

    epochs: int
    steps_per_epoch: int
    epoch: int
    batch: int


@dataclass(frozen=True)
class Progress:
    """Current position of a training.

    Args:
        epoch: Number of the current epoch, from 1.
        batch: Number of finished steps of the current epoch.
        steps_per_epoch: Number of optimizer steps per epoch.
        step: Number of optimizer steps since the start of the run.
        loss: Running mean of the loss over the current epoch, in training mode.
    """

    epoch: int
    batch: int
    steps_per_epoch: int
    step: int
    loss: float


class Observer:
    """Base class of the observers. Every method does nothing by default and is called in the thread that trains."""

    @property
    def failure(self) -> str | None:
        """Reason why the observer can no longer show anything, such as a closed pipe; None while it can."""
        return None

    def on_read(self, what: str, done: int, count: int) -> None:
        """Called before training while many files are read, of which `done` out of `count` have been read."""

    def on_start(self, plan: Plan) -> None:
        """Called before the first step."""

    def on_step(self, progress: Progress) -> None:
        """Called after a step, at most ten times a second."""

    def on_epoch(self, record: Mapping[str, Any], is_best: bool) -> None:
        """Called after an epoch was evaluated; the model still has the weights that it was evaluated with.

        Args:
            record: Line of the epoch in `metrics.jsonl`.
            is_best: Whether this epoch is better than all before it.
        """

    def on_message(self, message: str) -> None:
        """Called with a warning for the user; training continues."""

    def on_end(self) -> None:
        """Called when training has ended, with or without an error."""


#: names of the event methods of `Observer`
EVENTS = tuple(name for name in vars(Observer) if name.startswith("on_"))


class LogWriter(Observer):
    """Observer that writes `train.log`.

    Args:
        folder: Folder of the run.
    """

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder

    def on_start(self, plan: Plan) -> None:
        epochs, steps = formatting.count(plan.epochs, "epoch"), formatting.count(plan.steps_per_epoch, "step")
        verb = "start"
        if plan.epoch or plan.batch:
            verb = f"resume after {formatting.count(plan.epoch, 'epoch')} and {formatting.count(plan.batch, 'step')}"
        self.folder.log(f"{verb}: {epochs} of {steps}")

    def on_epoch(self, record: Mapping[str, Any], is_best: bool) -> None:
        figures = " ".join(f"{name}={value:.6g}" for name, value in record.items() if isinstance(value, int | float))
        self.folder.log(f"{figures}{' (best so far)' if is_best else ''}")

    def on_message(self, message: str) -> None:
        self.folder.log(message, "WARNING")


class Observers(Observer):
    """Several observers as one: every event of `Observer` is forwarded to each of them.

    Args:
        observers: The observers, called in this order.
    """

    def __init__(self, observers: tuple[Observer, ...]) -> None:
        self.observers = observers
        self._reported: set[int] = set()
        for event in EVENTS:  # in a loop, so that a new event cannot be forgotten
            setattr(self, event, functools.partial(self._forward, event))

    def _forward(self, event: str, *args: Any, **kwargs: Any) -> None:
        for observer in self.observers:
            getattr(observer, event)(*args, **kwargs)
        self._report_failures()

    def _report_failures(self) -> None:
        """Report an observer that has failed, once, to all observers, which include the log."""
        for observer in self.observers:
            if observer.failure is not None and id(observer) not in self._reported:
                self._reported.add(id(observer))
                self.on_message(
                    f"progress can no longer be shown ({observer.failure}); training continues without progress output"
                )
