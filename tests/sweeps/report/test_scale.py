"""Ticks of hyperparameters."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcli.search import Choice, Distribution, IntLogUniform, IntUniform, LogUniform, OneMinusLogUniform, Uniform
from dlcli.sweeps.report.scale import ticks

pairs = (
    st.tuples(st.floats(1e-9, 0.998), st.floats(1e-9, 0.998))
    .map(sorted)
    .filter(lambda bounds: bounds[1] - bounds[0] > 1e-3)
)
integers = st.tuples(st.integers(1, 5000), st.integers(1, 5000)).map(sorted)
distributions = st.one_of(
    pairs.map(lambda bounds: Uniform(low=bounds[0], high=bounds[1])),
    pairs.map(lambda bounds: LogUniform(low=bounds[0], high=bounds[1])),
    pairs.map(lambda bounds: OneMinusLogUniform(low=bounds[0], high=bounds[1])),
    integers.map(lambda bounds: IntUniform(low=bounds[0], high=bounds[1])),
    integers.map(lambda bounds: IntLogUniform(low=bounds[0], high=bounds[1])),
)


@given(distributions)
def test_ticks_have_bounds_and_coordinates_of_values(distribution: Distribution) -> None:
    labels = ticks(distribution)
    low, high = distribution.bounds()
    assert (labels[0].coordinate, labels[-1].coordinate) == (distribution.normalize(low), distribution.normalize(high))
    assert 1 <= len(labels) <= 9
    for tick in labels[1:-1]:
        assert distribution.normalize(float(tick.text)) == pytest.approx(tick.coordinate, abs=1e-3)


@given(distributions, st.floats(0.1, 0.4))
def test_minimum_distance_of_ticks(distribution: Distribution, apart: float) -> None:
    normalized = [tick.coordinate for tick in ticks(distribution, apart=apart)]
    assert normalized == sorted(normalized)
    if distribution.cells is None:
        assert min(math.inf, *(b - a for a, b in pairwise(normalized))) > apart - 1e-6


@pytest.mark.parametrize(
    ("distribution", "texts"),
    [
        (LogUniform(low=1e-5, high=1.0), ["1e-5", "0.0001", "0.001", "0.01", "0.1", "1"]),
        (Uniform(low=0.0, high=0.5), ["0", "0.1", "0.2", "0.3", "0.4", "0.5"]),
        (OneMinusLogUniform(low=0.9, high=0.999), ["0.9", "0.97", "0.99", "0.997", "0.999"]),
        (IntUniform(low=1, high=3), ["1", "2", "3"]),
        (IntUniform(low=10, high=50), ["10", "20", "30", "40", "50"]),
        (IntUniform(low=2, high=2), ["2"]),
        (IntLogUniform(low=16, high=256), ["16", "32", "64", "128", "256"]),
        (Choice(values=["adam", None, [64, 64]]), ["adam", "null", "[64, 64]"]),
    ],
)
def test_ticks_are_round(distribution: Distribution, texts: list[str]) -> None:
    assert [tick.text for tick in ticks(distribution)] == texts
