"""Coarse-to-fine search: stages, zoom, noise, early stopping, and a comparison with random search."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from dlcli.core import Direction
from dlcli.search import (
    Choice,
    CoarseToFine,
    IntUniform,
    LogUniform,
    Objective,
    Parameter,
    RandomSearch,
    Region,
    Search,
    Space,
    Trial,
    Uniform,
)

ERROR = Objective("dev/error", direction=Direction.MINIMIZE)
SPACE = Space(
    [
        Parameter("rate", LogUniform(low=1e-4, high=1.0)),
        Parameter("units", Uniform(low=0.0, high=1.0)),
        Parameter("name", Choice(values=["sgd", "adam"])),
        Parameter("useless", Uniform(low=0.0, high=1.0)),
    ]
)


def valley(values: Mapping[str, Any]) -> float:
    """Cost with its minimum at rate 0.01, units 1 and adam."""
    return 0.2 * (math.log10(values["rate"]) + 2) ** 2 + 0.1 * (1 - values["units"]) + 0.05 * (values["name"] == "sgd")


def run_sweep(
    search: Search,
    cost: Callable[[Mapping[str, Any]], float] = valley,
    *,
    seed: int = 0,
    budget: int = 60,
    noise: float,
    trials: Sequence[Trial] = (),
) -> list[Trial]:
    trials = list(trials)
    random = np.random.default_rng(seed)
    while proposals := search.propose(SPACE, trials, ERROR, seed=seed, budget=budget):
        for it in proposals:
            value = cost(it.values) + noise * random.standard_normal()
            fields = {"number": len(trials), "repeat": it.repeat, "stage": it.stage}
            trials.append(Trial(values=it.values, status="done", value=value, **fields))
    return trials


def sizes(trials: Sequence[Trial]) -> list[int]:
    return np.bincount([trial.stage for trial in trials]).tolist()


def test_stage_sizes() -> None:
    trials = run_sweep(CoarseToFine(stop_early=False), noise=0.01)
    assert sizes(trials) == [20, 10, 10, 10, 10]
    assert sizes(run_sweep(CoarseToFine(stop_early=False), budget=37, noise=0.01)) == [12, 6, 7, 6, 6]


@pytest.mark.parametrize(("budget", "stages"), [(1, 1), (9, 1), (15, 2), (20, 3), (30, 5), (200, 5)])
def test_small_budget_has_fewer_stages(budget: int, stages: int) -> None:
    trials = run_sweep(CoarseToFine(stop_early=False), budget=budget, noise=0.01)
    assert len(trials) == budget and len(sizes(trials)) == stages


@pytest.mark.parametrize(("before", "after"), [(15, 12), (15, 40), (60, 24), (20, 200)])
def test_budget_may_change_on_resume(before: int, after: int) -> None:
    trials = run_sweep(CoarseToFine(stop_early=False), budget=before, noise=0.01)[: min(before, after) - 1]
    assert len(run_sweep(CoarseToFine(stop_early=False), budget=after, noise=0.01, trials=trials)) == after


def test_stage_trials_without_budget() -> None:
    assert len(CoarseToFine(stage_trials=7).propose(SPACE, [], ERROR, seed=0, budget=None)) == 14


def test_stage_is_latin_hypercube() -> None:
    first = CoarseToFine().propose(SPACE, [], ERROR, seed=1, budget=60)
    for name in ("rate", "units", "useless"):
        assert sorted(int(SPACE.normalized(it.values)[name] * 20) for it in first) == list(range(20))
    assert sum(it.values["name"] == "adam" for it in first) == 10


def test_stages_narrow_around_best() -> None:
    search = CoarseToFine(stop_early=False)
    trials = run_sweep(search, noise=0.001)
    stages = search.stages(SPACE, trials, ERROR)
    assert [stage.number for stage in stages] == [0, 1, 2, 3, 4]
    assert stages[0].region == Region.whole() and stages[0].gain is None
    assert [number for stage in stages for number in stage.trials] == list(range(60))
    for stage in stages[1:]:
        low, high = stage.region.ranges["rate"]
        new = [trials[number] for number in stage.trials if trials[number].repeat == 0]
        assert all(low <= SPACE.normalized(trial.values)["rate"] <= high for trial in new)
    assert stages[-1].region.choices["name"] == (1,)  # adam
    widths = [high - low for high, low in (stage.region.ranges["rate"][::-1] for stage in stages[1:])]
    assert widths[-1] < 0.25 and stages[-1].region.ranges["rate"][0] < 0.5 < stages[-1].region.ranges["rate"][1]
    low, high = stages[-1].region.ranges["useless"]
    assert high - low > widths[-1]


def test_repeats_of_best_estimate_noise() -> None:
    search = CoarseToFine(repeats=3, stop_early=False)
    trials = run_sweep(search, noise=0.01)
    again = [trial for trial in trials if trial.stage == 1 and trial.repeat > 0]
    best = min((trial for trial in trials if trial.stage == 0), key=lambda trial: trial.value or 0.0)
    assert [(trial.values, trial.repeat) for trial in again] == [(best.values, 1), (best.values, 2)]
    values = [best.value, *(trial.value for trial in again)]
    assert search.stages(SPACE, trials, ERROR)[0].noise is None
    assert search.stages(SPACE, trials, ERROR)[1].noise == pytest.approx(np.std(np.array(values), ddof=1))


def test_existing_seeds_estimate_noise() -> None:
    """A sweep with several seeds for each configuration needs no repeats."""
    proposals = CoarseToFine(repeats=2).propose(SPACE, [], ERROR, seed=0, budget=12)
    trials = [
        Trial(number=2 * i + seed, values=it.values, repeat=seed, status="done", value=valley(it.values) + 0.01 * seed)
        for i, it in enumerate(proposals)
        for seed in (0, 1)
    ]
    (stage,) = CoarseToFine().stages(SPACE, trials, ERROR)
    assert stage.noise == pytest.approx(0.01 / math.sqrt(2))
    following = CoarseToFine(repeats=2)._plan(SPACE, trials, ERROR, 0, 1, 6)
    assert all(it.repeat == 0 for it in following.proposals)


def test_stops_when_two_stages_gain_less_than_noise() -> None:
    search = CoarseToFine()
    trials = run_sweep(search, lambda values: 0.5, noise=0.1)
    stages = search.stages(SPACE, trials, ERROR)
    assert len(stages) < 5 and len(trials) < 60
    assert all(stage.gain is not None and stage.gain < (stages[-1].noise or 0) for stage in stages[-2:])
    assert len(run_sweep(CoarseToFine(stop_early=False), lambda values: 0.5, noise=0.1)) == 60
    assert len(run_sweep(CoarseToFine(repeats=1), lambda values: 0.5, noise=0.1)) == 60  # the noise is unknown


def test_continues_while_stages_gain() -> None:
    assert len(run_sweep(CoarseToFine(), noise=1e-5)) == 60


def test_first_feasible_configuration_has_no_gain() -> None:
    values = {"rate": 0.1, "units": 0.5, "name": "adam", "useless": 0.5}
    trials = [
        Trial(number=0, values=values, status="done", value=0.1, violated=("latency_ms <= 5",)),
        Trial(number=1, values=values | {"rate": 0.2}, status="done", value=0.3, stage=1),
    ]
    assert [(stage.best, stage.gain) for stage in CoarseToFine().stages(SPACE, trials, ERROR)] == [
        (0.1, None),
        (0.3, None),
    ]


def test_maximization() -> None:
    accuracy = Objective("dev/accuracy", direction=Direction.MAXIMIZE)
    trials: list[Trial] = []
    while proposals := (search := CoarseToFine(stop_early=False)).propose(SPACE, trials, accuracy, seed=0, budget=40):
        trials += [
            Trial(
                number=len(trials) + i,
                values=it.values,
                repeat=it.repeat,
                stage=it.stage,
                status="done",
                value=1 - valley(it.values),
            )
            for i, it in enumerate(proposals)
        ]
    stages = search.stages(SPACE, trials, accuracy)
    best = [stage.best or 0.0 for stage in stages]
    assert best == sorted(best) and best[-1] > best[0]
    assert all((stage.gain or 0.0) >= 0 for stage in stages)


def test_small_space_prefers_new_points() -> None:
    few = Space([Parameter("depth", IntUniform(low=1, high=4)), Parameter("name", Choice(values=["a", "b"]))])
    first = CoarseToFine().propose(few, [], ERROR, seed=0, budget=9)
    assert len({it.key for it in first}) == 8  # all points of the space
    assert [it.repeat for it in first].count(1) == 1


def test_beats_random_search_with_fewer_trials() -> None:
    """A short version of the comparison by which the defaults were chosen."""
    fine = [run_sweep(CoarseToFine(), seed=seed, noise=0.005) for seed in range(30)]
    random = [run_sweep(RandomSearch(), seed=seed, noise=0.005) for seed in range(30)]

    def median_cost(sweeps: list[list[Trial]]) -> float:
        best = [ERROR.best(trials) for trials in sweeps]
        return float(np.median([valley(one.values) for one in best if one]))

    assert median_cost(fine) < 0.6 * median_cost(random)
    assert np.mean([len(trials) for trials in fine]) < 60
