"""What became of a sweep: what its report is about."""

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
    """The best configuration trained anew.

    Args:
        values: of the objective's metric, one for each seed, in their order.
        seeds: the seeds.
        runs: the runs' folders, in the same order.
        chosen: position of the seed whose model was evaluated on test; the best one.
        test: what that model reached, `test/<metric>` → value; empty where there is no test set.
        intervals: 95 % intervals of those that have one, by the same names: (low, high).
    """

    values: tuple[float, ...]
    seeds: tuple[int, ...]
    runs: tuple[str, ...]
    chosen: int
    test: Mapping[str, float]
    intervals: Mapping[str, tuple[float, float]]


@dataclass(frozen=True, kw_only=True)
class SweepOutcome:
    """A sweep that is over, or as far as it has come.

    Args:
        id: the folder's name.
        name: of the sweep.
        search: how it searched, such as `coarse_to_fine`.
        objective: what was looked for.
        space: what was searched.
        trials: all that were proposed, in the order of their numbers.
        stages: how the space was narrowed; empty for a search without stages.
        importances: of the parameters, the most important first; empty where there are too few trials to tell.
        final: the best configuration trained anew; None where that was not asked for.
        seconds: wall time of the trials' training, in all workers together.
        workers: how many trained side by side.
        pruning: the rule that ended trials early; None where there was none.
        config: the best configuration as a complete config, mappings and scalars; None where no trial succeeded.
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
