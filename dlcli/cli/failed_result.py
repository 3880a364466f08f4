"""Error of a command that has a result which fails a check: a threshold, a gradient, or an invalid file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlcli.core import DlcliError


class FailedResultError(Exception):
    """Failure of a command that has a result.

    Args:
        error: Reason of the failure, which determines the exit code.
        document: Result, which `--json` prints together with `error`.
    """

    def __init__(self, error: DlcliError, document: Mapping[str, Any]) -> None:
        super().__init__(str(error))
        self.error = error
        self.document = document
