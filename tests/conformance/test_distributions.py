"""Properties of every distribution: `normalize` inverts `value`, both are monotonic, and both bounds are reached."""

from __future__ import annotations

import math
import pickle
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dlcli.search  # noqa: F401  # fills the registry
from dlcli.core import registry
from dlcli.search import (
    Choice,
    Distribution,
    IntLogUniform,
    IntUniform,
    LogUniform,
    OneMinusLogUniform,
    Uniform,
)
from dlcli.search.distributions import LARGEST_INTEGER

UNITS = st.floats(0, 1)


@st.composite
def uniforms(draw: st.DrawFn) -> Uniform:
    low = draw(st.floats(-1e6, 1e6))
    return Uniform(low=low, high=low + draw(st.floats(1e-2, 1e6)))


@st.composite
def log_uniforms(draw: st.DrawFn) -> LogUniform:
    low = 10 ** draw(st.floats(-12, 6))
    return LogUniform(low=low, high=low * 10 ** draw(st.floats(0.01, 12)))


@st.composite
def one_minus_log_uniforms(draw: st.DrawFn) -> OneMinusLogUniform:
    farther = draw(st.floats(0.01, 5))
    nearer = farther + draw(st.floats(0.01, 2))
    return OneMinusLogUniform(low=1 - 10**-farther, high=1 - 10**-nearer)


@st.composite
def int_uniforms(draw: st.DrawFn, most: int = 2 * LARGEST_INTEGER) -> IntUniform:
    low = draw(st.integers(-LARGEST_INTEGER, LARGEST_INTEGER))
    return IntUniform(low=low, high=draw(st.integers(low, min(low + most - 1, LARGEST_INTEGER))))


@st.composite
def int_log_uniforms(draw: st.DrawFn) -> IntLogUniform:
    low = draw(st.integers(1, 1000))
    return IntLogUniform(low=low, high=draw(st.integers(low, low + 100) | st.integers(low, LARGEST_INTEGER)))


def choices() -> st.SearchStrategy[Choice]:
    texts = st.sampled_from(["adam", "momentum", "same", "valid"])
    plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
    values = plain | st.lists(plain, max_size=3) | st.dictionaries(texts, plain, max_size=3)
    return st.lists(values, min_size=1, max_size=60, unique_by=repr).map(lambda some: Choice(values=some))


INSTANCES: dict[str, st.SearchStrategy[Any]] = {
    "uniform": uniforms(),
    "log_uniform": log_uniforms(),
    "one_minus_log_uniform": one_minus_log_uniforms(),
    "int_uniform": int_uniforms(),
    "int_log_uniform": int_log_uniforms(),
    "choice": choices(),
}
EVERY = st.one_of(*INSTANCES.values())


def test_every_registered_distribution_is_tested() -> None:
    assert sorted(INSTANCES) == registry.names("distribution")


@settings(deadline=None)
@given(EVERY, UNITS)
def test_normalize_inverts_value(distribution: Distribution, coordinate: float) -> None:
    back = distribution.normalize(distribution.value(coordinate))
    assert 0 <= back <= 1
    if distribution.cells is None:
        assert back == pytest.approx(coordinate, abs=1e-6)  # precision 1e-16 near 1, ranges down to 1e-2


@settings(deadline=None)
@given(EVERY, UNITS)
def test_value_inverts_normalize(distribution: Distribution, coordinate: float) -> None:
    value = distribution.value(coordinate)
    back = distribution.value(distribution.normalize(value))
    assert type(back) is type(value)
    assert back == (value if distribution.cells else pytest.approx(value, rel=1e-9, abs=1e-9))


@settings(deadline=None)
@given(EVERY.filter(lambda one: one.is_ordered), UNITS, UNITS)
def test_values_are_monotonic(distribution: Distribution, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert distribution.value(low) <= distribution.value(high)


@settings(deadline=None)
@given(EVERY)
def test_both_bounds_are_reached(distribution: Distribution) -> None:
    bounds = distribution.bounds()
    assert (distribution.value(0.0), distribution.value(1.0)) == (bounds[0], bounds[-1])
    if distribution.is_ordered:
        assert bounds == (distribution.low, distribution.high)  # type: ignore[attr-defined]


@settings(deadline=None)
@given(int_uniforms(most=10_000) | choices(), st.data())
def test_cells_are_equally_wide(distribution: Distribution, data: st.DataObject) -> None:
    cells = distribution.cells
    assert cells is not None
    cell = data.draw(st.integers(0, cells - 1))
    value = distribution.value((cell + 0.5) / cells)
    assert distribution.value((cell + 1e-3) / cells) == value
    assert distribution.value((cell + 1 - 1e-3) / cells) == value
    assert distribution.normalize(value) == pytest.approx((cell + 0.5) / cells, abs=1e-3 / cells)


@settings(deadline=None)
@given(INSTANCES["int_log_uniform"], UNITS)
def test_logarithmic_cells_extend_halfway_to_the_next_integers(distribution: IntLogUniform, coordinate: float) -> None:
    value = distribution.value(coordinate)
    start, end = math.log(distribution.low - 0.5), math.log(distribution.high + 0.5)
    inside = [(math.log(value + off) - start) / (end - start) for off in (-0.49, 0.49)]
    assert [distribution.value(min(max(one, 0.0), 1.0)) for one in inside] == [value, value]
    assert inside[0] <= distribution.normalize(value) <= inside[1]


@pytest.mark.parametrize("name", sorted(INSTANCES))
def test_pickling(name: str) -> None:
    options = {"values": [1, "a"]} if name == "choice" else {"low": 0.5, "high": 0.9}
    if name.startswith("int"):
        options = {"low": 1, "high": 9}
    instance = registry.lookup("distribution", name)(**options)
    again = pickle.loads(pickle.dumps(instance))
    assert again == instance
    assert again.value(0.3) == instance.value(0.3)


def test_small_integers_have_log_uniform_probabilities() -> None:
    distribution = IntLogUniform(low=1, high=4)  # cells 0.5 … 1.5 … 2.5 … 3.5 … 4.5
    counts = Counter(distribution.value((number + 0.5) / 10_000) for number in range(10_000))
    whole = math.log(4.5 / 0.5)
    shares = {value: 10_000 * math.log((value + 0.5) / (value - 0.5)) / whole for value in range(1, 5)}
    assert counts == pytest.approx(shares, abs=1.5)
