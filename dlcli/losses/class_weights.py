"""How much each class counts in a loss."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np

from dlcli.constraints import NonNegativeFloat
from dlcli.errors import ConfigError

#: one weight a class, or "balanced"
ClassWeights: TypeAlias = list[NonNegativeFloat] | Literal["balanced"] | None


def fixed_weights(class_weights: ClassWeights) -> np.ndarray | None:
    """The weights as an array; None when there are none, or when they are still to be computed."""
    return None if class_weights is None or class_weights == "balanced" else np.array(class_weights, np.float64)


def balanced_weights(class_counts: Sequence[int]) -> np.ndarray:
    """`N / (K · N_k)`: every class counts the same in the sum (King & Zeng 2001, as in scikit-learn).

    Args:
        class_counts: how many examples each class has in the training set.

    Raises:
        ConfigError: a class has none.
    """
    counts = np.asarray(class_counts)
    if not counts.all():
        absent = ", ".join(str(index) for index in np.flatnonzero(counts == 0))
        raise ConfigError(
            f'class_weights: "balanced" needs every class in the training set; no example has class {absent}'
        )
    weights: np.ndarray = counts.sum() / (len(counts) * counts)
    return weights


def require_length(weights: np.ndarray, num_classes: int) -> None:
    """Raise a ConfigError unless there is one weight for each class."""
    if len(weights) != num_classes:
        raise ConfigError(f"class_weights has {len(weights)} numbers for {num_classes} classes")
