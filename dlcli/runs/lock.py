"""One process at a time in a run folder.

The lock is the system's own lock on an open file, so it ends with its process, however that ends: a lock never
outlives a kill, and there is nothing stale to clear.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from dlcli.errors import ConfigError
from dlcli.runs.storage import reporting

#: a reader that asks `holder` has the file locked for an instant; wait longer than that before giving up
PATIENCE_SECONDS = 0.5


@contextlib.contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock file `path`, with this process's id in it, until the block ends.

    Raises:
        ConfigError: another process holds it.
        StorageError: the file cannot be made.
    """
    with reporting("locked", path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not _try_lock(descriptor, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                raise ConfigError(f"{path.parent} is in use by process {holder(path)}; wait for it or stop it")
            time.sleep(0.01)
        with reporting("written", path):
            os.ftruncate(descriptor, 0)
            os.write(descriptor, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(descriptor)


def holder(path: Path) -> int | None:
    """The id of the process that holds the lock file, or None when nobody does (0: it has not said its id yet)."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return None
    try:
        if _try_lock(descriptor, fcntl.LOCK_SH):
            return None
        text = os.read(descriptor, 32).decode(errors="replace").strip()
        return int(text) if text.isdigit() else 0
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
