"""One level of the chain human → train → train-dev → dev → test."""

from __future__ import annotations

from dataclasses import dataclass

from dlcli.diagnosis.intervals import Interval


@dataclass(frozen=True)
class Level:
    """One level of the chain.

    Args:
        name: human, or the split.
        error: the measured error with its interval; that of the human level is a point.
        num_examples: how many it was measured on; None for the human level.
    """

    name: str
    error: Interval
    num_examples: int | None = None
