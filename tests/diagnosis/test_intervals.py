from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from dlcli.diagnosis.intervals import (
    mean_interval,
    newcombe_interval,
    rate_interval,
    wilson_interval,
)


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_the_interval_of_a_mean_equals_scipy(level: float) -> None:
    values = [0.081, 0.093, 0.087, 0.104]
    found = mean_interval(values, level=level)
    assert (found.low, found.high) == pytest.approx(stats.t.interval(level, 3, np.mean(values), stats.sem(values)))
    assert found.value == pytest.approx(np.mean(values))


def test_a_single_value_has_an_unbounded_interval() -> None:
    found = mean_interval([0.5])
    assert (found.value, found.low, found.high) == (0.5, -math.inf, math.inf)


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
@pytest.mark.parametrize(("errors", "examples"), [(0, 7), (1, 10), (13, 200), (500, 1000), (9, 9)])
def test_wilson_equals_scipy(errors: int, examples: int, level: float) -> None:
    expected = stats.binomtest(errors, examples).proportion_ci(level, method="wilson")
    interval = wilson_interval(errors, examples, level=level)
    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert interval.value == errors / examples


@pytest.mark.parametrize(("rate", "examples"), [(0.02, 360), (0.1, 60), (0.5, 30)])
def test_wilson_has_about_the_nominal_coverage(rate: float, examples: int) -> None:
    """The coverage is exact: the binomial probability of all counts whose interval covers the rate."""
    counts = range(examples + 1)
    coverage = sum(stats.binom.pmf(k, examples, rate) for k in counts if wilson_interval(k, examples).covers(rate))
    assert 0.93 < coverage < 0.98


def test_without_examples_the_interval_is_everything() -> None:
    interval = wilson_interval(0, 0)
    assert math.isnan(interval.value)
    assert (interval.low, interval.high) == (0, 1)
    difference = newcombe_interval(0, 0, 1, 5)
    assert (difference.low, difference.high) == (-1, 1)


@pytest.mark.parametrize("errors", [-1, 6])
def test_impossible_counts_are_an_error(errors: int) -> None:
    with pytest.raises(ValueError, match="to 5"):
        wilson_interval(errors, 5)


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((5, 56, 0, 29), -0.0381, 0.1926),
        ((0, 10, 0, 20), -0.1611, 0.2775),
        ((10, 10, 0, 20), 0.6791, 1.0),
    ],
)
def test_newcombe_equals_the_published_intervals(counts: tuple[int, int, int, int], low: float, high: float) -> None:
    """Newcombe (1998), table II, method 10."""
    interval = newcombe_interval(*counts)
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=5e-5)


def test_newcombe_has_about_the_nominal_coverage() -> None:
    generator = np.random.default_rng(0)
    first, second = generator.binomial(150, 0.12, 1500), generator.binomial(300, 0.05, 1500)
    pairs = zip(first.tolist(), second.tolist(), strict=True)
    coverage = np.mean([newcombe_interval(a, 150, b, 300).covers(0.07) for a, b in pairs])
    assert 0.93 < coverage < 0.97


@pytest.mark.parametrize(("examples", "least"), [(10, 0.926), (15, 0.93), (40, 0.93), (100, 0.93), (1000, 0.93)])
def test_rare_errors_have_the_nominal_coverage(examples: int, least: float) -> None:
    """The coverage is exact; that of Wilson's interval is only 0.84 for 0.17 to 0.18 expected errors."""
    counts = np.arange(min(examples, 60) + 1)
    intervals = [rate_interval(count, examples) for count in counts.tolist()]
    lows, highs = (np.array([getattr(one, bound) for one in intervals]) for bound in ("low", "high"))
    rates = np.linspace(0.1, min(30, examples / 2), 200) / examples
    coverage = [stats.binom.pmf(counts, examples, rate)[(lows <= rate) & (rate <= highs)].sum() for rate in rates]
    assert min(coverage) >= least
    assert 0.95 < np.mean(coverage) < 0.98


def test_frequent_errors_have_wilsons_interval() -> None:
    common, wilson = rate_interval(81, 263), wilson_interval(81, 263)
    assert (common.low, common.high) == (wilson.low, wilson.high)
    none, wilson = rate_interval(0, 50), wilson_interval(0, 50)
    assert (none.low, none.high) == (wilson.low, wilson.high)


@pytest.mark.parametrize(("errors", "examples"), [(1, 10), (3, 400)])
def test_few_errors_have_the_mid_p_bound(errors: int, examples: int) -> None:
    """At the lower bound, the probability of more errors plus half of that of equally many is 2.5 %."""
    found = rate_interval(errors, examples)
    binomial = stats.binom(examples, found.low)
    assert binomial.sf(errors) + binomial.pmf(errors) / 2 == pytest.approx(0.025)
    mirrored = rate_interval(examples - errors, examples)
    assert (mirrored.low, mirrored.high) == pytest.approx((1 - found.high, 1 - found.low))
