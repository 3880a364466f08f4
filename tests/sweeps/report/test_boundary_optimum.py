"""Optima at the edge of the search space."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dlcli.search import Choice, IntUniform, LogUniform, Parameter, Space, SweepOutcome, Trial
from dlcli.sweeps.report.boundary_optimum import boundary_optima
from dlcli.sweeps.report.plot_points import points

Spread = Callable[[int, float], SweepOutcome]
SPACE = Space([Parameter("optimizer.learning_rate", LogUniform(low=1e-4, high=1e-1))])


@pytest.fixture
def spread(make_outcome: Callable[..., SweepOutcome], make_trial: Callable[..., Trial]) -> Spread:
    """Function that creates evenly spaced configurations with the optimum at a normalized coordinate."""

    def make(count: int, valley: float) -> SweepOutcome:
        trials = []
        for number in range(count):
            coordinate = (number + 0.5) / count
            values = SPACE.point({"optimizer.learning_rate": coordinate})
            trials.append(make_trial(number, values, 0.1 + abs(coordinate - valley)))
        return make_outcome(trials=tuple(trials), space=SPACE, importances=())

    return make


@pytest.mark.parametrize(("valley", "sides"), [(1.0, [True]), (0.0, [False]), (0.5, [])])
def test_optimum_at_bound_is_detected(spread: Spread, valley: float, sides: list[bool]) -> None:
    outcome = spread(40, valley)
    assert [optimum.is_upper for optimum in boundary_optima(SPACE, points(outcome))] == sides


def test_values_of_boundary_optimum(spread: Spread) -> None:
    (optimum,) = boundary_optima(SPACE, points(spread(40, 1.0)))
    assert (optimum.parameter, optimum.count, optimum.among, optimum.bound) == ("optimizer.learning_rate", 8, 8, 0.1)
    assert optimum.threshold == pytest.approx(10 ** (-4 + 3 * 32.5 / 40))  # the eighth largest of forty


def test_too_few_configurations(spread: Spread) -> None:
    assert boundary_optima(SPACE, points(spread(7, 1.0))) == []


def test_choices_and_two_integers_have_no_boundary_optimum(
    make_outcome: Callable[..., SweepOutcome], make_trial: Callable[..., Trial]
) -> None:
    space = Space([Parameter("a", Choice(values=["x", "y"])), Parameter("b", IntUniform(low=1, high=2))])
    trials = tuple(
        make_trial(number, {"a": "xy"[number % 2], "b": 1 + number % 2}, 0.1 + 0.001 * number + 0.05 * (number % 2))
        for number in range(20)
    )
    optima = boundary_optima(space, points(make_outcome(trials=trials, space=space, importances=())))
    assert optima == []  # four of four in one half have the probability 1/16
