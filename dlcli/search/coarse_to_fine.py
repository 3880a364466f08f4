"""Coarse-to-fine search: sample the whole space first, then smaller and smaller regions around the best trials.

The defaults were chosen on seven synthetic objectives with 4–6 parameters, noise and 60 trials, 200 sweeps each. On
objectives with a cliff next to the valley, with irrelevant parameters, with a condition, with strong noise or with the
optimum at the edge, the median distance to the optimum was 0.5 to 0.7 times that of random search. With two valleys,
the deeper of which is the narrower, there was no improvement: a valley that the first stage misses is not found later.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from dlcli.core import PositiveInt, generator, register
from dlcli.search.latin_hypercube import latin_hypercube
from dlcli.search.objective import Objective
from dlcli.search.plan import Plan
from dlcli.search.region import Region
from dlcli.search.search import Search, Stage
from dlcli.search.space import Space
from dlcli.search.trial import Configuration, Proposal, Trial, group_trials
from dlcli.search.zoom import zoom

#: Size of the first stage relative to a later one.
FIRST_STAGE_FACTOR = 2
#: Minimum number of trials of a later stage; fewer say too little about where the optimum is.
MIN_STAGE_TRIALS = 5
#: Maximum number of draws that look for a configuration not tried before; a small space may have none.
MAX_DRAWS = 20


@register("search", "coarse_to_fine")
class CoarseToFine(Search):
    """Search of the whole space first, then of smaller and smaller regions around the best configurations so far.

    The first stage has twice as many trials as each later one. The points of a stage form a Latin hypercube, which
    covers every slice of each parameter's range.

    Args:
        stages: Maximum number of stages; fewer with a small budget, so that each has at least five trials.
        keep: Number of best configurations whose bounding box, enlarged, becomes the region of the next stage.
        repeats: Number of seeds with which later stages train the best configuration so far; their spread estimates
            the noise.
        stage_trials: Number of trials of a later stage if the budget does not limit the number of trials.
        stop_early: Whether to end the search after two consecutive stages that each gain less than the noise.
    """

    waits = True

    def __init__(
        self,
        *,
        stages: PositiveInt = 5,
        keep: PositiveInt = 3,
        repeats: PositiveInt = 2,
        stage_trials: PositiveInt = 10,
        stop_early: bool = True,
    ) -> None:
        self.stage_count = stages
        self.keep = keep
        self.repeats = repeats
        self.stage_trials = stage_trials
        self.stop_early = stop_early

    def propose(
        self, space: Space, trials: Sequence[Trial], objective: Objective, *, seed: int, budget: int | None
    ) -> Sequence[Proposal]:
        # The proposals are a function of the trials so far, so a sweep that was killed gets the same ones without any
        # stored state of the search.
        if budget is not None and len(trials) >= budget:
            return ()
        # The plan of the current stage without the trials that exist already. The next stage starts only after all
        # trials of this one have ended (`waits`).
        stage = max((trial.stage for trial in trials), default=0)
        proposals = self._plan(space, trials, objective, seed, stage, self._size(stage, trials, budget)).missing(trials)
        if not proposals and stage + 1 < len(self._sizes(budget)) and not self._has_converged(space, trials, objective):
            stage += 1
            plan = self._plan(space, trials, objective, seed, stage, self._size(stage, trials, budget))
            proposals = plan.missing(trials)
        return proposals if budget is None else proposals[: budget - len(trials)]

    def stages(self, space: Space, trials: Sequence[Trial], objective: Objective) -> tuple[Stage, ...]:
        return tuple(
            _stage(self._region(space, trials, objective, number), trials, objective, number)
            for number in range(max((trial.stage + 1 for trial in trials), default=0))
        )

    def _sizes(self, budget: int | None) -> list[int]:
        """Return the number of trials of each stage."""
        if budget is None:
            return [FIRST_STAGE_FACTOR * self.stage_trials, *[self.stage_trials] * (self.stage_count - 1)]
        # The first stage counts FIRST_STAGE_FACTOR times. The rounded cumulative sums add up to the budget exactly.
        count = min(self.stage_count, max(1, budget // MIN_STAGE_TRIALS - FIRST_STAGE_FACTOR + 1))
        bounds = [
            round(budget * (FIRST_STAGE_FACTOR + number) / (FIRST_STAGE_FACTOR + count - 1)) for number in range(count)
        ]
        return [end - start for start, end in zip([0, *bounds], bounds, strict=False)]

    def _size(self, stage: int, trials: Iterable[Trial], budget: int | None) -> int:
        """Return the number of trials of a stage; the last gets the rest of the budget, which a resume may change."""
        sizes = self._sizes(budget)
        if budget is None or stage < len(sizes) - 1:
            return sizes[stage]
        return budget - sum(trial.stage < stage for trial in trials)

    def _plan(
        self, space: Space, trials: Iterable[Trial], objective: Objective, seed: int, stage: int, size: int
    ) -> Plan:
        """Return the proposals of a stage; they depend only on the earlier stages."""
        # Results of this stage are ignored; otherwise its plan would depend on the speed of the workers.
        before = [trial for trial in trials if trial.stage < stage]
        plan = Plan(stage, before)
        # Train the best configuration with other seeds: this estimates the noise and demotes a lucky configuration.
        if best := objective.best(before):
            for _ in range(min(self.repeats - len(best.trials), size - 1)):
                plan.add(best.values)
        region = self._region(space, before, objective, stage)
        # A separate generator for each stage: the number of draws in one stage does not affect the next.
        random = generator(seed, "coarse_to_fine", stage)
        for row in latin_hypercube(size - len(plan.proposals), len(space.drawn), random).tolist():
            normalized = zip(space.drawn, row, strict=True)
            values = space.point({parameter.name: region.normalize(parameter, u) for parameter, u in normalized})
            # Integers and choices often collide in a small region. A repeated configuration would say nothing about
            # the space, only about the noise, which the repeats above estimate.
            for _ in range(MAX_DRAWS):
                if plan.is_new(values):
                    break
                values = space.sample(random, region)
            plan.add(values)
        return plan

    def _region(self, space: Space, trials: Iterable[Trial], objective: Objective, stage: int) -> Region:
        """Return the region that a stage samples; each earlier stage narrowed it further."""
        # Replay all zooms: each is relative to the previous region, which limits how fast an interval can shrink, so
        # that one lucky stage cannot rule out most of the space.
        region = Region.whole()
        for number in range(stage):
            ranked = objective.ranked(trial for trial in trials if trial.stage <= number)
            region = zoom(space, region, [one.values for one in ranked[: self.keep]])
        return region

    def _has_converged(self, space: Space, trials: Sequence[Trial], objective: Objective) -> bool:
        """Return whether the last two stages each gained less than the current estimate of the noise."""
        # The first stage has no gain. Two stages are required because a single one without a gain is common.
        last = self.stages(space, trials, objective)[1:][-2:]
        noise = _noise(objective.ranked(trials))
        if not self.stop_early or noise is None or len(last) < 2:
            return False
        return all(stage.gain is not None and stage.gain < noise for stage in last)


def _stage(region: Region, trials: Iterable[Trial], objective: Objective, number: int) -> Stage:
    """Return the summary of a stage, computed from its trials and those of earlier stages."""
    # Later stages are ignored, except for their seeds of earlier configurations, which improve the estimates.
    known = [trial for trial in trials if trial.stage <= number]
    ranked = objective.ranked(known)
    old = {one.number for one in group_trials(trial for trial in known if trial.stage < number)}
    return Stage(
        number,
        region,
        tuple(trial.number for trial in known if trial.stage == number),
        ranked[0].value if ranked else None,
        _gain(ranked, next((one for one in ranked if one.number in old), None), objective),
        _noise(ranked),
    )


def _gain(ranked: Sequence[Configuration], before: Configuration | None, objective: Objective) -> float | None:
    """Return how much better the best is than the best of earlier stages, both averaged over all their seeds so far.

    Returns:
        None if they cannot be compared: there was no earlier value, or the new best is the first configuration that
        satisfies all constraints.
    """
    if (
        before is None
        or before.value is None
        or ranked[0].value is None
        or (before.violated and not ranked[0].violated)
    ):
        return None
    return objective.direction.gain(ranked[0].value, before.value)


def _noise(ranked: Iterable[Configuration]) -> float | None:
    """Return the pooled standard deviation between seeds, from all configurations with more than one seed."""
    # Pooled over configurations, each of which has too few seeds for a separate estimate.
    repeated = [one.measured for one in ranked if len(one.measured) > 1]
    if not repeated:
        return None
    squares = sum((value - sum(values) / len(values)) ** 2 for values in repeated for value in values)
    # each mean that was subtracted costs a degree of freedom
    return math.sqrt(squares / sum(len(values) - 1 for values in repeated))
