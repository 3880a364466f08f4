"""Job: one training run, as a message to a worker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Job:
    """Training of a configuration with a seed.

    Args:
        folder: Folder of the run, relative to that of the sweep, which identifies the job. An existing run
            of the same config continues from its last checkpoint.
        values: Value of each active parameter by name.
        seed_offset: Number to add to the seed of the base.
        is_prunable: Whether the job waits for pruning decisions after some epochs.
        is_durable: Whether its files are flushed to disk so that they survive a power failure. Trials need not be:
            their results are in the journal.
        is_concluded: Whether to evaluate the model on every split, including test, and to write a report.
    """

    folder: str
    values: Mapping[str, Any]
    seed_offset: int = 0
    is_prunable: bool = False
    is_durable: bool = False
    is_concluded: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the job as a message."""
        return asdict(self)
