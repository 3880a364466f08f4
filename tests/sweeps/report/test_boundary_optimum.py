from collections.abc import Callable

import pytest

from dlcli.search import Choice, IntUniform, LogUniform, Parameter, Space, SweepOutcome, Trial
from dlcli.sweeps.report.boundary_optimum import boundary_optima
from dlcli.sweeps.report.plot_points import points

Spread = Callable[[int, float], SweepOutcome]
SPACE = Space([Parameter("optimizer.learning_rate", LogUniform(low=1e-4, high=1e-1))])


@pytest.fixture
def spread(make_outcome: Callable[..., SweepOutcome], make_trial: Callable[..., Trial]) -> Spread:
    """Configurations evenly over the range, the better the nearer to a unit position."""

    def make(count: int, valley: float) -> SweepOutcome:
        trials = []
        for number in range(count):
            coordinate = (number + 0.5) / count
            values = SPACE.point({"optimizer.learning_rate": coordinate})
            trials.append(make_trial(number, values, 0.1 + abs(coordinate - valley)))
        return make_outcome(trials=tuple(trials), space=SPACE, importances=())

    return make


@pytest.mark.parametrize(("valley", "sides"), [(1.0, [True]), (0.0, [False]), (0.5, [])])
def test_an_end_is_found_where_the_best_lie_at_it(spread: Spread, valley: float, sides: list[bool]) -> None:
    outcome = spread(40, valley)
    assert [found.is_upper for found in boundary_optima(SPACE, points(outcome))] == sides


def test_what_was_seen(spread: Spread) -> None:
    (found,) = boundary_optima(SPACE, points(spread(40, 1.0)))
    assert (found.parameter, found.count, found.among, found.end) == ("optimizer.learning_rate", 8, 8, 0.1)
    assert found.beyond == pytest.approx(10 ** (-4 + 3 * 32.5 / 40))  # the eighth of forty from above


def test_few_configurations_say_nothing(spread: Spread) -> None:
    assert boundary_optima(SPACE, points(spread(7, 1.0))) == []


def test_a_choice_has_no_ends_and_two_integers_are_no_crowd(
    make_outcome: Callable[..., SweepOutcome], make_trial: Callable[..., Trial]
) -> None:
    space = Space([Parameter("a", Choice(values=["x", "y"])), Parameter("b", IntUniform(low=1, high=2))])
    trials = tuple(
        make_trial(number, {"a": "xy"[number % 2], "b": 1 + number % 2}, 0.1 + 0.001 * number + 0.05 * (number % 2))
        for number in range(20)
    )
    found = boundary_optima(space, points(make_outcome(trials=trials, space=space, importances=())))
    assert found == []  # four of four in one half: chance 1/16
