"""Lock of a run folder for one process at a time.

The system's lock on an open file ends with its process, even if that is killed: there are no stale locks.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from dlcli.core import ConfigError, StorageError
from dlcli.runs import storage
from dlcli.runs.storage import reporting

#: Number of seconds to wait for a lock; `holder` locks the file for an instant.
TIMEOUT_SECONDS = 0.5


class HeldLock:
    """A file that this process has locked.

    Args:
        path: Path of the file.
        descriptor: Descriptor of the open, locked file.
    """

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self.descriptor = descriptor

    @property
    def is_in_place(self) -> bool:
        """Whether the file, and so its folder, is still at its path."""
        try:
            return os.path.samestat(self.path.lstat(), os.fstat(self.descriptor))
        except OSError:
            return False

    def check(self) -> None:
        """Check that the folder still exists.

        Raises:
            StorageError: The folder, or its lock file, was removed, moved or replaced.
        """
        if not self.is_in_place:
            raise StorageError(
                "the folder was removed, moved or replaced while it was in use; nothing more is written to it",
                code="io_error",
                file=str(self.path.parent),
            )


@contextlib.contextmanager
def exclusive(path: Path) -> Iterator[HeldLock]:
    """Lock the file `path`, and write the id of this process into it, until the block ends.

    Raises:
        ConfigError: Another process has locked the file.
        StorageError: The file cannot be created, or is not a regular file.
    """
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while True:
        with reporting("locked", path):
            lock = HeldLock(path, storage.open_in_place(path, os.O_RDWR | os.O_CREAT))
        try:
            if _try_lock(lock.descriptor, fcntl.LOCK_EX):
                if not lock.is_in_place:  # the previous process has removed or replaced it
                    continue
                with reporting("written", path):
                    os.ftruncate(lock.descriptor, 0)
                    os.pwrite(lock.descriptor, f"{os.getpid()}\n".encode(), 0)
                yield lock
                return
        finally:
            os.close(lock.descriptor)
        if time.monotonic() > deadline:
            raise ConfigError(
                f"{path.parent} is in use by process {holder(path)}; wait for it or stop it", code="in_use"
            )
        time.sleep(0.01)


def holder(path: Path) -> int | None:
    """Return the id of the process that has locked a file; None if it is not locked, 0 if the id is not known yet."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
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
