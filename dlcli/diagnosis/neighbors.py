"""Correlation of neighboring units of one text, and its effect on the width of an interval.

The errors are modeled as a first-order autoregressive process: the variance of the mean of N values whose neighbors
have the correlation ρ is that of N (1 − ρ) / (1 + ρ) independent values (Box, Jenkins & Reinsel 2015, chapter 2).
"""

from __future__ import annotations

import numpy as np

from dlcli.diagnosis.sampled_errors import Array

#: Upper limit of the estimated correlation: processes with a longer memory cannot be estimated from one sample.
_LARGEST_CORRELATION = 0.95


def neighbor_correlation(scores: Array) -> float:
    """Estimate the correlation of neighbors, from 0 to 0.95, corrected for its bias in small samples.

    The estimate of ρ from N values is too small by (1 + 3 ρ) / N (Kendall 1954, Biometrika 41:403).

    Args:
        scores: Deviations of the units (N,) from their mean, in order.
    """
    count, total = len(scores), float(scores @ scores)
    if count < 4 or total == 0:
        return 0.0
    estimate = float(scores[:-1] @ scores[1:]) / total
    return float(np.clip((count * estimate + 1) / (count - 3), 0.0, _LARGEST_CORRELATION))


def variance_inflation(correlation: float) -> float:
    """Compute the variance of a mean relative to that of the same number of independent values."""
    return (1 + correlation) / (1 - correlation)
