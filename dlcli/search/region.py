"""Region of a space: an interval of the normalized coordinates of each parameter, a subset of each choice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dlcli.search.space import Parameter


@dataclass(frozen=True)
class Region:
    """Box in a space; parameters that it does not name are not restricted.

    Args:
        ranges: Interval of normalized coordinates of each numeric parameter, by name.
        choices: Indices of the remaining values of each choice, ascending, by name.
    """

    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    choices: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @classmethod
    def whole(cls) -> Region:
        """Return the whole space."""
        return cls()

    def normalize(self, parameter: Parameter, u: float) -> float:
        """Map a coordinate within the region to the normalized coordinate in the whole space.

        Args:
            parameter: Parameter with a distribution.
            u: Coordinate within the region, in [0, 1].
        """
        if parameter.name in self.choices:
            indices = self.choices[parameter.name]
            cells = parameter.distribution.cells if parameter.distribution else None
            return (indices[min(int(u * len(indices)), len(indices) - 1)] + 0.5) / (cells or 1)
        low, high = self.ranges.get(parameter.name, (0.0, 1.0))
        return min(low + u * (high - low), high)
