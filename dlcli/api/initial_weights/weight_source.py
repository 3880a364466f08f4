"""Weights of a trained model that another model starts from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dlcli.core import DataError


@dataclass(frozen=True)
class WeightSource:
    """Weights to start from.

    Args:
        name: Name in messages.
        path: Absolute path of the run's folder, or of the file.
        sha256: SHA-256 of the file with the weights.
        state: Arrays by name.
    """

    name: str
    path: Path
    sha256: str
    state: Mapping[str, np.ndarray]

    def check_unchanged(self, expected: str | None) -> None:
        """Check that the weights are those a run began with.

        Args:
            expected: SHA-256 of the file when the run began; None if it was not recorded.

        Raises:
            DataError: The file has changed.
        """
        if expected is not None and self.sha256 != expected:
            raise DataError(
                "has changed since the run began: the SHA-256 differs", code="changed_data", file=str(self.path)
            )
