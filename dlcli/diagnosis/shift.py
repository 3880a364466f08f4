"""Tests for a shift: whether the targets of two splits come from the same distribution.

Classes are compared by Pearson's chi-square statistic, and values by the two-sample Kolmogorov-Smirnov statistic. Their
distribution without a shift is that of the statistic after the sampling units have been assigned to the two splits at
random (a permutation test; Good 2005, *Permutation, Parametric and Bootstrap Tests of Hypotheses*). So the level is
exact for few units, for rare classes and for heavy tails, and the words of a sentence do not count as independent. With
several targets, the largest statistic is compared with the largest of each permutation (Westfall & Young 1993), which
is at least as powerful as Holm's correction.

Texts are compared by their nats per token under the token frequencies of the training set, with the interval of the
difference, since neighboring stretches of a text are not exchangeable.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dlcli.core import formatting, rng
from dlcli.data import TextSizes
from dlcli.diagnosis.error_intervals import difference_interval
from dlcli.diagnosis.sampled_errors import Array, SampledErrors
from dlcli.diagnosis.training_result import SplitOutcome
from dlcli.tasks import NatsPerToken

#: Level of the tests.
LEVEL = 0.001
#: Numbers of permutations of each round. A shift is larger than in all of them: p ≤ 1 / 2,001. Without a shift, one of
#: the first few is usually larger, which ends the test.
_ROUNDS = (50, 450, 1_500)
#: Number of units of both splits above which they are merged at random into groups of equal size.
_MOST_UNITS = 2_000
#: Ratio of the numbers of units from which units of the larger split are left out: they would hardly add power.
_LARGEST_RATIO = 10
#: Number of values at which two distributions are compared.
_NUM_POINTS = 100
#: Maximum number of decimals of a percentage.
_MOST_DECIMALS = 3


@dataclass(frozen=True)
class _Table:
    """Counts of one target in two splits, which a permutation test compares.

    Args:
        codes: Class or bin of each row of both splits (N + M,), the first split first.
        num_codes: Number K of classes or bins.
        is_ordered: Whether the codes are ordered, so that their cumulative shares are compared.
    """

    codes: Array
    num_codes: int
    is_ordered: bool

    def of_units(self, units: Array, num_units: int) -> Array:
        """Count the codes of each unit (U, K).

        Args:
            units: Unit of each row (N + M,).
            num_units: Number U of units.
        """
        cells = np.bincount(units * self.num_codes + self.codes, minlength=num_units * self.num_codes)
        counts: Array = cells.reshape(num_units, self.num_codes).astype(np.float64)
        return counts

    def terms(self, first: Array, second: Array) -> Array:
        """Compute the terms (…, K) of the statistic from the counts (…, K) of two splits."""
        terms: Array
        n, m = first.sum(axis=-1, keepdims=True), second.sum(axis=-1, keepdims=True)
        differences = first / n - second / m
        if self.is_ordered:
            terms = np.abs(np.cumsum(differences, axis=-1)) * np.sqrt(n * m / (n + m))
            return terms
        expected = (first + second) / (n + m)
        squares = np.divide(differences**2, expected, out=np.zeros_like(differences), where=expected > 0)
        terms = squares * (n * m / (n + m))
        return terms

    def statistic(self, first: Array, second: Array) -> Array:
        """Compute the Kolmogorov-Smirnov or the chi-square statistic (…) from the counts (…, K) of two splits."""
        terms = self.terms(first, second)
        statistic: Array = terms.max(axis=-1) if self.is_ordered else terms.sum(axis=-1)
        return statistic


def target_shift(
    first: SplitOutcome, second: SplitOutcome, *, class_names: Sequence[str], target_names: Sequence[str]
) -> str:
    """Compare the targets of two splits.

    Args:
        first: Targets of one split.
        second: Targets of the other split.
        class_names: Names of the classes in the order of their indices; empty if no classes are predicted.
        target_names: Names of the predicted values; empty if they have no names.

    Returns:
        The difference as a clause, such as "the share of class yes is 31 % in dev and 12 % in test"; empty if no shift
        is found.
    """
    if isinstance(first.truth, TextSizes) and isinstance(second.truth, TextSizes):
        return _text_shift(first, first.truth, second, second.truth)
    class_views = [one.predictions.class_view(one.truth) for one in (first, second)]
    classes = [view.truth for view in class_views if view is not None]
    if classes:
        return _class_shift(first, second, np.concatenate(classes).astype(np.int64), class_names)
    value_views = [one.predictions.value_view(one.truth) for one in (first, second)]
    values = [view.truth.astype(np.float64).reshape(len(view.truth), -1) for view in value_views if view is not None]
    return _value_shift(first, second, np.concatenate(values), target_names) if values else ""


def _class_shift(first: SplitOutcome, second: SplitOutcome, classes: Array, names: Sequence[str]) -> str:
    table = _Table(classes, int(classes.max()) + 1, is_ordered=False)
    if not _is_shifted([table], first, second):
        return ""
    counts = _split_counts(table, len(first))
    label = int(table.terms(*counts).argmax())
    name = names[label] if label < len(names) else str(label)
    shares = (float(count[label] / count.sum()) for count in counts)
    return f"the share of class {name} is {_percentages(first, second, *shares)}"


def _value_shift(first: SplitOutcome, second: SplitOutcome, values: Array, names: Sequence[str]) -> str:
    points = [_points(column) for column in values.T]
    tables = [
        _Table(np.searchsorted(limits, column), len(limits) + 1, is_ordered=True)
        for limits, column in zip(points, values.T, strict=True)
    ]
    if not _is_shifted(tables, first, second):
        return ""
    counts = [_split_counts(table, len(first)) for table in tables]
    target = int(np.argmax([table.statistic(*of_splits) for table, of_splits in zip(tables, counts, strict=True)]))
    point = int(tables[target].terms(*counts[target])[:-1].argmax())
    shares = (float(count[: point + 1].sum() / count.sum()) for count in counts[target])
    name = names[target] if len(names) == len(tables) else "value" if len(tables) == 1 else f"value_{target}"
    limit = formatting.number(float(points[target][point]))
    return f"the share of examples with {name} ≤ {limit} is {_percentages(first, second, *shares)}"


def _text_shift(first: SplitOutcome, sizes: TextSizes, second: SplitOutcome, other_sizes: TextSizes) -> str:
    if "train" in (first.split, second.split):
        return ""  # the frequencies come from the training set, which they fit better than any other text
    one, other = _frequency_nats(first, sizes), _frequency_nats(second, other_sizes)
    if difference_interval(one, other, NatsPerToken(), level=1 - LEVEL).covers(0):
        return ""
    nats = (f"{formatting.number(nats.mean)} in {_title(split)}" for nats, split in ((one, first), (other, second)))
    return f"by the token frequencies of the training set, the nats per token are {' and '.join(nats)}"


def _frequency_nats(outcome: SplitOutcome, sizes: TextSizes) -> SampledErrors:
    return SampledErrors(sizes.unigram_nats, sizes.tokens.astype(np.float64), outcome.units, outcome.in_order)


def _points(values: Array) -> Array:
    """Return the values at which distributions are compared: quantiles of both splits together, without the largest."""
    quantiles = np.linspace(0, 1, _NUM_POINTS + 2)[1:-1]
    points: Array = np.unique(np.quantile(values, quantiles, method="inverted_cdf"))
    return points


def _split_counts(table: _Table, size: int) -> tuple[Array, Array]:
    """Count the codes (K,) of each split, the first of which has `size` rows."""
    counts = table.of_units((np.arange(len(table.codes)) >= size).astype(np.int64), 2)
    return counts[0], counts[1]


def _is_shifted(tables: Sequence[_Table], first: SplitOutcome, second: SplitOutcome) -> bool:
    """Return whether the largest statistic of several targets is larger than in every permutation of the units."""
    generator = rng.generator(0, "permutation")  # the same for every test, so that a report is reproducible
    groups, is_first = _groups(first, second, generator)
    used = groups >= 0
    counts = [
        _Table(table.codes[used], table.num_codes, table.is_ordered).of_units(groups[used], len(is_first))
        for table in tables
    ]  # (U, K) each
    observed = _largest_statistics(tables, counts, is_first[None])
    for permutations in _ROUNDS:
        assignments = generator.permuted(np.tile(is_first, (permutations, 1)), axis=1)
        # Ties count against a shift, and rounding must not hide them.
        if np.any(_largest_statistics(tables, counts, assignments) >= observed * (1 - 1e-9)):
            return False
    return True


def _largest_statistics(tables: Sequence[_Table], counts: Sequence[Array], is_first: Array) -> Array:
    """Compute the largest statistic of the targets for each of B assignments (B,).

    Args:
        tables: Targets.
        counts: Counts of each target (U, K) by unit.
        is_first: Whether each unit belongs to the first split (B, U).
    """
    weights = is_first.astype(np.float64)
    statistics = []
    for table, of_units in zip(tables, counts, strict=True):
        of_first = weights @ of_units  # (B, K); exact, since counts are integers
        statistics.append(table.statistic(of_first, of_units.sum(axis=0) - of_first))
    largest: Array = np.max(statistics, axis=0)
    return largest


def _groups(first: SplitOutcome, second: SplitOutcome, generator: np.random.Generator) -> tuple[Array, Array]:
    """Merge the sampling units of two splits at random into groups of equally many units of the same split.

    Returns:
        Group of each row (N + M,), −1 for the rows of units that are left out, and whether each group is of the first
        split (U,).
    """
    units = [_unit_numbers(outcome) for outcome in (first, second)]
    counts = [int(numbers.max()) + 1 for numbers in units]
    most = _LARGEST_RATIO * min(counts)
    share = max(1, -(-sum(min(count, most) for count in counts) // _MOST_UNITS))
    sizes = [min(count, most) // share for count in counts]
    group_of_rows = []
    for numbers, count, size, offset in zip(units, counts, sizes, (0, sizes[0]), strict=True):
        group_of_unit = np.full(count, -1)
        group_of_unit[generator.permutation(count)[: size * share]] = offset + np.arange(size * share) // share
        group_of_rows.append(group_of_unit[numbers])
    return np.concatenate(group_of_rows), np.repeat([True, False], sizes)


def _unit_numbers(outcome: SplitOutcome) -> Array:
    """Return the sampling unit of each row (N,) as a number from 0."""
    if outcome.units is None:
        return np.arange(len(outcome))
    numbers: Array = np.unique(outcome.units, return_inverse=True)[1]
    return numbers


def _percentages(first: SplitOutcome, second: SplitOutcome, share: float, other: float) -> str:
    """Format two shares with as many decimals as tell them apart: `31 % in dev and 12 % in test`."""
    texts = ("", "")
    for decimals in range(_MOST_DECIMALS + 1):
        texts = (formatting.percent(share, decimals), formatting.percent(other, decimals))
        if texts[0] != texts[1]:
            break
    return f"{texts[0]} % in {_title(first)} and {texts[1]} % in {_title(second)}"


def _title(outcome: SplitOutcome) -> str:
    return outcome.split.replace("_", "-")
