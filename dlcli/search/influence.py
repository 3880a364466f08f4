"""Which parameters have an influence that noise does not explain.

Parameters are selected forward: at each step the one that explains most of what is left of the costs joins those
selected before, as long as it explains more than the best of all remaining parameters does in 95 % of the
permutations of the residuals (Freedman & Lane 1983). Since the best of permuted ones is what is compared, the level
holds for all parameters together; and since what strong parameters explain is removed first, they do not hide weak
ones. Under noise alone the first step is an exact test.

A parameter explains what a cubic of its coordinate does, or its single values, the costs taken as they are and as
ranks: as they are, few diverged trials would hide everything else; as ranks, few trials that matter would not count.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

LEVEL = 0.05
PERMUTATIONS = 299
#: of the polynomial of an ordered parameter
DEGREE = 3


def basis(normalized: np.ndarray, num_values: int | None) -> np.ndarray:
    """(N, B) functions of a parameter's coordinate; a constant one is among what they can express.

    Args:
        normalized: coordinate of each configuration (N,), from 0 to 1; NaN where the parameter is inactive.
        num_values: number of values of an unordered parameter; None for an ordered one.
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


def influences(bases: Sequence[np.ndarray], costs: np.ndarray, random: np.random.Generator) -> list[bool]:
    """Whether each parameter has an influence.

    Args:
        bases: functions of each parameter (N, B).
        costs: cost of each configuration (N,), finite and not all equal.
        random: source of the permutations.
    """
    ranks = np.argsort(np.argsort(costs, kind="stable"), kind="stable")  # (N,)
    results = np.stack([costs, ranks], axis=1).astype(np.float64)  # (N, 2)
    selected: list[int] = []
    known = np.ones((len(costs), 1))
    while len(selected) < len(bases):
        residuals = _residuals(results, _orthonormal(known))
        remaining = [number for number in range(len(bases)) if number not in selected]
        added = [_orthonormal(_residuals(bases[number], _orthonormal(known))) for number in remaining]
        freedom = len(costs) - np.linalg.matrix_rank(known) - 1
        if freedom <= max(columns.shape[1] for columns in added):
            break
        explained = [_strength(columns, residuals[:, :, None]).item() for columns in added]
        orders = random.permuted(np.tile(np.arange(len(costs)), (PERMUTATIONS, 1)), axis=1)  # (P, N)
        permuted = _residuals(residuals[orders].transpose(1, 0, 2).reshape(len(costs), -1), _orthonormal(known))
        permuted = permuted.reshape(len(costs), PERMUTATIONS, 2).transpose(0, 2, 1)  # (N, 2, P)
        best = np.max([_strength(columns, permuted) for columns in added], axis=0)
        if (1 + np.count_nonzero(best >= max(explained))) / (1 + PERMUTATIONS) > LEVEL:
            break
        chosen = remaining[int(np.argmax(explained))]
        selected.append(chosen)
        known = np.concatenate([known, bases[chosen]], axis=1)
    return [number in selected for number in range(len(bases))]


def _orthonormal(columns: np.ndarray) -> np.ndarray:
    """(N, R) an orthonormal basis of what the columns span."""
    left, values, _ = np.linalg.svd(columns, full_matrices=False)
    kept: np.ndarray = left[:, values > 1e-9 * max(1.0, float(values.max(initial=0.0)))]
    return kept


def _residuals(columns: np.ndarray, space: np.ndarray) -> np.ndarray:
    """What the space, given by an orthonormal basis, does not explain of the columns."""
    rest: np.ndarray = columns - space @ (space.T @ columns)
    return rest


def _strength(columns: np.ndarray, results: np.ndarray) -> np.ndarray:
    """(P,) the larger of the adjusted shares that orthonormal columns explain of costs and of ranks (N, 2, P)."""
    total = np.sum(results**2, axis=0)
    explained = np.sum(np.tensordot(columns, results, axes=(0, 0)) ** 2, axis=0)
    shares = np.divide(explained, total, out=np.zeros_like(total), where=total > 0)
    adjusted = (shares - columns.shape[1] / len(columns)) / np.sqrt(max(1, columns.shape[1]))
    strongest: np.ndarray = adjusted.max(axis=0)
    return strongest
