from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from dlcli.diagnosis.intervals import (
    Interval,
    bootstrap_interval,
    mean_interval,
    newcombe_interval,
    paired_bootstrap_interval,
    wilson_interval,
)


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_the_interval_of_a_mean_equals_scipy(level: float) -> None:
    values = [0.081, 0.093, 0.087, 0.104]
    found = mean_interval(values, level=level)
    assert (found.low, found.high) == pytest.approx(stats.t.interval(level, 3, np.mean(values), stats.sem(values)))
    assert found.value == pytest.approx(np.mean(values))


def test_a_single_number_says_nothing_about_its_spread() -> None:
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
def test_wilson_covers_about_as_often_as_it_says(rate: float, examples: int) -> None:
    """Coverage is exact here: the binomial probability of every count whose interval covers the rate."""
    counts = range(examples + 1)
    coverage = sum(stats.binom.pmf(k, examples, rate) for k in counts if wilson_interval(k, examples).covers(rate))
    assert 0.93 < coverage < 0.98


def test_no_examples_tell_nothing() -> None:
    interval = wilson_interval(0, 0)
    assert math.isnan(interval.value)
    assert (interval.low, interval.high) == (0, 1)
    difference = newcombe_interval(0, 0, 1, 5)
    assert (difference.low, difference.high) == (-1, 1)


@pytest.mark.parametrize("errors", [-1, 6])
def test_impossible_counts_are_refused(errors: int) -> None:
    with pytest.raises(ValueError, match="among 5 examples"):
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


def test_newcombe_covers_about_as_often_as_it_says() -> None:
    generator = np.random.default_rng(0)
    first, second = generator.binomial(150, 0.12, 1500), generator.binomial(300, 0.05, 1500)
    pairs = zip(first.tolist(), second.tolist(), strict=True)
    coverage = np.mean([newcombe_interval(a, 150, b, 300).covers(0.07) for a, b in pairs])
    assert 0.93 < coverage < 0.97


@pytest.mark.parametrize("method", ["percentile", "BCa"])
def test_bootstrap_equals_scipy_up_to_resampling_noise(method: str) -> None:
    sample = np.random.default_rng(1).exponential(size=80)  # skewed, so that BCa differs from the percentiles
    ours = bootstrap_interval([sample], np.mean, generator=np.random.default_rng(2), num_resamples=8000, method=method)  # type: ignore[arg-type]
    theirs = stats.bootstrap(
        (sample,), np.mean, n_resamples=8000, method=method, rng=np.random.default_rng(3)
    ).confidence_interval
    spread = theirs.high - theirs.low
    assert ours.low == pytest.approx(theirs.low, abs=0.04 * spread)
    assert ours.high == pytest.approx(theirs.high, abs=0.04 * spread)
    assert ours.method == f"bootstrap, {method}"


def test_bootstrap_of_a_difference_equals_scipy_up_to_resampling_noise() -> None:
    generator = np.random.default_rng(4)
    samples = [generator.exponential(size=60), generator.exponential(scale=0.5, size=90)]

    def difference(first: np.ndarray, second: np.ndarray, axis: int = -1) -> np.ndarray:
        return np.mean(first, axis=axis) - np.mean(second, axis=axis)

    ours = bootstrap_interval(samples, difference, generator=np.random.default_rng(5), num_resamples=8000)
    theirs = stats.bootstrap(samples, difference, n_resamples=8000, rng=np.random.default_rng(6)).confidence_interval
    spread = theirs.high - theirs.low
    assert ours.low == pytest.approx(theirs.low, abs=0.04 * spread)
    assert ours.high == pytest.approx(theirs.high, abs=0.04 * spread)


def test_bootstrap_covers_about_as_often_as_it_says() -> None:
    """Half squared normal errors: the mean squared error is 1, the distribution of its estimate skewed."""
    generator = np.random.default_rng(7)
    covered = [
        bootstrap_interval(
            [generator.standard_normal(60) ** 2], np.mean, generator=generator, num_resamples=300
        ).covers(1)
        for _ in range(150)
    ]
    assert np.mean(covered) > 0.87  # 0.95 − 4 standard deviations of 150 trials, less the small sample's shortfall


def test_pairing_narrows_the_interval() -> None:
    generator = np.random.default_rng(8)
    difficulty = generator.exponential(size=200)
    first, second = difficulty + 0.1, difficulty + generator.normal(scale=0.05, size=200)
    paired = paired_bootstrap_interval(first, second, generator=generator)
    independent = bootstrap_interval([first, second], lambda a, b: float(a.mean() - b.mean()), generator=generator)
    assert paired.value == pytest.approx(independent.value)
    assert not paired.covers(0)
    assert independent.covers(0)


def test_bootstrap_is_a_function_of_its_generator() -> None:
    sample = np.arange(30.0)
    first, second = (bootstrap_interval([sample], np.median, generator=np.random.default_rng(9)) for _ in range(2))
    assert first == second


def test_constant_sample_has_an_interval_of_one_point() -> None:
    interval = bootstrap_interval([np.full(10, 2.0)], np.mean, generator=np.random.default_rng(0))
    assert interval == Interval(2.0, 2.0, 2.0, 0.95, "bootstrap, BCa")


def test_large_samples_are_jackknifed_in_groups() -> None:
    sample = np.random.default_rng(10).exponential(size=2000)
    calls = 0

    def counted_mean(values: np.ndarray) -> float:
        nonlocal calls
        calls += 1
        return float(values.mean())

    interval = bootstrap_interval([sample], counted_mean, generator=np.random.default_rng(0), num_resamples=200)
    assert calls == 1 + 200 + 500
    assert interval.covers(1)
