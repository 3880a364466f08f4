"""Grid search: every combination of a few values of each parameter."""

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

#: more combinations than this are a mistake, not a plan
LARGEST_GRID = 100_000


@register("search", "grid")
class GridSearch(Search):
    """Tries every combination of evenly spaced values, in a random order, so that a small budget sees all of the grid.

    Only parameters that are active multiply. With d parameters that matter and n trials, each has n^(1/d) different
    values: grid search is here for the comparison.

    Args:
        points: values of each parameter, the ends included, evenly spaced on its own scale; a choice has all of its
            values.
    """

    def __init__(self, *, points: Annotated[int, Ge(1), Le(1000)] = 3) -> None:
        self.points = points

    def check(self, space: Space) -> None:
        self.grid(space)

    def grid(self, space: Space) -> list[dict[str, Any]]:
        """The values of all combinations, those of equal configs once, in the order of the parameters.

        Raises:
            ConfigError: there are too many, or an expression has no value at one of them.
        """
        found: list[dict[str, Any]] = [{}]
        for parameter in space.parameters:
            longer = (values | more for values in found for more in self._extensions(space, parameter, values))
            found = list(itertools.islice(longer, LARGEST_GRID + 1))
            if len(found) > LARGEST_GRID:
                message = f"the grid has more than {LARGEST_GRID:,} configurations; take fewer points or parameters"
                raise ConfigError(message, key=f"space.{parameter.name}")
        return list({dumps(space.config_values(values)): values for values in found}.values())

    def _extensions(self, space: Space, parameter: Parameter, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        """What a parameter adds to the values of those before it: nothing, one value, or one for each of its points."""
        if not parameter.is_active(values):
            return [{}]
        if parameter.distribution is None:
            return [{parameter.name: space.computed(parameter, values)}]
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
