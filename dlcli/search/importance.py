"""Importance of hyperparameters: the share of the variance of the cost that each parameter explains.

Boosted regression trees are fitted to the costs of the trials. Their prediction f is a function on the unit cube, which
has one dimension for each sampled parameter (also where that parameter is inactive). The coordinates are independent
there, so the variance of f can be decomposed (functional ANOVA; Hutter, Hoos & Leyton-Brown 2014). The share of a
parameter is its main effect, Var(E[f | its coordinate]) / Var(f): the reduction of the variance of the cost if this
parameter alone were known.

Why not permutation importance: with 20–200 trials each tree leaves out only a few, so the increase of the error is
mostly noise, may be negative, and does not sum to a whole. Marginals are averages over the entire cube, so they vary
less and are shares. Why boosted trees: in a random forest every tree starts with the strongest parameter and few reach
the weak ones. On functions with known shares, with 60 trials and little noise, the error of a forest was 0.05 and that
of boosted trees 0.03.

Whether a parameter has any influence is tested separately (`influence.py`): trees find some structure in any noise, so
the intervals of the shares alone would exclude 0 in most sweeps in which no parameter matters. The interval of a
parameter whose influence is not significant starts at 0.

Limitation: to detect interactions takes more trials than most sweeps have; with few trials the largest share is
overestimated. On three functions without interactions the intervals contained 92–100 % of the known shares (six
repetitions each with 20, 60 and 150 trials); on one function with half of its variance in an interaction, 80–100 %.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dlcli.core import generator
from dlcli.search.influence import are_influential, basis_functions
from dlcli.search.latin_hypercube import latin_hypercube
from dlcli.search.objective import Objective
from dlcli.search.space import Parameter, Space
from dlcli.search.trial import Configuration, Trial, group_trials

#: Minimum number of configurations for an estimate.
MIN_CONFIGURATIONS = 10
#: Number of points of the cube at which the trees are evaluated.
POINTS = 2048
#: Number of bins of a continuous coordinate.
CELLS = 16
#: Number of bootstrap samples of an interval.
RESAMPLES = 25
#: Number of fits whose predictions are averaged for a share.
FITS = 4
#: Error of a share that more trials do not reduce, because the prediction of trees is piecewise constant.
RESOLUTION = 0.03


@dataclass(frozen=True)
class Importance:
    """Importance of one parameter.

    Args:
        parameter: Name of the parameter.
        share: Share of the variance of the cost over the space that the parameter explains, in [0, 1]; the rest of
            the variance is due to interactions.
        low: Lower bound of the 95 % confidence interval of the share.
        high: Upper bound of the interval.
        is_noise: Whether the influence of the parameter is not significant in a permutation test.
    """

    parameter: str
    share: float
    low: float
    high: float
    is_noise: bool = False


def compute_importances(
    space: Space, trials: Sequence[Trial], objective: Objective, *, seed: int
) -> tuple[Importance, ...]:
    """Compute the importance of each sampled parameter, auxiliary ones included, in descending order.

    Each configuration counts once, with the mean over its seeds. The interval is a bootstrap over configurations. The
    familywise error rate is 5 %: if no parameter matters, at most 5 % of sweeps report a significant one.

    Returns:
        An empty tuple if fewer than ten configurations have a finite value, or all values are equal.
    """
    measured = [one for one in group_trials(trials) if one.value is not None and math.isfinite(one.value)]
    costs = np.array([objective.cost(_value(one)) for one in measured])  # (N,)
    if len(measured) < MIN_CONFIGURATIONS or np.ptp(costs) == 0 or not space.drawn:
        return ()
    points = [space.normalized(one.values) for one in measured]
    columns = _encode(space, points)  # (N, C)
    random = generator(seed, "importance")
    cube = latin_hypercube(POINTS, len(space.drawn), random)  # (POINTS, D)
    names = [parameter.name for parameter in space.drawn]
    queries = _encode(
        space, [space.normalized(space.point(dict(zip(names, point, strict=True)))) for point in cube.tolist()]
    )  # (POINTS, C)
    cells = np.stack([_cells(parameter, cube[:, side]) for side, parameter in enumerate(space.drawn)], axis=1)
    shares = _shares(np.mean([_predict(columns, costs, queries, random) for _ in range(FITS)], axis=0), cells)
    resampled: list[np.ndarray] = []
    while len(resampled) < RESAMPLES:
        rows = random.integers(len(costs), size=len(costs))
        if np.ptp(costs[rows]) > 0:
            resampled.append(_shares(_predict(columns[rows], costs[rows], queries, random), cells))
    low, high = _interval(shares, np.array(resampled))
    bases = [
        basis_functions(np.array([point.get(parameter.name, np.nan) for point in points]), _num_values(parameter))
        for parameter in space.drawn
    ]
    influential = are_influential(bases, costs, generator(seed, "influence"))
    importances = [
        Importance(name, float(share), float(below) if matters else 0.0, float(above), not matters)
        for name, share, below, above, matters in zip(names, shares, low, high, influential, strict=True)
    ]
    return tuple(sorted(importances, key=lambda one: -one.share))


def _num_values(parameter: Parameter) -> int | None:
    """Return the number of values of an unordered parameter; None for an ordered one."""
    assert parameter.distribution is not None
    return None if parameter.distribution.is_ordered else parameter.distribution.cells or 1


def _value(one: Configuration) -> float:
    assert one.value is not None
    return one.value


def _encode(space: Space, points: Sequence[dict[str, float]]) -> np.ndarray:
    """Return the input of the trees `(N, C)`: one column for an ordered parameter, a one-hot encoding of a choice.

    For an inactive parameter the column is −1, outside the range of coordinates, and the one-hot columns are all 0.
    """
    columns = []
    for parameter in space.drawn:
        assert parameter.distribution is not None
        normalized = np.array([point.get(parameter.name, -1.0) for point in points])
        if parameter.distribution.is_ordered:
            columns.append(normalized[:, None])
        else:
            count = parameter.distribution.cells or 1
            which = np.minimum(np.floor(normalized * count), count - 1)
            columns.append((which[:, None] == np.arange(count)).astype(float))
    return np.concatenate(columns, axis=1)


def _cells(parameter: Parameter, normalized: np.ndarray) -> np.ndarray:
    """Return the cell of each coordinate `(N,)`; a discrete parameter with few values has one cell for each value."""
    distribution = parameter.distribution
    assert distribution is not None
    if distribution.cells is not None and distribution.cells <= CELLS:
        normalized = np.array(
            [distribution.normalize(distribution.value(coordinate)) for coordinate in normalized.tolist()]
        )
        return np.asarray(np.searchsorted(np.unique(normalized), normalized))
    cell: np.ndarray = np.minimum(np.floor(normalized * CELLS), CELLS - 1).astype(np.intp)
    return cell


def _predict(columns: np.ndarray, costs: np.ndarray, queries: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Fit trees to the trials and return their predictions at the points of the cube `(POINTS,)`."""
    from sklearn import config_context
    from sklearn.ensemble import GradientBoostingRegressor

    trees = GradientBoostingRegressor(
        n_estimators=40, learning_rate=0.2, max_depth=3, subsample=0.5, random_state=int(random.integers(2**31))
    )
    with config_context(assume_finite=True, skip_parameter_validation=True):  # else validated again for every tree
        predictions: np.ndarray = trees.fit(columns, costs).predict(queries)
    return predictions


