"""A part of a space: an interval of each parameter's unit positions, some of the values of each choice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dlcli.search.space import Parameter


@dataclass(frozen=True)
class Region:
    """A box in a space; a parameter that is not named is whole.

    Args:
        ranges: parameter → the unit positions that it is between.
        choices: parameter → the positions of the values that a choice has left, rising.
    """

    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    choices: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @classmethod
    def whole(cls) -> Region:
        """All of the space."""
        return cls()

    def normalize(self, parameter: Parameter, u: float) -> float:
        """The unit position in this region that stands for `u` in the whole.

        Args:
            parameter: one with a distribution.
            u: from 0 up to 1.
        """
        if parameter.name in self.choices:
            left = self.choices[parameter.name]
            cells = parameter.distribution.cells if parameter.distribution else None
            return (left[min(int(u * len(left)), len(left) - 1)] + 0.5) / (cells or 1)
        low, high = self.ranges.get(parameter.name, (0.0, 1.0))
        return min(low + u * (high - low), high)
