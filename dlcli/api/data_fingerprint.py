"""Check that the data of a run has not changed."""

from __future__ import annotations

from collections.abc import Mapping

from dlcli.core import DataError
from dlcli.runs import RunFolder, RunRecord


def check_same_data(folder: RunFolder, record: RunRecord, fingerprint: Mapping[str, str]) -> None:
    """Check that the data is the data of the run.

    Args:
        folder: Folder of the run.
        record: Record with the SHA-256 of each file of the data.
        fingerprint: SHA-256 of each file that was read.

    Raises:
        DataError: A file has changed, is missing or is new.
    """
    for name in sorted({*record.data, *fingerprint}):
        if record.data.get(name) != fingerprint.get(name):
            raise DataError(
                f"has changed since run {folder.id} was trained: the SHA-256 differs",
                code="changed_data",
                file=name,
            )
