"""Who wants to know how a sweep goes: a display, a log."""

from __future__ import annotations

from dataclasses import dataclass

from dlcli.search import Configuration, Objective, Stage, Trial


@dataclass(frozen=True)
class SweepPlan:
    """What a sweep is about to do.

    Args:
        id: the name of its folder.
        objective: what it looks for.
        trials: how many there will be at most; None where the budget is of another kind.
        workers: how many train side by side.
        ended: trials that have ended already; above 0 in a sweep that goes on.
        best: the best configuration of those.
    """

    id: str
    objective: Objective
    trials: int | None
    workers: int
    ended: int
    best: Configuration | None = None


class SweepObserver:
    """Base of the observers; each method may be left as it is. They are called in the thread of the sweep."""

    def on_read(self, what: str, done: int, count: int) -> None:
        """While files are read that take their time, before the first trial: `done` of `count` of them are."""

    def on_start(self, plan: SweepPlan) -> None:
        """Before the first trial."""

    def on_trial_start(self, trial: Trial) -> None:
        """A worker trains a trial, anew or from its last checkpoint."""

    def on_epoch(self, trial: Trial, epoch: int, value: float) -> None:
        """A trial has finished an epoch, with this value of the optimizing metric."""

    def on_trial_end(self, trial: Trial, best: Configuration | None) -> None:
        """A trial has ended.

        Args:
            trial: with its value, or the reason why it has none.
            best: the best configuration so far; None while none has a value.
        """

    def on_stage(self, stage: Stage) -> None:
        """A search that narrows its space begins another stage."""

    def on_final(self, done: int, count: int) -> None:
        """`done` of `count` trainings of the best configuration are over."""

    def on_message(self, message: str) -> None:
        """Something happened that the user should know; the sweep goes on."""

    def on_end(self) -> None:
        """The sweep is over, well or not."""
