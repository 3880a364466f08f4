"""Outcome of a sweep, the content of its report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dlcli.search.importance import Importance
from dlcli.search.objective import Objective
from dlcli.search.search import Stage
from dlcli.search.space import Space
from dlcli.search.trial import Trial


@dataclass(frozen=True, kw_only=True)
class FinalOutcome:
    """Outcome of the final training of the best configuration.

    Args:
        values: Value of the objective's metric for each seed.
        seeds: Seeds of the runs.
        runs: Folders of the runs, in the order of the seeds.
        chosen: Index of the best seed, whose model was evaluated on the test set.
        test: Metrics of that model, by `test/<metric>`; empty if there is no test set.
        intervals: 95 % confidence intervals `(low, high)` of these metrics, as far as available.
    """

    values: tuple[float, ...]
    seeds: tuple[int, ...]
    runs: tuple[str, ...]
    chosen: int
    test: Mapping[str, float]
    intervals: Mapping[str, tuple[float, float]]


@dataclass(frozen=True, kw_only=True)
class SweepOutcome:
    """Outcome of a sweep that has finished or is still running.

    Args:
        id: Name of the folder.
        name: Name of the sweep.
        search: Name of the search, such as `coarse_to_fine`.
        objective: Objective of the sweep.
        space: Search space.
        trials: All proposed trials, in the order of their numbers.
        stages: Stages in which the space was narrowed; empty for a search without stages.
        importances: Importance of the parameters in descending order; empty if there are too few trials.
        final: Outcome of the final training; None if none was requested.
        seconds: Wall time of training the trials, summed over all workers.
        workers: Number of parallel workers.
        pruning: Name of the pruning rule; None if there was none.
        config: Complete config of the best configuration; None if no trial succeeded.
    """

    id: str
    name: str
    search: str
    objective: Objective
    space: Space
    trials: tuple[Trial, ...]
    stages: tuple[Stage, ...] = ()
    importances: tuple[Importance, ...] = ()
    final: FinalOutcome | None = None
    seconds: float = 0.0
    workers: int = 1
    pruning: str | None = None
    config: Mapping[str, Any] | None = None
