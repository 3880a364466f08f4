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

from dlcli.core import ConfigError, StorageError
from dlcli.runs import storage
from dlcli.runs.storage import reporting

#: a reader that asks `holder` has the file locked for an instant; wait longer than that before giving up
PATIENCE_SECONDS = 0.5


class HeldLock:
    """A lock file that this process holds.

    Args:
        path: of the file.
        descriptor: of the open, locked file.
    """

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self.descriptor = descriptor

    @property
    def is_in_place(self) -> bool:
        """Whether the file is still where it was locked, and so the folder that it is in."""
        try:
            return os.path.samestat(self.path.lstat(), os.fstat(self.descriptor))
        except OSError:
            return False

    def check(self) -> None:
        """Refuse to work in a folder that is no longer there.

        Raises:
            StorageError: the folder, or its lock, was removed, moved or replaced.
        """
        if not self.is_in_place:
            raise StorageError(
                "the folder was removed, moved or replaced while it was in use; nothing more is written to it",
                code="io_error",
                file=str(self.path.parent),
            )


@contextlib.contextmanager
def exclusive(path: Path) -> Iterator[HeldLock]:
    """Hold the lock file `path`, with this process's id in it, until the block ends.

    Raises:
        ConfigError: another process holds it.
        StorageError: the file cannot be made, or is not a regular file.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        with reporting("locked", path):
            lock = HeldLock(path, storage.open_in_place(path, os.O_RDWR | os.O_CREAT))
        try:
            if _try_lock(lock.descriptor, fcntl.LOCK_EX):
                if not lock.is_in_place:  # the process that held it has removed or replaced it
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
    """The id of the process that holds the lock file, or None when nobody does (0: it has not said its id yet)."""
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
