"""A trial: a configuration trained once, and how good it was."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from dlcli.core import dumps

TrialStatus = Literal["waiting", "running", "interrupted", "done", "pruned", "diverged", "failed", "killed"]

#: what a configuration breaks that diverged with one seed and did not with another
CONVERGENCE = "convergence with every seed"

#: how a trial can end; the others are still to be trained
ENDED: frozenset[str] = frozenset({"done", "pruned", "diverged", "failed", "killed"})


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What a search wants to be tried.

    Args:
        values: parameter → plain value, of every parameter that is active, auxiliary ones included.
        repeat: 0 for a configuration that is new, 1, 2, … to train the same one again with another seed.
        stage: of the search, from 0.
    """

    values: Mapping[str, Any]
    repeat: int = 0
    stage: int = 0

    @property
    def key(self) -> str:
        """The same for trials of the same configuration."""
        return dumps(dict(sorted(self.values.items())))


@dataclass(frozen=True, kw_only=True)
class Trial(Proposal):
    """A proposal that got a number, and what became of it.

    Args:
        number: from 0, in the order of proposals.
        status: where it is.
        value: the optimizing metric at its best epoch; None without an epoch, or where it failed.
        violated: the constraints that its best epoch does not satisfy.
        metrics: of its best epoch, `<split>/<metric>` → value.
        history: the optimizing metric after each epoch.
        epochs: how many epochs it was to be trained.
        seconds: wall time it took, the attempts before included.
        attempts: how often it was started.
        times_lost: how often its worker was lost.
        reason: why it failed, diverged, was killed or pruned; one line.
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
        return self.status in ENDED

    @property
    def has_failed(self) -> bool:
        """Whether something went wrong; that a training diverged is a result."""
        return self.status in {"failed", "killed"}


@dataclass(frozen=True)
class Configuration:
    """A point of the space with all its trials, which differ in the seed.

    Args:
        number: of its first trial.
        values: parameter → plain value.
        trials: in the order of their numbers.
    """

    number: int
    values: Mapping[str, Any]
    trials: tuple[Trial, ...]

    @property
    def key(self) -> str:
        """The same as that of its trials."""
        return self.trials[0].key

    @property
    def measured(self) -> list[float]:
        """The values of the trials that were trained to their end, without NaN, which measures nothing."""
        values = (trial.value for trial in self.trials if trial.status == "done")
        return [value for value in values if value is not None and not math.isnan(value)]

    @property
    def value(self) -> float | None:
        """The mean over its seeds; None where none was trained to the end."""
        measured = self.measured
        return sum(measured) / len(measured) if measured else None

    @property
    def violated(self) -> tuple[str, ...]:
        """The constraints that a trial of it does not satisfy."""
        return violated_by(self.trials)


def violated_by(trials: Sequence[Trial]) -> tuple[str, ...]:
    """The constraints that trials of one configuration break: one that a seed makes diverge is not to be relied on."""
    done = [trial for trial in trials if trial.status == "done"]
    violated = dict.fromkeys(name for trial in done for name in trial.violated)
    if done and any(trial.status == "diverged" for trial in trials):
        violated[CONVERGENCE] = None
    return tuple(violated)


def configurations(trials: Iterable[Trial]) -> list[Configuration]:
    """Trials of equal values put together, in the order of their first."""
    together: dict[str, list[Trial]] = {}
    for trial in sorted(trials, key=lambda one: one.number):
        together.setdefault(trial.key, []).append(trial)
    return [Configuration(same[0].number, same[0].values, tuple(same)) for same in together.values()]
