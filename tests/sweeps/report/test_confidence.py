import math
from collections.abc import Callable

import pytest

from dlcli.core import Direction
from dlcli.search import FinalOutcome, Objective, SweepOutcome, Trial
from dlcli.sweeps.report.confidence import confidence

Make = Callable[..., SweepOutcome]
One = Callable[..., Trial]
#: half of Student's 95 % quantiles with 1 and 2 degrees of freedom, from the usual tables
T1, T2 = 12.706, 4.303


@pytest.fixture
def one(make_trial: Callable[..., Trial]) -> One:
    """A trial by its number, its value, and the width that tells its configuration."""
    return lambda number, value, width, **fields: make_trial(number, {"width": width}, value, **fields)


def final(*values: float) -> FinalOutcome:
    return FinalOutcome(
        values=values, seeds=tuple(range(len(values))), runs=("",) * len(values), chosen=0, test={}, intervals={}
    )


def test_without_repeats_nothing_can_be_told(make_outcome: Make, one: One) -> None:
    sure = confidence(make_outcome(trials=(one(0, 0.1, 16), one(1, 0.2, 32))))
    assert (sure.noise, sure.freedom, sure.rivals, sure.compared) == (None, 0, (), 1)
    assert sure.final is None


def test_the_noise_is_pooled_over_repeated_configurations(make_outcome: Make, one: One) -> None:
    trials = (one(0, 0.10, 16), one(1, 0.12, 16, repeat=1), one(2, 0.3, 32), one(3, 0.34, 32, repeat=1))
    sure = confidence(make_outcome(trials=trials))
    assert sure.freedom == 2
    assert sure.noise == pytest.approx(math.sqrt((0.0002 + 0.0008) / 2))  # sums of squares 2 × 0.01², 2 × 0.02²


@pytest.mark.parametrize(("distance", "count"), [(0.99, 1), (1.01, 0)])
def test_a_rival_is_within_students_quantile_of_the_best(
    make_outcome: Make, one: One, distance: float, count: int
) -> None:
    noise = math.sqrt(2) * 0.01
    limit = T1 * noise * math.sqrt(1 / 2 + 1)
    trials = (one(0, 0.10, 16), one(1, 0.12, 16, repeat=1), one(2, 0.11 + distance * limit, 32))
    assert len(confidence(make_outcome(trials=trials)).rivals) == count


def test_the_best_counts_with_what_it_reached_when_trained_anew(make_outcome: Make, one: One) -> None:
    trials = (one(0, 0.10, 16), one(1, 0.15, 32), one(2, 0.9, 64))
    sure = confidence(make_outcome(trials=trials, final=final(0.19, 0.20, 0.21)))
    assert [rival.number for rival in sure.rivals] == [1]
    assert (sure.noise, sure.deviation) == (pytest.approx(0.01), pytest.approx(0.01))
    assert sure.final is not None
    assert sure.final.high - sure.final.value == pytest.approx(T2 * 0.01 / math.sqrt(3), rel=1e-3)


def test_a_single_final_seed_has_no_spread(make_outcome: Make, one: One) -> None:
    sure = confidence(make_outcome(trials=(one(0, 0.1, 16),), final=final(0.2)))
    assert (sure.deviation, sure.noise) == (None, None)
    assert sure.final is not None and sure.final.value == 0.2


def test_where_higher_is_better_a_rival_is_not_much_lower(make_outcome: Make, one: One) -> None:
    trials = (one(0, 0.90, 16), one(1, 0.92, 16, repeat=1), one(2, 0.1, 32), one(3, 0.89, 64))
    sure = confidence(make_outcome(trials=trials, objective=Objective("dev/accuracy", direction=Direction.MAXIMIZE)))
    assert [rival.number for rival in sure.rivals] == [3]


def test_equal_values_are_ties(make_outcome: Make, one: One) -> None:
    sure = confidence(make_outcome(trials=(one(0, 0.0, 16), one(1, 0.0, 32), one(2, 0.1, 64))))
    assert [tie.number for tie in sure.ties] == [1]


def test_no_trial(make_outcome: Make) -> None:
    sure = confidence(make_outcome(trials=()))
    assert (sure.noise, sure.compared, sure.rivals) == (None, 0, ())
