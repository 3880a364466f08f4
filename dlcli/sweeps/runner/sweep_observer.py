"""Base class of observers of a sweep, such as a progress display or a log."""

from __future__ import annotations

from dataclasses import dataclass

from dlcli.search import Configuration, Objective, Stage, Trial


@dataclass(frozen=True)
class SweepPlan:
    """Plan of a sweep, for observers.

    Args:
        id: Name of the folder.
        objective: Objective of the sweep.
        trials: Maximum number of trials; None if the budget does not limit it.
        workers: Number of parallel workers.
        ended: Number of trials that have ended already; greater than 0 only in a resumed sweep.
        best: Best configuration of those.
    """

    id: str
    objective: Objective
    trials: int | None
    workers: int
    ended: int
    best: Configuration | None = None


class SweepObserver:
    """Base class of observers; all methods are called in the thread of the sweep and do nothing by default."""

    def on_read(self, what: str, done: int, count: int) -> None:
        """Called while many files are read before the first trial: `done` of `count` have been read."""

    def on_start(self, plan: SweepPlan) -> None:
        """Called before the first trial."""

    def on_trial_start(self, trial: Trial) -> None:
        """Called when a worker starts a trial, from scratch or from its last checkpoint."""

    def on_epoch(self, trial: Trial, epoch: int, value: float) -> None:
        """Called after each epoch of a trial, with the value of the optimizing metric."""

    def on_trial_end(self, trial: Trial, best: Configuration | None) -> None:
        """Called when a trial has ended.

        Args:
            trial: Trial with its value, or the reason why it has none.
            best: Best configuration so far; None if none has a value.
        """

    def on_stage(self, stage: Stage) -> None:
        """Called when a search that narrows its space starts a stage."""

    def on_final(self, done: int, count: int) -> None:
        """Called when `done` of `count` steps of the final training are complete."""

    def on_message(self, message: str) -> None:
        """Called with a message for the user; the sweep continues."""

    def on_end(self) -> None:
        """Called when the sweep ends, also after an error."""
