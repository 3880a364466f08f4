"""Intervals of paired differences."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.paired_result import PairedResult, signed_rank_interval, walsh_averages

#: of ranks that are told apart, so that the distribution is exact
VALUES = st.lists(st.integers(-(10**6), 10**6), min_size=6, max_size=12, unique=True)


def test_the_estimate_is_the_median_of_the_means_of_all_pairs() -> None:
    assert walsh_averages([1.0, 2.0, 6.0]) == [1.0, 1.5, 2.0, 3.5, 4.0, 6.0]


@pytest.mark.parametrize(("count", "critical"), [(6, 0), (7, 2), (8, 3), (9, 5), (10, 8), (12, 13), (20, 52)])
def test_the_interval_leaves_out_what_the_tables_of_wilcoxon_say(count: int, critical: int) -> None:
    # the critical values of the two-sided test at 5 % (Wilcoxon 1945; in any table of the signed-rank test)
    values = [2.0**power for power in range(count)]
    averages = walsh_averages(values)
    assert signed_rank_interval(values) == (averages[critical], averages[-1 - critical])


@given(values=VALUES, shift=st.integers(-1000, 1000))
def test_the_interval_moves_with_the_values_and_turns_with_their_sign(values: list[int], shift: int) -> None:
    low, high = signed_rank_interval(values)
    assert signed_rank_interval([value + shift for value in values]) == (low + shift, high + shift)
    assert signed_rank_interval([-value for value in values]) == (-high, -low)


def test_the_interval_contains_the_center_as_often_as_it_says() -> None:
    random = np.random.default_rng(0)
    intervals = [signed_rank_interval(random.standard_normal(10).tolist()) for _ in range(2000)]
    share = np.mean([low <= 0 <= high for low, high in intervals])
    assert 0.937 < share < 0.965  # exactly 0.951 for ten values: 1 − 2 · 25/1024; ± 3 standard errors


def test_five_values_say_nothing_at_95_percent() -> None:
    with pytest.raises(ValueError, match="5 values are too few"):
        signed_rank_interval([1, 2, 3, 4, 5])  # even all on one side have the probability 2/32


@pytest.mark.parametrize(
    ("shift", "verdict", "reached"),
    [(-1.0, "better", True), (0.0, "not shown to be better", False), (1.0, "worse", False)],
)
def test_a_way_is_better_where_the_whole_interval_says_so(shift: float, verdict: str, reached: bool) -> None:
    rival = tuple(float(value) for value in range(8))
    ours = tuple(value + shift + 0.01 * (-1) ** number * number for number, value in enumerate(rival))
    result = PairedResult("error", "ours", ours, "theirs", rival)
    assert (result.verdict, result.reached) == (verdict, reached)
    assert result.difference == pytest.approx(shift, abs=0.05)
    assert result.cells()[-1] == verdict
    assert result.to_json()["reached"] is reached
    assert len(result.cells()) == len(PairedResult.headings)
