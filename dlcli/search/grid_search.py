"""Grid search: all combinations of a few values of each parameter."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from annotated_types import Ge, Le

from dlcli.core import ConfigError, dumps, generator, register
from dlcli.search.distributions import Distribution
from dlcli.search.objective import Objective
from dlcli.search.search import Search
from dlcli.search.space import Parameter, Space
from dlcli.search.trial import Proposal, Trial

#: Maximum number of combinations; a larger grid is a mistake.
LARGEST_GRID = 100_000


@register("search", "grid")
class GridSearch(Search):
    """All combinations of evenly spaced values, in random order so that a small budget covers the whole grid.

    Inactive parameters add no combinations. With n trials, each of d relevant parameters takes only n^(1/d) distinct
    values; grid search is provided for comparison.

    Args:
        points: Number of values of each parameter, evenly spaced on its own scale with both bounds; a choice
            contributes all of its values.
    """

    def __init__(self, *, points: Annotated[int, Ge(1), Le(1000)] = 3) -> None:
        self.points = points

    def check(self, space: Space) -> None:
        self.grid(space)

    def grid(self, space: Space) -> list[dict[str, Any]]:
        """Return the values of all combinations, in the order of the parameters; combinations of equal configs once.

        Raises:
            ConfigError: There are too many combinations, or an expression cannot be evaluated at one of them.
        """
        combinations: list[dict[str, Any]] = [{}]
        for parameter in space.parameters:
            extended = (
                values | extension
                for values in combinations
                for extension in self._extensions(space, parameter, values)
            )
            combinations = list(itertools.islice(extended, LARGEST_GRID + 1))
            if len(combinations) > LARGEST_GRID:
                message = f"expected at most {LARGEST_GRID:,} configurations; use fewer points or parameters"
                raise ConfigError(message, code="too_large", key=f"space.{parameter.name}")
        return list({dumps(space.config_values(values)): values for values in combinations}.values())

    def _extensions(self, space: Space, parameter: Parameter, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return what a parameter adds to the values of its predecessors: nothing, one value, or one for each point."""
        if not parameter.is_active(values):
            return [{}]
        if parameter.distribution is None:
            return [{parameter.name: space.evaluate(parameter, values)}]
        return [{parameter.name: value} for value in self._values(parameter.distribution)]

    def _values(self, distribution: Distribution) -> list[Any]:
        if not distribution.is_ordered:
            return list(distribution.bounds())
        cells = distribution.cells
        if cells is not None and cells <= self.points:
            low, high = distribution.bounds()
            return list(range(low, high + 1))
        normalized = [number / (self.points - 1) for number in range(self.points)] if self.points > 1 else [0.5]
        return list(dict.fromkeys(distribution.value(coordinate) for coordinate in normalized))

    def propose(
        self,
        space: Space,
        trials: Sequence[Trial],
        objective: Objective,  # noqa: ARG002
        *,
        seed: int,
        budget: int | None,
    ) -> Sequence[Proposal]:
        grid = self.grid(space)
        order = generator(seed, "grid").permutation(len(grid)).tolist()
        return [Proposal(values=grid[number]) for number in order[len(trials) : budget]]
