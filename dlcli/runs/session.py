"""Record of a run in progress, which receives the final status even if the run ends with an error."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator, Mapping

from dlcli.core import DivergedError, DlcliError, PrunedError, RunInterruptedError, StorageError
from dlcli.runs.record import RunRecord, Status
from dlcli.runs.run_folder import RunFolder


class Session:
    """Results of a run in progress, to be written to `run.json`.

    Args:
        record: Record at the start of the run.
    """

    def __init__(self, record: RunRecord) -> None:
        self.record = record
        self.metrics: Mapping[str, float | None] = record.metrics


@contextlib.contextmanager
def recording(folder: RunFolder, record: RunRecord) -> Iterator[Session]:
    """Keep the status in `run.json` up to date: "running" during the block, then the final status of the run.

    The folder must be locked. The block assigns the final metrics to `session.metrics`.

    Raises:
        StorageError: The record cannot be written.
    """
    assert folder.is_locked, "without a lock, two processes could write the same record"
    folder.write_record(record)
    session = Session(record)
    try:
        yield session
    except BaseException as error:
        status, exit_code = outcome(error)
        document = error.to_json() if isinstance(error, DlcliError) else {"kind": status, "message": repr(error)}
        with contextlib.suppress(StorageError):  # on a full disk the original error is more important
            folder.log(f"{status}: {error}", "ERROR")
            outputs = folder.output_checksums()
            record = session.record.end(status, exit_code, metrics=session.metrics, error=document, outputs=outputs)
            folder.write_record(record)
        raise
    outputs = folder.output_checksums()
    folder.write_record(session.record.end("done", 0, metrics=session.metrics, error=None, outputs=outputs))


def outcome(error: BaseException) -> tuple[Status, int]:
    """Return the status and exit code of a run that was ended by an exception."""
    if isinstance(error, DivergedError):
        return "diverged", error.exit_code
    if isinstance(error, PrunedError):
        return "pruned", error.exit_code
    if isinstance(error, RunInterruptedError):
        return "interrupted", error.exit_code
    if isinstance(error, KeyboardInterrupt):
        return "interrupted", 128 + signal.SIGINT
    return "failed", error.exit_code if isinstance(error, DlcliError) else 1
