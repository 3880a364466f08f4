"""How much each hyperparameter mattered: the variance of the results, divided among the parameters.

A forest of regression trees learns the cost from the trials. Its prediction f is a function on the unit cube, one side
for each drawn parameter, also where a parameter is inactive; there the sides are independent, so the variance of f can
be divided (functional ANOVA; Hutter, Hoos & Leyton-Brown 2014). A parameter's share is its main effect,
Var(E[f | its coordinate]) / Var(f): what would be known about the cost by knowing this parameter alone.

Why not the loss of accuracy when a column is permuted: with 20–200 trials the trees left out of each bag hold a handful
of them, the drop is mostly noise and may be negative, and drops do not add up to a whole. Marginals are averages over
the entire cube, so they are steadier and are shares. What they miss: trees find weak parameters and pure interactions
only with many trials; the largest share comes out too large rather than too small while there are few.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dlcli.rng import generator
from dlcli.search.latin_hypercube import latin_hypercube
from dlcli.search.objective import Objective
from dlcli.search.space import Parameter, Space
from dlcli.search.trial import Configuration, Trial, configurations

#: with fewer configurations than this there is nothing to say
FEWEST = 10
#: points of the cube at which the forest is asked
POINTS = 2048
#: cells into which a continuous coordinate is cut
CELLS = 16
#: fits to resampled trials behind an interval
RESAMPLES = 40
#: trees of each of these fits, and how many times more the one behind the share has
TREES, MORE = 16, 8


@dataclass(frozen=True)
class Importance:
    """What one parameter explains.

    Args:
        parameter: its name.
        share: of the variance of the cost over the space, 0 … 1; what all of them leave is due to interactions.
        low: the lower end of the 95 % interval.
        high: its upper end.
    """

    parameter: str
    share: float
    low: float
    high: float


def importances(space: Space, trials: Sequence[Trial], objective: Objective, *, seed: int) -> tuple[Importance, ...]:
    """The shares of the drawn parameters, auxiliary ones included, the largest first.

    Each configuration counts once, with the mean over its seeds; the interval is a bootstrap over configurations.

    Returns:
        nothing where fewer than ten configurations have a value, or all values are equal.
    """
    measured = [one for one in configurations(trials) if one.value is not None]
    costs = np.array([objective.cost(_value(one)) for one in measured])
    if len(measured) < FEWEST or np.ptp(costs) == 0 or not space.drawn:
        return ()
    columns = _encoded(space, [space.units(one.values) for one in measured])
    random = generator(seed, "importance")
    cube = latin_hypercube(POINTS, len(space.drawn), random)
    names = [parameter.name for parameter in space.drawn]
    asked = _encoded(space, [space.units(space.point(dict(zip(names, point, strict=True)))) for point in cube.tolist()])
    cells = np.stack([_cells(parameter, cube[:, side]) for side, parameter in enumerate(space.drawn)], axis=1)
    shares = _shares(_predicted(columns, costs, asked, TREES * MORE, random), cells)
    resampled: list[np.ndarray] = []
    while len(resampled) < RESAMPLES:
        rows = random.integers(len(costs), size=len(costs))
        if np.ptp(costs[rows]) > 0:
            resampled.append(_shares(_predicted(columns[rows], costs[rows], asked, TREES, random), cells))
    low, high = np.quantile(resampled, [0.025, 0.975], axis=0)
    found = [
        Importance(name, float(share), float(min(share, below)), float(max(share, above)))
        for name, share, below, above in zip(names, shares, low, high, strict=True)
    ]
    return tuple(sorted(found, key=lambda one: -one.share))


def _value(one: Configuration) -> float:
    assert one.value is not None
    return one.value


def _encoded(space: Space, points: Sequence[dict[str, float]]) -> np.ndarray:
    """Rows for the forest: a column for an ordered parameter, one for each value of a choice.

    Where a parameter is inactive its column is −1, apart from all that it can be, and a choice's columns are all 0.
    """
    columns = []
    for parameter in space.drawn:
        assert parameter.distribution is not None
        units = np.array([point.get(parameter.name, -1.0) for point in points])
        if parameter.distribution.is_ordered:
            columns.append(units[:, None])
        else:
            count = parameter.distribution.cells or 1
            which = np.minimum(np.floor(units * count), count - 1)
            columns.append((which[:, None] == np.arange(count)).astype(float))
    return np.concatenate(columns, axis=1)


def _cells(parameter: Parameter, units: np.ndarray) -> np.ndarray:
    """In which cell of its own a coordinate lies; a discrete parameter with few values has one for each."""
    distribution = parameter.distribution
    assert distribution is not None
    if distribution.cells is not None and distribution.cells <= CELLS:
        units = np.array([distribution.unit(distribution.value(unit)) for unit in units.tolist()])
        return np.asarray(np.searchsorted(np.unique(units), units))
    cell: np.ndarray = np.minimum(np.floor(units * CELLS), CELLS - 1).astype(np.intp)
    return cell


def _predicted(
    columns: np.ndarray, costs: np.ndarray, asked: np.ndarray, trees: int, random: np.random.Generator
) -> np.ndarray:
    """What a forest learned from the trials says at the points of the cube.

    Each split looks at half of the columns: among all of them the strongest would win every time, and the weak ones
    would be seen less than they are.
    """
    from sklearn.ensemble import RandomForestRegressor

    forest = RandomForestRegressor(trees, max_features=0.5, random_state=int(random.integers(2**31)))
    return np.asarray(forest.fit(columns, costs).predict(asked))


def _shares(predicted: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """Of each side, the variance between its cells in that of all points; less what chance alone puts between them."""
    total = ((predicted - predicted.mean()) ** 2).sum()
    if total == 0:
        return np.zeros(cells.shape[1])
    shares = []
    for which in cells.T:
        sizes = np.bincount(which)
        sums = np.bincount(which, predicted - predicted.mean())
        between = (sums**2 / np.maximum(sizes, 1)).sum()
        used = np.count_nonzero(sizes)
        by_chance = (used - 1) * (total - between) / (len(predicted) - used)
        shares.append(max(0.0, (between - by_chance) / total))
    return np.array(shares)
