"""Files that are whole or absent: written under a hidden name, flushed to the disk, renamed into place.

What need not survive a power cut (`durable=False`) is not waited for; a kill never leaves half a file in any case.

Nothing is written through symbolic links, pipes or hard links: a folder that came from somebody else may hold some
that lead out of it. `place` checks the way to a file, and what is opened to be changed in place is opened by
`open_in_place`, which does not follow links.

Every `OSError` on the way becomes a `StorageError` with the path and the system's reason in one line.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import secrets
import shutil
import stat
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePath

from dlcli.core import StorageError

#: what an unfinished file or folder ends with; its name also starts with a dot
PARTIAL = ".partial"
#: seconds that a writer has between making a hidden folder and claiming it
CLAIM_SECONDS = 1.0

_KINDS = {
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


@contextlib.contextmanager
def reporting(what: str, path: Path) -> Iterator[None]:
    """Turn an `OSError` into a `StorageError`: `<path>: cannot be <what>: <the system's reason>`."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise StorageError(f"cannot be {what}: {reason}", code="io_error", file=str(path)) from error


# ---- what may be read and written ----


def read_bytes(path: Path) -> bytes:
    """The content of a regular file; a pipe or a device is not waited for.

    Raises:
        StorageError: it is missing, cannot be read, or is not a regular file.
    """
    with reporting("read", path):
        # O_NONBLOCK: opening a pipe without a writer would wait forever
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:  # noqa: PTH123 (a descriptor)
            _check_regular(path, os.fstat(descriptor).st_mode)
            return file.read()


def place(root: Path, name: str) -> Path:
    """The path of `name` below `root`, if what is there may be replaced or added to.

    Args:
        root: a folder; may itself be reached through a link.
        name: a relative path; what is missing of it is allowed to be missing.

    Raises:
        StorageError: part of the path is a link, or something else that is neither a file nor a folder.
    """
    path = root
    for part in PurePath(name).parts:
        path = path / part
        with reporting("written", path):
            try:
                # lstat does not follow links: the link itself is what must not be there
                mode = path.lstat().st_mode
            except FileNotFoundError:
                break
        if not stat.S_ISDIR(mode):
            _check_regular(path, mode)
    return root / name


def open_in_place(path: Path, flags: int) -> int:
    """Open a regular file to change it where it is.

    A file that has another name, as in a backup made of hard links, is replaced by a copy first: what is written goes
    into this one alone.

    Raises:
        OSError: it cannot be opened, or its last component is a symbolic link.
        StorageError: it is not a regular file.
    """
    descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o644)
    try:
        status = os.fstat(descriptor)
        _check_regular(path, status.st_mode)
    except BaseException:
        os.close(descriptor)
        raise
    # Another name for the same file means that a change in place would show there, too.
    if status.st_nlink <= 1:
        return descriptor
    os.close(descriptor)
    write_bytes(path, read_bytes(path), durable=False)
    return open_in_place(path, flags)


def _check_regular(path: Path, mode: int) -> None:
    if not stat.S_ISREG(mode):
        kind = _KINDS.get(stat.S_IFMT(mode), "something else")
        raise StorageError(f"is {kind}; expected a regular file", code="unreadable_file", file=str(path))


# ---- writing and removing ----


