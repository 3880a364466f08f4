"""Weights that make rare classes count as much as common ones."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli.errors import ConfigError
from dlcli.losses.class_weights import balanced_weights


def test_the_same_as_scikit_learns() -> None:
    from sklearn.utils.class_weight import compute_class_weight

    labels = np.array([0, 0, 0, 1, 2, 2])
    expected = compute_class_weight("balanced", classes=np.arange(3), y=labels)
    np.testing.assert_allclose(balanced_weights(labels, 3), expected)


def test_a_column_of_floats_is_taken_for_labels() -> None:
    np.testing.assert_allclose(balanced_weights(np.array([[0.0], [1.0], [1.0], [1.0]]), 2), [2, 2 / 3])


def test_an_absent_class_is_named() -> None:
    with pytest.raises(ConfigError, match="no example has class 1, 3"):
        balanced_weights(np.array([0, 2]), 4)
