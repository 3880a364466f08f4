"""Confidence in the best configuration."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from dlcli.core import Direction
from dlcli.search import FinalOutcome, Objective, SweepOutcome, Trial
from dlcli.sweeps.report.confidence import estimate_confidence

Make = Callable[..., SweepOutcome]
One = Callable[..., Trial]
#: Student's two-sided 95 % quantiles with 1 and 2 degrees of freedom, from tables.
T1, T2 = 12.706, 4.303


@pytest.fixture
def one(make_trial: Callable[..., Trial]) -> One:
    """Function that creates a trial from its number, its value, and the width that identifies its configuration."""
    return lambda number, value, width, **fields: make_trial(number, {"width": width}, value, **fields)


def final(*values: float) -> FinalOutcome:
    return FinalOutcome(
        values=values, seeds=tuple(range(len(values))), runs=("",) * len(values), chosen=0, test={}, intervals={}
    )


def test_no_noise_without_repeats(make_outcome: Make, one: One) -> None:
    confidence = estimate_confidence(make_outcome(trials=(one(0, 0.1, 16), one(1, 0.2, 32))))
    assert (confidence.noise, confidence.freedom, confidence.rivals, confidence.compared) == (None, 0, (), 1)
    assert confidence.final is None


def test_noise_is_pooled_over_configurations(make_outcome: Make, one: One) -> None:
    trials = (one(0, 0.10, 16), one(1, 0.12, 16, repeat=1), one(2, 0.3, 32), one(3, 0.34, 32, repeat=1))
    confidence = estimate_confidence(make_outcome(trials=trials))
    assert confidence.freedom == 2
    assert confidence.noise == pytest.approx(math.sqrt((0.0002 + 0.0008) / 2))  # sums of squares 2 × 0.01², 2 × 0.02²


@pytest.mark.parametrize(("distance", "count"), [(0.99, 1), (1.01, 0)])
def test_rivals_are_within_students_quantile(make_outcome: Make, one: One, distance: float, count: int) -> None:
    noise = math.sqrt(2) * 0.01
    limit = T1 * noise * math.sqrt(1 / 2 + 1)
    trials = (one(0, 0.10, 16), one(1, 0.12, 16, repeat=1), one(2, 0.11 + distance * limit, 32))
    assert len(estimate_confidence(make_outcome(trials=trials)).rivals) == count


def test_best_is_compared_by_final_training(make_outcome: Make, one: One) -> None:
    trials = (one(0, 0.10, 16), one(1, 0.15, 32), one(2, 0.9, 64))
    confidence = estimate_confidence(make_outcome(trials=trials, final=final(0.19, 0.20, 0.21)))
    assert [rival.number for rival in confidence.rivals] == [1]
    assert (confidence.noise, confidence.deviation) == (pytest.approx(0.01), pytest.approx(0.01))
    assert confidence.final is not None
    assert confidence.final.high - confidence.final.value == pytest.approx(T2 * 0.01 / math.sqrt(3), rel=1e-3)


def test_final_training_with_single_seed(make_outcome: Make, one: One) -> None:
    confidence = estimate_confidence(make_outcome(trials=(one(0, 0.1, 16),), final=final(0.2)))
    assert (confidence.deviation, confidence.noise) == (None, None)
    assert confidence.final is not None and confidence.final.value == 0.2


def test_rivals_with_maximization(make_outcome: Make, one: One) -> None:
    trials = (one(0, 0.90, 16), one(1, 0.92, 16, repeat=1), one(2, 0.1, 32), one(3, 0.89, 64))
    confidence = estimate_confidence(
        make_outcome(trials=trials, objective=Objective("dev/accuracy", direction=Direction.MAXIMIZE))
    )
    assert [rival.number for rival in confidence.rivals] == [3]


def test_ties(make_outcome: Make, one: One) -> None:
    confidence = estimate_confidence(make_outcome(trials=(one(0, 0.0, 16), one(1, 0.0, 32), one(2, 0.1, 64))))
    assert [tie.number for tie in confidence.ties] == [1]


def test_confidence_without_trials(make_outcome: Make) -> None:
    confidence = estimate_confidence(make_outcome(trials=()))
    assert (confidence.noise, confidence.compared, confidence.rivals) == (None, 0, ())
