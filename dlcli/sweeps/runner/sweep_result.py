"""What the functions of this package return."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dlcli.search import SweepOutcome, Trial


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """A sweep that is over.

    Args:
        path: its folder.
        outcome: what became of it.
        seconds: wall time of this call.
        warnings: what the user should know.
    """

    path: Path
    outcome: SweepOutcome
    seconds: float
    warnings: Sequence[str] = ()

    @property
    def id(self) -> str:
        return self.path.name

    @property
    def failed(self) -> list[Trial]:
        """The trials in which something went wrong."""
        return [trial for trial in self.outcome.trials if trial.has_failed]
