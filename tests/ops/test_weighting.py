"""Factors of a weighted mean."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcli.autograd import Tensor
from dlcli.ops.weighting import cleared_where_zero, mean_scale, observed, observed_targets


@given(st.integers(1, 6), st.integers(1, 4), st.booleans(), st.booleans())
def test_the_factors_of_a_mean_sum_to_one(rows: int, columns: int, weighted: bool, per_element: bool) -> None:
    generator = np.random.default_rng(0)
    shape = (rows, columns)
    weights = 0.1 + generator.random(rows) if weighted else None
    element_weights = 0.1 + generator.random(shape) if per_element else None
    scale = mean_scale(shape, np.dtype(np.float64), weights, element_weights)
    assert np.broadcast_to(scale, shape).sum() == pytest.approx(1)


def test_the_dtype_is_kept() -> None:
    assert mean_scale((3,), np.dtype(np.float32), np.ones(3)).dtype == np.float32
    assert mean_scale((3,), np.dtype(np.float32)).dtype == np.float32


def test_what_has_no_weight_is_replaced_by_zero_and_gets_no_gradient() -> None:
    weights = np.array([1.0, 0.0, 0.5])
    outputs = Tensor(np.array([[1.0, 2.0], [np.nan, np.inf], [3.0, 4.0]]), requires_grad=True)
    clean, targets = observed(outputs, np.array([2, -7, 1]), weights)
    np.testing.assert_array_equal(clean.data, [[1, 2], [0, 0], [3, 4]])
    np.testing.assert_array_equal(targets, [2, 0, 1])
    clean.backward(np.ones((3, 2)))
    np.testing.assert_array_equal(outputs.grad, [[1, 1], [0, 0], [1, 1]])


@pytest.mark.parametrize("weights", [None, np.array([1.0, 0.1])])
def test_what_has_a_weight_is_not_copied(weights: np.ndarray | None) -> None:
    outputs, targets = Tensor(np.ones((2, 3))), np.array([0, 2])
    assert observed(outputs, targets, weights) == (outputs, targets)
    assert observed_targets(targets, weights) is targets
    assert cleared_where_zero(targets, np.asarray(0.0)) is targets


def test_steps_of_sequences_are_replaced() -> None:
    weights = np.array([[True, False], [True, True]])
    targets = np.array([[1, 99], [2, 3]])
    np.testing.assert_array_equal(observed_targets(targets, weights), [[1, 0], [2, 3]])
    clean, _ = observed(Tensor(np.full((2, 2, 3), np.nan)), targets, weights)
    assert np.isnan(clean.data).all(axis=2).tolist() == weights.tolist()
