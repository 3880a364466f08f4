"""A run while its process works on it: its record says how it ended whatever happens."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator, Mapping

from dlcli.core import DivergedError, DlcliError, PrunedError, RunInterruptedError, StorageError
from dlcli.runs.record import RunRecord, Status
from dlcli.runs.run_folder import RunFolder


class Session:
    """What a running block reports for `run.json`.

    Args:
        record: the run's record as it starts.
    """

    def __init__(self, record: RunRecord) -> None:
        self.record = record
        self.metrics: Mapping[str, float | None] = record.metrics


@contextlib.contextmanager
def recording(folder: RunFolder, record: RunRecord) -> Iterator[Session]:
    """Keep `run.json` of a folder that is locked: "running", then how the block ended.

    Put the final metrics into `session.metrics`.

    Raises:
        StorageError: the record cannot be written.
    """
    assert folder.is_locked, "two processes would write the same record"
    folder.write_record(record)
    session = Session(record)
    try:
        yield session
    except BaseException as error:
        status, exit_code = outcome(error)
        document = error.to_json() if isinstance(error, DlcliError) else {"kind": status, "message": repr(error)}
        with contextlib.suppress(StorageError):  # a full disk: the error under way is the one to tell
            folder.log(f"{status}: {error}", "ERROR")
            outputs = folder.output_checksums()
            record = session.record.end(status, exit_code, metrics=session.metrics, error=document, outputs=outputs)
            folder.write_record(record)
        raise
    outputs = folder.output_checksums()
    folder.write_record(session.record.end("done", 0, metrics=session.metrics, error=None, outputs=outputs))


def outcome(error: BaseException) -> tuple[Status, int]:
    """The status and exit code of a run that `error` ended."""
    if isinstance(error, DivergedError):
        return "diverged", error.exit_code
    if isinstance(error, PrunedError):
        return "pruned", error.exit_code
    if isinstance(error, RunInterruptedError):
        return "interrupted", error.exit_code
    if isinstance(error, KeyboardInterrupt):
        return "interrupted", 128 + signal.SIGINT
    return "failed", error.exit_code if isinstance(error, DlcliError) else 1
