"""How often the intervals contain what they are about, in samples whose truth is known.

The slow tests go through sizes and distributions; the fast ones look at a few points of them. A band is what is
claimed, 93 to 98 % where nothing else is said, within 4 standard deviations of the number of samples.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from dlcli.diagnosis import (
    Interval,
    Measure,
    SampledErrors,
    difference_interval,
    error_interval,
    mean_interval,
    paired_difference_interval,
)
from dlcli.diagnosis.intervals import rate_interval

Draw = Callable[[np.random.Generator, int], np.ndarray]

#: distribution of an error → how it is drawn, and its mean
ERRORS: dict[str, tuple[Draw, float]] = {
    "squared normal": (lambda random, n: random.standard_normal(n) ** 2, 1.0),
    "absolute normal": (lambda random, n: np.abs(random.standard_normal(n)), math.sqrt(2 / math.pi)),
    "squared Laplace": (lambda random, n: random.laplace(size=n) ** 2, 2.0),
    "squared t5": (lambda random, n: random.standard_t(5, size=n) ** 2, 5 / 3),
    "lognormal": (lambda random, n: random.lognormal(size=n), math.exp(0.5)),
}


def coverage(truth: float, sampled: Callable[[np.random.Generator], Interval], repeats: int, seed: int = 0) -> float:
    random = np.random.default_rng(seed)
    return float(np.mean([sampled(random).covers(truth) for _ in range(repeats)]))


def within(found: float, repeats: int, low: float = 0.93, high: float = 0.98) -> bool:
    """Whether a coverage that was found in so many samples is compatible with one from `low` to `high`."""
    below, above = (4 * math.sqrt(bound * (1 - bound) / repeats) for bound in (low, high))
    return low - below <= found <= high + above


def mean_coverage(name: str, size: int, repeats: int) -> float:
    draw, mean = ERRORS[name]
    return coverage(mean, lambda random: error_interval(draw(random, size), Measure.MEAN_SQUARED), repeats)


def clusters(random: np.random.Generator, count: int, kind: str, rate: float, correlation: float) -> SampledErrors:
    """Errors of the words of sentences: beta-binomial, with sentences of one length or of very different ones."""
    lengths = np.full(count, 20) if kind == "equal" else np.maximum(1, random.lognormal(2.5, 1.0, count)).astype(int)
    spread = (1 - correlation) / correlation
    rates = random.beta(rate * spread, (1 - rate) * spread, count)
    units = np.repeat(np.arange(count), lengths)
    return SampledErrors((random.random(len(units)) < rates[units]).astype(float), None, units)


def token_coverage(count: int, kind: str, rate: float, correlation: float, repeats: int) -> float:
    def sampled(random: np.random.Generator) -> Interval:
        return error_interval(clusters(random, count, kind, rate, correlation), Measure.ERROR_RATE)

    return coverage(rate, sampled, repeats)


@pytest.mark.parametrize(
    ("name", "size", "low"),
    [("squared normal", 30, 0.92), ("squared Laplace", 100, 0.89), ("absolute normal", 50, 0.92)],
)
def test_means_of_errors(name: str, size: int, low: float) -> None:
    assert low <= mean_coverage(name, size, 300) <= 0.99


@pytest.mark.parametrize(("count", "kind"), [(20, "equal"), (50, "unequal")])
def test_token_errors(count: int, kind: str) -> None:
    assert 0.9 <= token_coverage(count, kind, 0.1, 0.2, 400) <= 0.99


def test_token_errors_of_independent_words_are_too_certain() -> None:
    """What the sampling units are for: without them a 95 % interval contains the rate in 70 % of the samples."""

    def sampled(random: np.random.Generator) -> Interval:
        return error_interval(clusters(random, 50, "equal", 0.1, 0.2).sums, Measure.ERROR_RATE)

    assert coverage(0.1, sampled, 300) < 0.8


def paired_clusters(random: np.random.Generator, count: int) -> tuple[SampledErrors, SampledErrors]:
    """Two models on the same words, both wrong with the probability 0.1 that varies from sentence to sentence."""
    first = clusters(random, count, "unequal", 0.1, 0.2)
    rates = random.beta(0.4, 3.6, count)
    assert first.units is not None
    own = (random.random(len(first)) < rates[first.units]).astype(float)
    shared = random.random(len(first)) < 0.5
    return first, SampledErrors(np.where(shared, first.sums, own), None, first.units)


def test_paired_token_errors() -> None:
    def sampled(random: np.random.Generator) -> Interval:
        return paired_difference_interval(*paired_clusters(random, 60), Measure.ERROR_RATE)

    assert 0.91 <= coverage(0.0, sampled, 400) <= 0.99


@pytest.mark.slow
@pytest.mark.parametrize("size", [10, 30, 100, 300, 1000, 10_000])
@pytest.mark.parametrize("name", ERRORS)
def test_means_of_errors_by_size(name: str, size: int) -> None:
    """Ten examples reach 92 %, and are remarked on."""
    repeats = 500 if size < 1000 else 150
    assert within(mean_coverage(name, size, repeats), repeats, 0.92 if size == 10 else 0.93)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["equal", "unequal"])
@pytest.mark.parametrize("count", [20, 50, 200, 500])
@pytest.mark.parametrize(("rate", "correlation"), [(0.1, 0.2), (0.03, 0.1), (0.3, 0.5)])
def test_token_errors_by_number_of_sentences(rate: float, correlation: float, count: int, kind: str) -> None:
    """With fewer errors than what 10 independent ones are worth, 89 % are reached, and remarked on."""
    repeats, effective_errors = 500, 20 * rate * count / (1 + 19 * correlation)
    low = 0.89 if effective_errors < 10 else 0.92
    assert within(token_coverage(count, kind, rate, correlation, repeats), repeats, low)


@pytest.mark.slow
@pytest.mark.parametrize("count", [20, 60, 300])
def test_paired_token_errors_by_number_of_sentences(count: int) -> None:
    def sampled(random: np.random.Generator) -> Interval:
        return paired_difference_interval(*paired_clusters(random, count), Measure.ERROR_RATE)

    assert within(coverage(0.0, sampled, 500), 500)


@pytest.mark.slow
@pytest.mark.parametrize("size", [10, 30, 100, 1000])
@pytest.mark.parametrize("measure", [Measure.MEAN_SQUARED, Measure.ROOT_MEAN_SQUARED, Measure.MEAN_ABSOLUTE])
def test_differences_of_regressions(measure: Measure, size: int) -> None:
    """Two equally good models whose residuals have the correlation 0.7, on the same examples and on others."""

    def errors(residuals: np.ndarray) -> np.ndarray:
        return np.abs(residuals) if measure is Measure.MEAN_ABSOLUTE else residuals**2

    def paired(random: np.random.Generator) -> Interval:
        first, second, shared = random.standard_normal((3, size))
        one, other = (math.sqrt(0.3) * own + math.sqrt(0.7) * shared for own in (first, second))
        return paired_difference_interval(errors(one), errors(other), measure)

    def independent(random: np.random.Generator) -> Interval:
        return difference_interval(
            errors(random.standard_normal(size)), errors(random.standard_normal(4 * size)), measure
        )

    repeats = 300 if size < 1000 else 150
    assert within(coverage(0.0, paired, repeats), repeats, high=0.99)
    assert within(coverage(0.0, independent, repeats), repeats, high=0.99)


@pytest.mark.slow
@pytest.mark.parametrize("size", [10, 30, 100, 1000, 10_000])
@pytest.mark.parametrize("rate", [0.01, 0.1, 0.4])
def test_rates(rate: float, size: int) -> None:
    """Rates are drawn around the given one; the coverage at a single rate jumps with it."""
    random = np.random.default_rng(0)
    held, differences, pairs = [], [], []
    for _ in range(800):
        one = rate * random.uniform(0.7, 1.3)
        errors = int(random.binomial(size, one))
        held.append(rate_interval(errors, size).covers(one))
        first, second = ((random.random(n) < one).astype(float) for n in (size, 2 * size))
        differences.append(difference_interval(first, second, Measure.ERROR_RATE).covers(0))
        other = np.where(random.random(size) < 0.6, first, random.random(size) < one)
        pairs.append(paired_difference_interval(first, other, Measure.ERROR_RATE).covers(0))
    assert all(within(float(np.mean(found)), 800, high=1.0) for found in (held, differences, pairs))


@pytest.mark.slow
@pytest.mark.parametrize("seeds", [2, 3, 5, 10])
def test_means_of_seeds(seeds: int) -> None:
    found = coverage(0.0, lambda random: mean_interval(random.standard_normal(seeds).tolist()), 3000)
    assert 0.935 <= found <= 0.965
