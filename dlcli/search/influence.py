"""Permutation test of which parameters have a significant influence on the cost.

Parameters are selected forward: each step selects the parameter that explains most of the residuals, provided that it
explains more than the best of all remaining parameters does in 95 % of the permutations of the residuals (Freedman &
Lane 1983). The statistic is the maximum over parameters, so the level is familywise. The effects of strong parameters
are removed first, so they do not mask weak ones. If no parameter matters, the first step is an exact test.

An ordered parameter is modeled by a cubic polynomial of its coordinate, an unordered one by indicators of its values.
Both the costs and their ranks are tested: raw costs alone would let a few diverged trials mask all else, ranks alone
would ignore the size of a few large effects.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

#: Significance level of the test.
LEVEL = 0.05
PERMUTATIONS = 299
#: Degree of the polynomial of an ordered parameter.
DEGREE = 3


def basis_functions(normalized: np.ndarray, num_values: int | None) -> np.ndarray:
    """Return basis functions of the coordinate of a parameter `(N, B)`; their span contains the constants.

    Args:
        normalized: Coordinate of each configuration `(N,)` in [0, 1]; NaN where the parameter is inactive.
        num_values: Number of values of an unordered parameter; None for an ordered one.
    """
    active = ~np.isnan(normalized)
    filled = np.where(active, normalized, 0.0)
    if num_values is not None:
        which = np.minimum(np.floor(filled * num_values), num_values - 1)
        functions = which[:, None] == np.arange(num_values)
    else:
        degree = min(DEGREE, len(np.unique(filled[active])) - 1)
        functions = np.polynomial.legendre.legvander(2 * filled - 1, max(0, degree))
    columns: np.ndarray = np.concatenate([np.ones((len(normalized), 1)), functions * active[:, None]], axis=1)
    return columns


def are_influential(bases: Sequence[np.ndarray], costs: np.ndarray, random: np.random.Generator) -> list[bool]:
    """Return for each parameter whether its influence is significant.

    Args:
        bases: Basis functions of each parameter `(N, B)`.
        costs: Cost of each configuration `(N,)`, finite and not all equal.
        random: Generator of the permutations.
    """
    ranks = np.argsort(np.argsort(costs, kind="stable"), kind="stable")  # (N,)
    results = np.stack([costs, ranks], axis=1).astype(np.float64)  # (N, 2)
    selected: list[int] = []
    design = np.ones((len(costs), 1))  # constant and basis functions of the selected parameters
    while len(selected) < len(bases):
        residuals = _residuals(results, _orthonormal(design))  # (N, 2)
        remaining = [number for number in range(len(bases)) if number not in selected]
        candidates = [_orthonormal(_residuals(bases[number], _orthonormal(design))) for number in remaining]
        freedom = len(costs) - np.linalg.matrix_rank(design) - 1
        if freedom <= max(columns.shape[1] for columns in candidates):
            break
        explained = [_strength(columns, residuals[:, :, None]).item() for columns in candidates]
        orders = random.permuted(np.tile(np.arange(len(costs)), (PERMUTATIONS, 1)), axis=1)  # (P, N)
        permuted = _residuals(residuals[orders].transpose(1, 0, 2).reshape(len(costs), -1), _orthonormal(design))
        permuted = permuted.reshape(len(costs), PERMUTATIONS, 2).transpose(0, 2, 1)  # (N, 2, P)
        best = np.max([_strength(columns, permuted) for columns in candidates], axis=0)  # (P,)
        if (1 + np.count_nonzero(best >= max(explained))) / (1 + PERMUTATIONS) > LEVEL:
            break
        strongest = remaining[int(np.argmax(explained))]
        selected.append(strongest)
        design = np.concatenate([design, bases[strongest]], axis=1)
    return [number in selected for number in range(len(bases))]


def _orthonormal(columns: np.ndarray) -> np.ndarray:
    """Return an orthonormal basis `(N, R)` of the span of the columns."""
    left, values, _ = np.linalg.svd(columns, full_matrices=False)
    directions: np.ndarray = left[:, values > 1e-9 * max(1.0, float(values.max(initial=0.0)))]
    return directions


def _residuals(columns: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """Return the part of the columns that is orthogonal to the span of an orthonormal basis."""
    residuals: np.ndarray = columns - basis @ (basis.T @ columns)
    return residuals


def _strength(columns: np.ndarray, results: np.ndarray) -> np.ndarray:
    """Return the larger of the adjusted shares of the variance of costs and of ranks that columns explain `(P,)`.

    Args:
        columns: Orthonormal columns `(N, R)`.
        results: Costs and ranks `(N, 2, P)`.
    """
    total = np.sum(results**2, axis=0)
    explained = np.sum(np.tensordot(columns, results, axes=(0, 0)) ** 2, axis=0)
    shares = np.divide(explained, total, out=np.zeros_like(total), where=total > 0)
    adjusted = (shares - columns.shape[1] / len(columns)) / np.sqrt(max(1, columns.shape[1]))
    strongest: np.ndarray = adjusted.max(axis=0)
    return strongest
