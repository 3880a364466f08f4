"""Trials: configurations trained once, and their results."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from dlcli.core import dumps

TrialStatus = Literal["waiting", "running", "interrupted", "done", "pruned", "diverged", "failed", "killed"]

#: Constraint that a configuration violates if it diverged with one seed but not with another.
CONVERGENCE = "convergence with every seed"

#: Final statuses; trials with another status are still to be trained.
ENDED: frozenset[str] = frozenset({"done", "pruned", "diverged", "failed", "killed"})


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """Trial that a search proposes.

    Args:
        values: Value of every active parameter by name, auxiliary ones included.
        repeat: 0 for a new configuration; 1, 2, … to train the same one with another seed.
        stage: Stage of the search, from 0.
    """

    values: Mapping[str, Any]
    repeat: int = 0
    stage: int = 0

    @property
    def key(self) -> str:
        """Text that is equal for trials of the same configuration."""
        return dumps(dict(sorted(self.values.items())))


@dataclass(frozen=True, kw_only=True)
class Trial(Proposal):
    """Proposal with a number and a result.

    Args:
        number: Number of the trial, from 0 in the order of proposals.
        status: Status of the trial.
        value: Optimizing metric of the best epoch; None before the first epoch or if the trial failed.
        violated: Constraints that the best epoch does not satisfy.
        metrics: Metrics of the best epoch, by `<split>/<metric>`.
        history: Optimizing metric after each epoch.
        epochs: Number of epochs to train.
        seconds: Wall time in seconds, earlier attempts included.
        attempts: Number of starts.
        times_lost: Number of times that its worker was lost.
        reason: Reason why it failed, diverged, was killed or pruned, in one line.
    """

    number: int
    status: TrialStatus = "waiting"
    value: float | None = None
    violated: tuple[str, ...] = ()
    metrics: Mapping[str, float | None] = field(default_factory=dict)
    history: tuple[float, ...] = ()
    epochs: int | None = None
    seconds: float = 0.0
    attempts: int = 0
    times_lost: int = 0
    reason: str | None = None

    @property
    def has_ended(self) -> bool:
        """Whether the status is final."""
        return self.status in ENDED

    @property
    def has_failed(self) -> bool:
        """Whether an error ended the trial; divergence is a result, not an error."""
        return self.status in {"failed", "killed"}


@dataclass(frozen=True)
class Configuration:
    """Point of the space with all its trials, which differ in the seed.

    Args:
        number: Number of its first trial.
        values: Value of each active parameter by name.
        trials: Trials in the order of their numbers.
    """

    number: int
    values: Mapping[str, Any]
    trials: tuple[Trial, ...]

    @property
    def key(self) -> str:
        """Key of its trials."""
        return self.trials[0].key

    @property
    def measured(self) -> list[float]:
        """Values of the completed trials, without NaN."""
        values = (trial.value for trial in self.trials if trial.status == "done")
        return [value for value in values if value is not None and not math.isnan(value)]

    @property
    def value(self) -> float | None:
        """Mean over its seeds; None if no trial is complete."""
        measured = self.measured
        return sum(measured) / len(measured) if measured else None

    @property
    def violated(self) -> tuple[str, ...]:
        """Constraints that at least one of its trials violates."""
        return violated_constraints(self.trials)


def violated_constraints(trials: Sequence[Trial]) -> tuple[str, ...]:
    """Return the constraints that trials of one configuration violate, `CONVERGENCE` if only some of them diverged."""
    done = [trial for trial in trials if trial.status == "done"]
    violated = dict.fromkeys(name for trial in done for name in trial.violated)
    if done and any(trial.status == "diverged" for trial in trials):
        violated[CONVERGENCE] = None
    return tuple(violated)


def group_trials(trials: Iterable[Trial]) -> list[Configuration]:
    """Group trials of equal values into configurations, in the order of their first trials."""
    groups: dict[str, list[Trial]] = {}
    for trial in sorted(trials, key=lambda one: one.number):
        groups.setdefault(trial.key, []).append(trial)
    return [Configuration(group[0].number, group[0].values, tuple(group)) for group in groups.values()]
