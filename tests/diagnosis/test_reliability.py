"""Remarks on unreliable intervals."""

from __future__ import annotations

import re

import numpy as np
import pytest

from dlcli.diagnosis import SampledErrors, difference_remarks, interval_remarks
from dlcli.tasks import ErrorMeasure, ErrorRate, MeanAbsoluteError, MeanSquaredError, RootMeanSquaredError

RANDOM = np.random.default_rng(0)
REGRESSION = [MeanSquaredError(), RootMeanSquaredError(), MeanAbsoluteError()]


def clustered(errors: np.ndarray, clusters: int) -> SampledErrors:
    return SampledErrors(errors, None, np.arange(len(errors)) * clusters // len(errors))


@pytest.mark.parametrize(("clusters", "is_unreliable"), [(1, True), (9, True), (10, False), (100, False)])
def test_few_units(clusters: int, is_unreliable: bool) -> None:
    errors = clustered((RANDOM.random(1000) < 0.3).astype(float), clusters)
    other = clustered((RANDOM.random(1000) < 0.3).astype(float), clusters)
    remarks = interval_remarks("train_dev", errors, ErrorRate(), "sentences")
    assert len(remarks) == is_unreliable
    assert difference_remarks("train_dev", errors, other, ErrorRate(), "sentences") == remarks
    assert all("train-dev" in remark for remark in remarks)


@pytest.mark.parametrize("is_rare", [False, True])
def test_few_effective_errors(is_rare: bool) -> None:
    """Whole sentences are wrong, so 4 of 100 sentences with 10 words each are equivalent to 4 independent errors."""
    wrong = np.repeat(np.arange(100) < (4 if is_rare else 40), 10).astype(float)
    errors, none = clustered(wrong, 100), clustered(np.zeros(1000), 100)
    for remarks in (
        interval_remarks("dev", errors, ErrorRate(), "sentences"),
        interval_remarks("dev", clustered(1 - wrong, 100), ErrorRate(), "sentences"),
        difference_remarks("dev", errors, none, ErrorRate(), "sentences"),
    ):
        assert len(remarks) == is_rare
        assert [re.findall(r"to (\S+) ", remark) for remark in remarks] == [["4"]] * is_rare


def test_independent_rates_are_reliable() -> None:
    errors = SampledErrors((np.arange(200) < 2).astype(float))
    assert interval_remarks("dev", errors, ErrorRate(), "examples") == []
    assert difference_remarks("dev", errors, SampledErrors(np.zeros(200)), ErrorRate(), "examples") == []


@pytest.mark.parametrize("measure", REGRESSION)
def test_a_difference_depends_on_the_examples_whose_errors_differ(measure: ErrorMeasure) -> None:
    """Both models make the same error on two outliers.

    They dominate each model's error, but cancel in the difference.
    """
    first, second = (np.abs(RANDOM.standard_normal(300)) for _ in range(2))
    for errors in (first, second):
        errors[:2] = 1000.0
    one, other = SampledErrors(first), SampledErrors(second)
    (remark,) = interval_remarks("dev", one, measure, "examples")
    assert "2 of 300" in remark
    assert difference_remarks("dev", one, other, measure, "examples") == []
    second[:2] = 0.0
    (remark,) = difference_remarks("dev", one, SampledErrors(second), measure, "examples")
    assert "2 of 300" in remark
