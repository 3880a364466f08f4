"""Atomic writing of files: written under a hidden name, flushed to the disk, renamed into place.

Files that need not survive a power failure (`durable=False`) are not flushed; a kill never leaves a partial file.

Nothing is written through symbolic links, pipes or hard links, which a folder from another person can contain.
`writable_path` checks all parts of a path, and `open_in_place` opens files to change without following links.

Every `OSError` becomes a `StorageError` with the path and the system's reason in one line.
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

#: Suffix of an unfinished file or folder, whose name also starts with a dot.
PARTIAL = ".partial"
#: Maximum number of seconds between the creation of a hidden folder and its lock.
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
    """Convert an `OSError` to a `StorageError`: `<path>: cannot be <what>: <the system's reason>`.

    Args:
        what: Past participle of the action, such as "read".
        path: Path of the file or folder.
    """
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise StorageError(f"cannot be {what}: {reason}", code="io_error", file=str(path)) from error


# ---- checks before reading and writing ----


def read_bytes(path: Path) -> bytes:
    """Return the content of a regular file, without waiting for pipes or devices.

    Raises:
        StorageError: The file is missing, cannot be read, or is not a regular file.
    """
    with reporting("read", path):
        # O_NONBLOCK: opening a pipe without a writer would wait forever
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:  # noqa: PTH123 (a descriptor)
            _check_regular(path, os.fstat(descriptor).st_mode)
            return file.read()


def has_entry(folder: Path, name: str) -> bool:
    """Return whether a folder has an entry of this name, whatever it is: a damaged record must not hide its run."""
    try:
        (folder / name).lstat()
    except PermissionError:  # a folder of another user: it may have the entry, and reading it will raise an error
        return True
    except (OSError, ValueError):  # such as a name that is too long, or with a zero byte in it
        return False
    return True


def writable_path(root: Path, name: str) -> Path:
    """Return the path of a file or folder in `root`, after a check that it can be written.

    Args:
        root: Folder, or link to a folder.
        name: Relative path, which may not exist yet.

    Raises:
        StorageError: A part of the path is neither a file nor a folder, such as a link.
    """
    path = root
    for part in PurePath(name).parts:
        path = path / part
        with reporting("written", path):
            try:
                # lstat does not follow links, which are not allowed
                mode = path.lstat().st_mode
            except FileNotFoundError:
                break
        if not stat.S_ISDIR(mode):
            _check_regular(path, mode)
    return root / name


def open_in_place(path: Path, flags: int) -> int:
    """Open a regular file to change it in place.

    A file with hard links, as in some backups, is replaced by a copy first, so that the others do not change.

    Args:
        path: Path of the file.
        flags: Flags of `os.open`.

    Returns:
        File descriptor.

    Raises:
        OSError: The file cannot be opened, or is a symbolic link.
        StorageError: The path is not a regular file.
    """
    descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o644)
    try:
        status = os.fstat(descriptor)
        _check_regular(path, status.st_mode)
    except BaseException:
        os.close(descriptor)
        raise
    # a change in place would also change the other hard links
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
    """Write a file, or replace it, in one atomic step.

    Args:
        path: Path of the file.
        data: Content.
        durable: Whether the file survives a power failure after the call.

    Raises:
        StorageError: The file cannot be written; the previous file is unchanged, and no partial file is left.
    """
    write_files(path.parent, {path.name: data}, durable=durable)


def write_files(folder: Path, files: Mapping[str, bytes], *, durable: bool = True) -> None:
    """Write several files of one folder, each in one atomic step; faster than one by one.

    The folder is created if it is missing, but not its parent.

    Args:
        folder: Folder of the files.
        files: Name → content.
        durable: Whether the files survive a power failure after the call.

    Raises:
        StorageError: A file cannot be written; no partial file is left.
    """
    # First all contents are written under hidden names, then they are renamed, each atomically. A kill in between
    # leaves old and new files, but no partial ones.
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
    """Create a folder with its files in one atomic step.

    The parent folder is created if it is missing, but not its own parent.

    Args:
        path: Path of the folder.
        files: Name → content.
        durable: Whether the folder survives a power failure after the call.

    Raises:
        StorageError: The folder cannot be written, or `path` exists; no partial folder is left.
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
    """Return the SHA-256 of the content of a file in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def remove_folder(path: Path) -> None:
    """Remove a folder atomically for readers: it gets a hidden name first.

    Raises:
        StorageError: The folder cannot be removed.
    """
    with reporting("removed", path):
        # A folder cannot be removed atomically, but it can be renamed atomically.
        hidden = path.rename(partial_name(path))
        # the lock keeps other processes from removing it as abandoned at the same time
        with _claimed(hidden):
            shutil.rmtree(hidden)


def remove_files(folder: Path, paths: Iterable[Path]) -> None:
    """Remove files of a folder, then its empty subfolders, and the folder itself if it is empty.

    Links are removed, but not their targets.

    Args:
        folder: Folder.
        paths: Paths of the files.

    Raises:
        StorageError: A file cannot be removed.
    """
    for path in paths:
        _remove(path)
    for parent, _, _ in os.walk(folder, topdown=False):
        with contextlib.suppress(OSError):  # not empty
            Path(parent).rmdir()


def remove_partials(folder: Path) -> list[str]:
    """Remove partial files of killed processes in a folder and its subfolders, and return their names.

    Only the process that has locked the folder may call it, or unfinished files of another process are lost.
    """
    leftovers = []
    for parent, folders, names in os.walk(folder):
        partials = [name for name in (*folders, *names) if is_partial(name)]
        folders[:] = [name for name in folders if name not in partials]
        leftovers += [Path(parent) / name for name in partials]
    for leftover in sorted(leftovers):
        _remove(leftover)
    return sorted(leftover.name for leftover in leftovers)


def remove_abandoned(root: Path) -> None:
    """Remove hidden files and folders of killed processes in `root`; the folders of running processes are locked.

    Raises:
        StorageError: A folder cannot be removed.
    """
    with reporting("read", root):
        partials = [path for path in root.iterdir() if is_partial(path.name)]
    for path in partials:
        with contextlib.suppress(FileNotFoundError):  # another process has finished or removed it
            # The age is checked as well, because a new folder is not locked immediately.
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
    """Lock a hidden folder until the block or the process ends, so that other processes do not remove it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        with contextlib.suppress(OSError):  # a file system without locks, where only the age counts
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
    """Return a hidden name next to `path` that no other process uses."""
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}{PARTIAL}")


def is_partial(name: str) -> bool:
    """Return whether a name comes from `partial_name`."""
    return name.startswith(".") and name.endswith(PARTIAL)


# ---- the disk ----


def flush(paths: Iterable[Path]) -> None:
    """Wait until files, or the entries of folders, are on the disk.

    All are flushed in parallel, so that the file system combines them into one transaction, in a third of the time.
    """
    paths = list(paths)
    if len(paths) == 1:
        _flush_one(paths[0])
        return
    # fsync releases the interpreter lock, so that threads wait in parallel
    with ThreadPoolExecutor(max_workers=len(paths)) as threads:
        list(threads.map(_flush_one, paths))


def _flush_one(path: Path) -> None:
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except PermissionError:  # a folder that can be written but not read
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
