"""How much each class counts in a loss."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np

from dlcli.constraints import NonNegativeFloat
from dlcli.errors import ConfigError

#: one weight a class, or "balanced"
ClassWeights: TypeAlias = list[NonNegativeFloat] | Literal["balanced"] | None


def fixed_weights(class_weights: ClassWeights) -> np.ndarray | None:
    """The weights as an array; None when there are none, or when they are still to be computed."""
    return None if class_weights is None or class_weights == "balanced" else np.array(class_weights)


def balanced_weights(labels: np.ndarray, num_classes: int) -> np.ndarray:
    """`N / (K · N_k)`: every class counts the same in the sum (King & Zeng 2001, as in scikit-learn).

    Raises:
        ConfigError: a class has no example.
    """
    counts = np.bincount(labels, minlength=num_classes)
    if not counts.all():
        absent = ", ".join(str(index) for index in np.flatnonzero(counts == 0))
        raise ConfigError(f"class_weights: balanced needs every class in the training set; there is none of {absent}")
    weights: np.ndarray = len(labels) / (num_classes * counts)
    return weights
