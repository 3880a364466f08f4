"""From coarse to fine: first everywhere, then ever closer around the best.

The defaults were chosen on seven synthetic objectives with 4–6 parameters, noise and 60 trials, 200 sweeps each. On
those with a cliff beside the valley, with parameters that do not matter, with a condition, with much noise or with the
optimum at the edge, the median distance to the optimum was 0.5 to 0.7 of that of random search. With two valleys, of
which the deeper is the narrower, it was no less: what the first stage does not see is not looked at again.
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
from dlcli.search.trial import Configuration, Proposal, Trial, configurations
from dlcli.search.zoom import zoom

#: how many times the trials of a later stage the first has
FIRST = 2
#: a later stage with fewer trials than this finds too little to go on
SMALLEST_STAGE = 5
#: so often another point is drawn in place of one that was tried before; a small space may have no other
ATTEMPTS = 20


@register("search", "coarse_to_fine")
class CoarseToFine(Search):
    """Looks everywhere first, then in ever smaller regions around the best configurations so far.

    The first stage has twice the trials of each later one. In a stage the points are a Latin hypercube, which leaves no
    slice of a parameter's range out.

    Args:
        stages: how many there are at most; with a small budget fewer, so that each has at least five trials.
        keep: so many of the best configurations say where the next stage looks.
        repeats: each later stage trains the best configuration so far again until it has so many seeds; the noise is
            what they differ by.
        stage_trials: trials of a later stage where the budget does not say how many trials there are.
        stop_early: end the search when two stages in a row each gain less than the noise; else the budget is used up.
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
        # Everything below is a function of the trials so far: a sweep that was killed asks again and gets the same
        # answer, without any state of the search on the disk.
        if budget is not None and len(trials) >= budget:
            return ()
        # The plan of the stage under way, minus what has been started: workers ask one by one, and each asks anew. Only
        # when nothing is left, and all results are in, does the next stage begin (`waits`).
        stage = max((trial.stage for trial in trials), default=0)
        left = self._plan(space, trials, objective, seed, stage, self._size(stage, trials, budget)).left(trials)
        if not left and stage + 1 < len(self._sizes(budget)) and not self._is_over(space, trials, objective):
            stage += 1
            left = self._plan(space, trials, objective, seed, stage, self._size(stage, trials, budget)).left(trials)
        return left if budget is None else left[: budget - len(trials)]

    def stages(self, space: Space, trials: Sequence[Trial], objective: Objective) -> tuple[Stage, ...]:
        return tuple(
            _stage(self._region(space, trials, objective, number), trials, objective, number)
            for number in range(max((trial.stage + 1 for trial in trials), default=0))
        )

    def _sizes(self, budget: int | None) -> list[int]:
        """How many trials each stage has."""
        if budget is None:
            return [FIRST * self.stage_trials, *[self.stage_trials] * (self.stage_count - 1)]
        # The first stage counts FIRST times, so a budget of n smallest stages is enough for n − FIRST + 1 of them.
        count = min(self.stage_count, max(1, budget // SMALLEST_STAGE - FIRST + 1))
        # Rounded cumulative sums, so that the sizes add up to the budget exactly.
        bounds = [round(budget * (FIRST + number) / (FIRST + count - 1)) for number in range(count)]
        return [end - start for start, end in zip([0, *bounds], bounds, strict=False)]

    def _size(self, stage: int, trials: Iterable[Trial], budget: int | None) -> int:
        """How many trials a stage has; the last has what is left, since the budget may have been another before."""
        sizes = self._sizes(budget)
        if budget is None or stage < len(sizes) - 1:
            return sizes[stage]
        return budget - sum(trial.stage < stage for trial in trials)

    def _plan(
        self, space: Space, trials: Iterable[Trial], objective: Objective, seed: int, stage: int, size: int
    ) -> Plan:
        """What a stage tries; it depends on nothing but the stages before."""
        # Results of this stage must not matter, or its plan would depend on which worker was faster.
        before = [trial for trial in trials if trial.stage < stage]
        plan = Plan(stage, before)
        # The best configuration is trained again with other seeds: it tells how much of its value is luck, and a lucky
        # one loses its place.
        if best := objective.best(before):
            for _ in range(min(self.repeats - len(best.trials), size - 1)):
                plan.add(best.values)
        region = self._region(space, before, objective, stage)
        # A generator of its own for each stage: the number of draws in one does not shift those of the next.
        random = generator(seed, "coarse_to_fine", stage)
        for row in latin_hypercube(size - len(plan.proposals), len(space.drawn), random).tolist():
            normalized = zip(space.drawn, row, strict=True)
            values = space.point({parameter.name: region.normalize(parameter, u) for parameter, u in normalized})
            # Integers and choices collide often in a small region. What was tried before would teach nothing about the
            # space, only about noise, which the repetitions above do on purpose.
            for _ in range(ATTEMPTS):
                if plan.is_new(values):
                    break
                values = space.sample(random, region)
            plan.add(values)
        return plan

    def _region(self, space: Space, trials: Iterable[Trial], objective: Objective, stage: int) -> Region:
        """Where a stage looks: each stage before it narrowed the space further."""
        # Replayed from the first stage on. Each zoom is relative to the region before it, which limits how fast an
        # interval can shrink: one lucky stage cannot rule out nearly everything.
        region = Region.whole()
        for number in range(stage):
            ranked = objective.ranked(trial for trial in trials if trial.stage <= number)
            region = zoom(space, region, [one.values for one in ranked[: self.keep]])
        return region

    def _is_over(self, space: Space, trials: Sequence[Trial], objective: Objective) -> bool:
        """Whether the last two stages each gained less than the noise, as far as it is known by now."""
        # Without the first stage, which has nothing to gain on. Two in a row, as a single one without gain is common.
        last = self.stages(space, trials, objective)[1:][-2:]
        noise = _noise(objective.ranked(trials))
        if not self.stop_early or noise is None or len(last) < 2:
            return False
        return all(stage.gain is not None and stage.gain < noise for stage in last)


def _stage(region: Region, trials: Iterable[Trial], objective: Objective, number: int) -> Stage:
    """A stage as it was when it had ended."""
    # As if asked at the end of that stage; later seeds of an old configuration do count, since they are better
    # knowledge.
    known = [trial for trial in trials if trial.stage <= number]
    ranked = objective.ranked(known)
    old = {one.number for one in configurations(trial for trial in known if trial.stage < number)}
    return Stage(
        number,
        region,
        tuple(trial.number for trial in known if trial.stage == number),
        ranked[0].value if ranked else None,
        _gain(ranked, next((one for one in ranked if one.number in old), None), objective),
        _noise(ranked),
    )


def _gain(ranked: Sequence[Configuration], before: Configuration | None, objective: Objective) -> float | None:
    """How much better the best is than the best of the stages before, both with all the seeds they have by now.

    None where they cannot be compared: nothing had a value before, or the new best is the first to satisfy all
    constraints.
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
    """The standard deviation of a configuration's value from seed to seed, from all that have several."""
    # Pooled over configurations: each has few seeds, too few for a standard deviation of its own.
    repeated = [one.measured for one in ranked if len(one.measured) > 1]
    if not repeated:
        return None
    squares = sum((value - sum(values) / len(values)) ** 2 for values in repeated for value in values)
    # each mean that was subtracted costs a degree of freedom
    return math.sqrt(squares / sum(len(values) - 1 for values in repeated))
