"""The errors of a model on examples of which several may have been sampled together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, Any]

#: units of one long text, in the plural
TEXT_STRETCHES = "stretches of the text"


@dataclass(frozen=True)
class SampledErrors:
    """Errors, and what was sampled independently: the unit that another sample would draw again as a whole.

    The words of a sentence, or the examples of one patient, are drawn together; an interval that counts each of them
    as independent is too narrow.

    Args:
        sums: error of each row (N,): 0 or 1 for a class, squared or absolute for a value, the nats of a text.
        sizes: weight of each row (N,), such as the number of tokens of a text; None gives each the weight 1.
        units: the sampling unit that each row is a part of (N,); None makes each row a unit of its own.
        in_order: whether the units are stretches of one text in their order, of which neighbors may be alike.
    """

    sums: Array
    sizes: Array | None = None
    units: Array | None = None
    in_order: bool = False

    @classmethod
    def of(cls, errors: Array | SampledErrors) -> SampledErrors:
        """Errors of independent examples, or errors whose units are known."""
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
        """The error per unit of weight: a ratio of sums."""
        return float(np.mean(self.sums)) if self.sizes is None else float(self.sums.sum() / self.sizes.sum())

    def totals(self) -> Array:
        """(G, 2) the sum of the errors and the weight of each unit."""
        return unit_totals(self.units, self.sums, np.ones(len(self)) if self.sizes is None else self.sizes)


def unit_totals(units: Array | None, *columns: Array) -> Array:
    """(G, K) the sum of each of K columns within each unit; the rows themselves where each is a unit.

    Args:
        units: the unit of each row (N,), or None.
        columns: K arrays (N,).
    """
    if units is None:
        return np.column_stack(columns).astype(np.float64)
    _, unit_of = np.unique(units, return_inverse=True)
    return np.column_stack([np.bincount(unit_of, weights=column) for column in columns])
