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
    np.testing.assert_allclose(balanced_weights([3, 1, 2]), expected)


def test_an_absent_class_is_named() -> None:
    with pytest.raises(ConfigError, match="no example has class 1, 3"):
        balanced_weights([1, 0, 1, 0])