def write_bytes(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Put `data` at `path`, replacing what was there in one step; if durable, survives a power cut once it returns.

    Raises:
        StorageError: it cannot be written; what was at `path` before is untouched and nothing is left beside it.
    """
    write_files(path.parent, {path.name: data}, durable=durable)


def write_files(folder: Path, files: Mapping[str, bytes], *, durable: bool = True) -> None:
    """The same for several files of one folder, each replaced in one step; faster than one after the other.

    The folder is made if it is missing, the one that it is in is not.

    Raises:
        StorageError: one cannot be written; nothing is left beside them.
    """
    # Two-stage write: all contents first, under hidden names, then the renames, each of which is atomic. A kill in
    # between leaves old files or new files, never a mixture within one file.
    partials = {folder / name: partial_name(folder / name) for name in files}
    with reporting("written", next(iter(partials), folder)):
        try:
            folder.mkdir(exist_ok=True)
            for path, partial in partials.items():
                partial.write_bytes(files[path.name])
            if durable:
                flush(partials.values())
            for path, partial in partials.items():
                partial.replace(path)
            if durable:
                flush([folder])
        except BaseException:
            for partial in partials.values():
                with contextlib.suppress(OSError):
                    partial.unlink(missing_ok=True)
            raise


def write_folder(path: Path, files: Mapping[str, bytes], *, durable: bool = True) -> None:
    """Make the folder `path` with all of `files` in it, in one step.

    The folder that it is in is made if it is missing, the one above is not.

    Raises:
        StorageError: it cannot be written, or `path` exists; nothing is left behind.
    """
    partial = partial_name(path)
    with reporting("written", path):
        try:
            path.parent.mkdir(exist_ok=True)
            partial.mkdir()
            with _claimed(partial):
                for name, data in files.items():
                    (partial / name).write_bytes(data)
                if durable:
                    flush([*(partial / name for name in files), partial])
                partial.rename(path)
            if durable:
                flush([path.parent])
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise


def checksum(data: bytes) -> str:
    """The SHA-256 of what a file holds, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def remove_folder(path: Path) -> None:
    """Remove a folder so that nobody ever sees half of it: it is renamed out of sight first.

    Raises:
        StorageError: it cannot be removed.
    """
    with reporting("removed", path):
        # A folder cannot be removed atomically, but renamed: from here on it does not exist for any reader.
        doomed = path.rename(partial_name(path))
        # so that no other process takes it for abandoned and removes it at the same time
        with _claimed(doomed):
            shutil.rmtree(doomed)


def remove_files(folder: Path, paths: Iterable[Path]) -> None:
    """Remove some files of a folder, and the folders in it that have become empty; links, not what they lead to.

    Raises:
        StorageError: one cannot be removed.
    """
    for path in paths:
        _remove(path)
    for place, _, _ in os.walk(folder, topdown=False):
        with contextlib.suppress(OSError):  # something is left in it
            Path(place).rmdir()


def remove_partials(folder: Path) -> list[str]:
    """Clear away what a killed process left half-written in `folder` and the folders in it; returns the names.

    Only for the process that works in `folder`: another's unfinished files would be lost.
    """
    leftovers = []
    for place, folders, names in os.walk(folder):
        found = [name for name in (*folders, *names) if is_partial(name)]
        folders[:] = [name for name in folders if name not in found]
        leftovers += [Path(place) / name for name in found]
    for leftover in sorted(leftovers):
        _remove(leftover)
    return sorted(leftover.name for leftover in leftovers)


def remove_abandoned(root: Path) -> None:
    """Clear away the hidden folders in `root` that killed processes left; those of living ones are claimed, and stay.

    Raises:
        StorageError: one cannot be removed.
    """
    with reporting("read", root):
        found = [path for path in root.iterdir() if is_partial(path.name)]
    for path in found:
        with contextlib.suppress(FileNotFoundError):  # finished, or removed by another process, in the meantime
            # Age and lock: between its creation and the lock a young folder has no owner yet.
            if time.time() - path.lstat().st_mtime > CLAIM_SECONDS and not _is_claimed(path):
                _remove(path)


def _remove(path: Path) -> None:
    with reporting("removed", path), contextlib.suppress(FileNotFoundError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


@contextlib.contextmanager
def _claimed(folder: Path) -> Iterator[None]:
    """Tell other processes that somebody works in a hidden folder, however this process ends."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        with contextlib.suppress(OSError):  # a file system without locks: then it is young, or abandoned
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def _is_claimed(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except NotADirectoryError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def partial_name(path: Path) -> Path:
    """A hidden name next to `path` that no other writer uses."""
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}{PARTIAL}")


def is_partial(name: str) -> bool:
    """Whether `partial_name` made this name."""
    return name.startswith(".") and name.endswith(PARTIAL)


# ---- the disk ----


def flush(paths: Iterable[Path]) -> None:
    """Wait until the disk has these files, or lists of names in these folders.

    All at the same time: a file system that is asked at once puts them into one transaction, and takes a third of the
    time that it needs for one after the other.
    """
    paths = list(paths)
    if len(paths) == 1:
        _flush_one(paths[0])
        return
    # fsync waits for the disk and not for the interpreter: threads wait together
    with ThreadPoolExecutor(max_workers=len(paths)) as threads:
        list(threads.map(_flush_one, paths))


def _flush_one(path: Path) -> None:
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except PermissionError:  # Windows does not open folders
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
