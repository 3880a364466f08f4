"""A result that exists but is not good enough: a missed threshold, a wrong gradient, an invalid file among others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlcli.core import DlcliError


class FailedResultError(Exception):
    """Ends a command that has printed its result and fails all the same.

    Args:
        error: why it fails; decides the exit code.
        document: the result, which `--json` prints with `error` in it.
    """

    def __init__(self, error: DlcliError, document: Mapping[str, Any]) -> None:
        super().__init__(str(error))
        self.error = error
        self.document = document
