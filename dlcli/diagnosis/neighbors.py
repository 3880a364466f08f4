"""Neighboring units of one text, whose errors are alike: how much that widens an interval.

The errors are taken for a first-order autoregressive process: the variance of the mean of N numbers with the
correlation ρ of neighbors is that of N (1 − ρ) / (1 + ρ) independent ones (Box, Jenkins & Reinsel 2015, chapter 2).
"""

from __future__ import annotations

import numpy as np

from dlcli.diagnosis.sampled_errors import Array

#: a sample tells nothing about processes with a longer memory
_LARGEST_CORRELATION = 0.95


def neighbor_correlation(scores: Array) -> float:
    """The correlation of neighbors, from 0 to 0.95, less its bias in small samples.

    The estimate of ρ from N numbers is too small by (1 + 3 ρ) / N (Kendall 1954, Biometrika 41:403).

    Args:
        scores: deviations of the units (N,) from their mean, in order.
    """
    count, total = len(scores), float(scores @ scores)
    if count < 4 or total == 0:
        return 0.0
    found = float(scores[:-1] @ scores[1:]) / total
    return float(np.clip((count * found + 1) / (count - 3), 0.0, _LARGEST_CORRELATION))


def variance_inflation(correlation: float) -> float:
    """By what factor the variance of a mean is larger than that of as many independent numbers."""
    return (1 + correlation) / (1 - correlation)
