from collections.abc import Callable
from dataclasses import replace

import pytest

from dlcli.core import Direction
from dlcli.search import Objective, SweepOutcome, Trial
from dlcli.sweeps.report.plot_points import Heights, points, shown_limits, spots

ERROR, ACCURACY = Objective("dev/error", Direction.MINIMIZE), Objective("dev/accuracy", Direction.MAXIMIZE)


def test_the_best_first_then_the_pruned_then_the_failed(outcome: SweepOutcome) -> None:
    found = points(outcome)
    assert [point.fate for point in found] == ["done"] * 22 + ["pruned"] * 13 + ["failed"] * 5
    values = [point.value for point in found[:22]]
    assert values == sorted(value for value in values if value is not None)
    assert [point.status for point in found[-5:]] == ["diverged", "failed", "failed", "diverged", "failed"]


def test_seeds_of_one_configuration_are_one_point(
    make_outcome: Callable[..., SweepOutcome], make_trial: Callable[..., Trial]
) -> None:
    values = make_outcome(1).trials[0].values
    seeds = (make_trial(0, dict(values), 0.1), make_trial(1, dict(values), 0.2, repeat=1))
    (point,) = points(make_outcome(trials=seeds))
    assert (point.number, point.value) == (0, pytest.approx(0.15))


def test_what_waits_is_no_point_and_what_breaks_a_constraint_comes_later(
    make_outcome: Callable[..., SweepOutcome],
) -> None:
    first, second = make_outcome(2).trials  # 13.5 % and 8.07 %
    waiting = replace(first, number=2, status="waiting", value=None, values=first.values | {"width": 17})
    found = points(make_outcome(trials=(first, replace(second, violated=("latency_ms <= 5",)), waiting)))
    assert [(point.number, point.status) for point in found] == [(0, "done"), (1, "breaks latency_ms <= 5")]


def test_few_bad_values_do_not_squeeze_the_others() -> None:
    values = [0.02 + 0.001 * k for k in range(19)]
    assert max(shown_limits(values, ERROR)) < 0.05
    assert max(shown_limits([*values, 0.9], ERROR)) < 0.05
    good, bad = shown_limits([*(1 - value for value in values), 0.1], ACCURACY)
    assert 1.0 > good > 0.97 and 0.95 < bad < good


@pytest.mark.parametrize("objective", [ERROR, ACCURACY])
def test_what_is_worse_than_the_axis_lies_in_the_strip_at_its_bad_end(objective: Objective) -> None:
    heights = Heights.around([("done", 0.4), ("done", 0.6), ("failed", None)], objective)
    low, high = heights.bounds
    assert heights.has_strip and low < heights.strip < high
    assert heights.of(0.5) == 0.5 and heights.of(None) == heights.strip
    assert (heights.strip > 0.6) == (objective is ERROR)


def test_a_seed_that_was_better_than_the_axis_lies_at_its_good_end() -> None:
    heights = Heights(best=0.1, worst=0.5, has_strip=True)
    assert (heights.of(0.05), heights.of(0.6)) == (0.1, heights.strip)


def test_a_pruned_trial_may_be_the_best_of_all() -> None:
    heights = Heights.around([("done", 0.4), ("done", 0.6), ("pruned", 0.2), ("pruned", 0.7)], ERROR)
    assert heights.of(0.2) == 0.2 and heights.of(0.7) == heights.strip


def test_equal_values_still_have_an_axis() -> None:
    low, high = Heights.around([("done", 0.0), ("done", 0.0)], ERROR).bounds
    assert low < 0 < high


def test_a_grid_has_as_many_spots_as_values_and_random_draws_have_none(
    outcome: SweepOutcome, make_outcome: Callable[..., SweepOutcome], make_trial: Callable[..., Trial]
) -> None:
    rate, name = outcome.space.drawn[:2]
    assert (spots(rate, points(outcome)), spots(name, points(outcome))) == (None, 2)
    trials = tuple(make_trial(k, {rate.name: (1e-3, 1e-2)[k % 2], "width": 16 + k}, 0.1) for k in range(6))
    assert spots(rate, points(make_outcome(trials=trials))) == 2
