"""Files that are whole or absent: written beside, flushed to the disk, renamed into place.

Every `OSError` on the way becomes a `StorageError` with the path and the system's reason in one line.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from dlcli.errors import StorageError

#: what an unfinished file or folder ends with; its name also starts with a dot
PARTIAL = ".partial"


@contextlib.contextmanager
def reporting(what: str, path: Path) -> Iterator[None]:
    """Turn an `OSError` into a `StorageError`: `<path>: cannot be <what>: <the system's reason>`."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise StorageError(f"cannot be {what}: {reason}", file=str(path)) from error


def write_bytes(path: Path, data: bytes) -> None:
    """Put `data` at `path`, replacing what was there in one step; survives a power cut once it returns.

    Raises:
        StorageError: it cannot be written; what was at `path` before is untouched and nothing is left beside it.
    """
    partial = partial_name(path)
    with reporting("written", path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_durably(partial, data)
            partial.replace(path)
            sync_folder(path.parent)
        except BaseException:
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)
            raise


def write_folder(path: Path, files: Mapping[str, bytes]) -> None:
    """Make the folder `path` with all of `files` in it, in one step.

    Raises:
        StorageError: it cannot be written, or `path` exists; nothing is left behind.
    """
    partial = partial_name(path)
    with reporting("written", path):
        try:
            partial.mkdir(parents=True)
            for name, data in files.items():
                write_durably(partial / name, data)
            sync_folder(partial)
            partial.rename(path)
            sync_folder(path.parent)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise


def remove_folder(path: Path) -> None:
    """Remove a folder so that nobody ever sees half of it: it is renamed out of sight first.

    Raises:
        StorageError: it cannot be removed.
    """
    with reporting("removed", path):
        doomed = path.rename(partial_name(path))
        shutil.rmtree(doomed)


def remove_partials(folder: Path) -> list[str]:
    """Clear away what a killed process left half-written in `folder`; returns the names."""
    leftovers = sorted(entry for entry in folder.glob(f".*{PARTIAL}"))
    for entry in leftovers:
        with reporting("removed", entry):
            if entry.is_dir():
                shutil.rmtree(entry)
            else:
                entry.unlink()
    return [entry.name for entry in leftovers]


def partial_name(path: Path) -> Path:
    """A hidden name beside `path` that no other writer uses."""
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}{PARTIAL}")


def write_durably(path: Path, data: bytes) -> None:
    """Write a new file and wait until the disk has it."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """Wait until the disk has the folder's list of names, where the system can do that."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except PermissionError:  # Windows does not open folders
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
