"""What follows a training as it runs: a progress bar, a table, a log."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dlcli.core import formatting
from dlcli.runs import RunFolder


@dataclass(frozen=True)
class Plan:
    """What a training is about to do.

    Args:
        epochs: how many there will be at most.
        steps_per_epoch: optimizer steps in each.
        epoch: finished epochs; above 0 in a resumed run.
        batch: finished steps of the epoch under way.
    """

    epochs: int
    steps_per_epoch: int
    epoch: int
    batch: int


@dataclass(frozen=True)
class Progress:
    """Where training is.

    Args:
        epoch: the one under way, from 1.
        batch: its finished steps.
        steps_per_epoch: optimizer steps in an epoch.
        step: steps taken since the start of the run.
        loss: running mean of the loss over this epoch, in training mode.
    """

    epoch: int
    batch: int
    steps_per_epoch: int
    step: int
    loss: float


class Observer:
    """Base of the observers; each method may be left as it is. They are called in the training process's thread."""

    @property
    def lost(self) -> str | None:
        """Why it cannot show anything any more, such as a closed pipe; None while it can."""
        return None

    def on_read(self, what: str, done: int, count: int) -> None:
        """While files are read that take their time, before training: `done` of `count` of them are."""

    def on_start(self, plan: Plan) -> None:
        """Before the first step."""

    def on_step(self, progress: Progress) -> None:
        """After a step, at most ten times a second."""

    def on_epoch(self, record: Mapping[str, Any], is_best: bool) -> None:
        """After an epoch was evaluated; the model still has the weights that it was evaluated with.

        Args:
            record: its line of `metrics.jsonl`.
            is_best: whether no epoch before was as good.
        """

    def on_message(self, message: str) -> None:
        """Something happened that the user should know; training goes on."""

    def on_end(self) -> None:
        """Training is over, well or not."""


#: Names of the methods of `Observer` that are called when something happens.
EVENTS = tuple(name for name in vars(Observer) if name.startswith("on_"))


class LogWriter(Observer):
    """Writes `train.log`.

    Args:
        folder: of the run.
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
        for event in EVENTS:  # not method by method: a new event would be forgotten
            setattr(self, event, functools.partial(self._forward, event))

    def _forward(self, event: str, *args: Any, **kwargs: Any) -> None:
        for observer in self.observers:
            getattr(observer, event)(*args, **kwargs)
        self._report_lost()

    def _report_lost(self) -> None:
        """Report an observer that cannot show anything any more to the others, the log among them."""
        for observer in self.observers:
            if observer.lost is not None and id(observer) not in self._reported:
                self._reported.add(id(observer))
                self.on_message(f"progress cannot be shown any more ({observer.lost}); training continues without")
