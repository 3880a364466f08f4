"""Points of figures and their vertical axis."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from dlcli.core import Direction
from dlcli.search import Objective, SweepOutcome, Trial
from dlcli.sweeps.report.plot_points import Heights, points, shown_limits, spots

ERROR, ACCURACY = Objective("dev/error", Direction.MINIMIZE), Objective("dev/accuracy", Direction.MAXIMIZE)


def test_order_of_points(outcome: SweepOutcome) -> None:
    ordered = points(outcome)
    assert [point.ending for point in ordered] == ["done"] * 22 + ["pruned"] * 13 + ["failed"] * 5
    values = [point.value for point in ordered[:22]]
    assert values == sorted(value for value in values if value is not None)
    assert [point.status for point in ordered[-5:]] == ["diverged", "failed", "failed", "diverged", "failed"]


def test_seeds_are_one_point(make_outcome: Callable[..., SweepOutcome], make_trial: Callable[..., Trial]) -> None:
    values = make_outcome(1).trials[0].values
    seeds = (make_trial(0, dict(values), 0.1), make_trial(1, dict(values), 0.2, repeat=1))
    (point,) = points(make_outcome(trials=seeds))
    assert (point.number, point.value) == (0, pytest.approx(0.15))


def test_waiting_and_violating_trials(
    make_outcome: Callable[..., SweepOutcome],
) -> None:
    first, second = make_outcome(2).trials  # 13.5 % and 8.07 %
    waiting = replace(first, number=2, status="waiting", value=None, values=first.values | {"width": 17})
    ordered = points(make_outcome(trials=(first, replace(second, violated=("latency_ms <= 5",)), waiting)))
    assert [(point.number, point.status) for point in ordered] == [(0, "done"), (1, "violates latency_ms <= 5")]


def test_outliers_are_clipped() -> None:
    values = [0.02 + 0.001 * k for k in range(19)]
    assert max(shown_limits(values, ERROR)) < 0.05
    assert max(shown_limits([*values, 0.9], ERROR)) < 0.05
    best, worst = shown_limits([*(1 - value for value in values), 0.1], ACCURACY)
    assert 1.0 > best > 0.97 and 0.95 < worst < best


@pytest.mark.parametrize("objective", [ERROR, ACCURACY])
def test_worse_and_missing_values_are_in_strip(objective: Objective) -> None:
    heights = Heights.around([("done", 0.4), ("done", 0.6), ("failed", None)], objective)
    low, high = heights.bounds
    assert heights.has_strip and low < heights.strip < high
    assert heights.of(0.5) == 0.5 and heights.of(None) == heights.strip
    assert (heights.strip > 0.6) == (objective is ERROR)


def test_better_values_are_at_end_of_axis() -> None:
    heights = Heights(best=0.1, worst=0.5, has_strip=True)
    assert (heights.of(0.05), heights.of(0.6)) == (0.1, heights.strip)


def test_pruned_trial_may_be_best() -> None:
    heights = Heights.around([("done", 0.4), ("done", 0.6), ("pruned", 0.2), ("pruned", 0.7)], ERROR)
    assert heights.of(0.2) == 0.2 and heights.of(0.7) == heights.strip


def test_axis_of_equal_values() -> None:
    low, high = Heights.around([("done", 0.0), ("done", 0.0)], ERROR).bounds
    assert low < 0 < high


def test_spots_of_grid_and_random_search(
    outcome: SweepOutcome, make_outcome: Callable[..., SweepOutcome], make_trial: Callable[..., Trial]
) -> None:
    rate, name = outcome.space.drawn[:2]
    assert (spots(rate, points(outcome)), spots(name, points(outcome))) == (None, 2)
    trials = tuple(make_trial(k, {rate.name: (1e-3, 1e-2)[k % 2], "width": 16 + k}, 0.1) for k in range(6))
    assert spots(rate, points(make_outcome(trials=trials))) == 2
