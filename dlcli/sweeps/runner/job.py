"""One training that a worker is asked for, as a message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Job:
    """A training of a configuration with a seed.

    Args:
        folder: where its run is, relative to the sweep's folder; what the job is known by. A run that has begun there
            goes on from its last checkpoint.
        values: parameter → plain value.
        seed_offset: added to the seed of the base.
        is_judged: whether it is asked, after some epochs, if it is to go on.
        is_kept: whether its files survive a power cut. What a trial found is in the journal; its model can be trained
            again.
        is_concluded: whether the model is measured on every split, test included, and gets a report.
    """

    folder: str
    values: Mapping[str, Any]
    seed_offset: int = 0
    is_judged: bool = False
    is_kept: bool = False
    is_concluded: bool = False

    def to_json(self) -> dict[str, Any]:
        return asdict(self)
