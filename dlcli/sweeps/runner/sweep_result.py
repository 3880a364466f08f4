"""Result of the functions that run a sweep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dlcli.search import SweepOutcome, Trial


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """Sweep that has finished.

    Args:
        path: Folder of the sweep.
        outcome: Outcome of the sweep.
        seconds: Wall time of this call in seconds.
        warnings: Warnings for the user.
    """

    path: Path
    outcome: SweepOutcome
    seconds: float
    warnings: Sequence[str] = ()

    @property
    def id(self) -> str:
        """Name of the folder."""
        return self.path.name

    @property
    def failed(self) -> list[Trial]:
        """Trials that failed or were killed."""
        return [trial for trial in self.outcome.trials if trial.has_failed]