def _interval(shares: np.ndarray, resampled: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the union of the percentile and the basic bootstrap interval, widened by the resolution of the trees.

    Bootstrap samples have fewer distinct trials, which biases their shares; the percentiles alone contain the true
    share too rarely.
    """
    low, high = np.quantile(resampled, [0.025, 0.975], axis=0)
    low, high = np.minimum(low, 2 * shares - high), np.maximum(high, 2 * shares - low)
    return np.clip(low - RESOLUTION, 0, 1), np.clip(high + RESOLUTION, 0, 1)


def _shares(predictions: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """Return, for each dimension `(D,)`, the share of the variance between its cells, corrected for chance.

    Args:
        predictions: Predictions at the points of the cube `(POINTS,)`.
        cells: Cell of each point along each dimension `(POINTS, D)`.
    """
    total = ((predictions - predictions.mean()) ** 2).sum()
    if total == 0:
        return np.zeros(cells.shape[1])
    shares = []
    for which in cells.T:
        sizes = np.bincount(which)
        sums = np.bincount(which, predictions - predictions.mean())
        between = (sums**2 / np.maximum(sizes, 1)).sum()
        used = np.count_nonzero(sizes)
        by_chance = (used - 1) * (total - between) / (len(predictions) - used)
        shares.append(max(0.0, (between - by_chance) / total))
    return np.array(shares)
