"""A level of the error decomposition human → train → train-dev → dev → test."""

from __future__ import annotations

from dataclasses import dataclass

from dlcli.diagnosis.clustered import EffectiveSize
from dlcli.diagnosis.intervals import Interval


@dataclass(frozen=True)
class Level:
    """A level of the error decomposition.

    Args:
        name: Name of the level: human, or a split.
        error: Error with its interval; for the human level, an interval of zero width.
        num_examples: Number of examples; None for the human level.
        num_units: Number of independently sampled units of these examples; None for the human level.
        size: Effective size of the sample of an error rate; None for other measures and for the human level.
    """

    name: str
    error: Interval
    num_examples: int | None = None
    num_units: int | None = None
    size: EffectiveSize | None = None
