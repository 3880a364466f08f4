"""One level of the chain human → train → train-dev → dev → test."""

from __future__ import annotations

from dataclasses import dataclass

from dlcli.diagnosis.clustered import EffectiveSize
from dlcli.diagnosis.intervals import Interval


@dataclass(frozen=True)
class Level:
    """One level of the chain.

    Args:
        name: human, or the split.
        error: the measured error with its interval; that of the human level is a point.
        num_examples: number of examples it was measured on; None for the human level.
        num_units: number of independently sampled units that these are in; None for the human level.
        size: what the sample of an error rate is worth; None for other measures and for the human level.
    """

    name: str
    error: Interval
    num_examples: int | None = None
    num_units: int | None = None
    size: EffectiveSize | None = None
