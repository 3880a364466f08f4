"""Errors of a model with the sampling units of their examples."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, Any]

#: Plural of the sampling units of one long text.
TEXT_STRETCHES = "stretches of the text"


@dataclass(frozen=True)
class SampledErrors:
    """Errors with their sampling units: the units that another sample would draw as a whole.

    The words of a sentence, or the examples of one patient, are sampled together; an interval that treats them as
    independent is too narrow.

    Args:
        sums: Error of each row (N,): 0 or 1 for a class, squared or absolute for a value, the nats of a text.
        sizes: Weight of each row (N,), such as the number of tokens of a text; None for weights of 1.
        units: Sampling unit of each row (N,); None if each row is a unit.
        in_order: Whether the units are consecutive stretches of one text, whose neighbors may be correlated.
    """

    sums: Array
    sizes: Array | None = None
    units: Array | None = None
    in_order: bool = False

    @classmethod
    def of(cls, errors: Array | SampledErrors) -> SampledErrors:
        """Wrap errors of independent examples; errors with sampling units are returned unchanged."""
        return errors if isinstance(errors, SampledErrors) else cls(np.asarray(errors, dtype=np.float64))

    def __len__(self) -> int:
        return len(self.sums)

    @property
    def is_clustered(self) -> bool:
        """Whether a unit has more than one row."""
        return self.units is not None and self.num_units < len(self)

    @property
    def num_units(self) -> int:
        return len(self) if self.units is None else len(np.unique(self.units))

    @property
    def mean(self) -> float:
        """Error per unit of weight: a ratio of sums."""
        if self.sizes is None:
            return float(np.mean(self.sums))
        total = float(self.sizes.sum())
        return float(self.sums.sum() / total) if total else math.nan

    def totals(self) -> Array:
        """Compute the sum of the errors and the weight of each unit (G, 2)."""
        return unit_totals(self.units, self.sums, np.ones(len(self)) if self.sizes is None else self.sizes)


def unit_totals(units: Array | None, *columns: Array) -> Array:
    """Sum each of K columns within each unit (G, K).

    Args:
        units: Unit of each row (N,); None if each row is a unit.
        columns: K arrays (N,).
    """
    if units is None:
        return np.column_stack(columns).astype(np.float64)
    _, unit_of = np.unique(units, return_inverse=True)
    return np.column_stack([np.bincount(unit_of, weights=column) for column in columns])
