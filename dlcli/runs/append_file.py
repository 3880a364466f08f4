"""Files that lines are appended to: `metrics.jsonl` and `train.log`."""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path
from typing import Any

from dlcli.core import StorageError, strict_json
from dlcli.runs import storage
from dlcli.runs.storage import reporting


def append_line(path: Path, line: str) -> int:
    """Append one line and pass it to the system at once; a truncated last line is ended first.

    Args:
        path: File, which may not exist yet.
        line: Line without a line break.

    Returns:
        Number of bytes in the file before.

    Raises:
        StorageError: The line cannot be written, and then none of it is left; or the file is not a regular file.
    """
    with reporting("written", path):
        descriptor = storage.open_in_place(path, os.O_RDWR | os.O_APPEND | os.O_CREAT)
        try:
            size = os.fstat(descriptor).st_size
            data = (line + "\n").encode("utf-8", "backslashreplace")
            # A line that a kill has truncated stays as it is; the new line does not continue it.
            if size and os.pread(descriptor, 1, size - 1) != b"\n":
                data = b"\n" + data
            try:
                while data:
                    # a write may take less than all of it, e.g. on a full disk
                    data = data[os.write(descriptor, data) :]
            except BaseException:
                with contextlib.suppress(OSError):
                    os.ftruncate(descriptor, size)
                raise
        finally:
            os.close(descriptor)
    return size


def read_records(path: Path) -> list[dict[str, Any]]:
    """Read the JSON objects of a `.jsonl` file, one per line, without a last line that a kill has truncated.

    Raises:
        StorageError: A line before the last is not a JSON object.
    """
    if not os.path.lexists(path):
        return []
    # bytes, as only \n ends a line, not the other line separators of Unicode
    lines = storage.read_bytes(path).split(b"\n")
    records = []
    for number, line in enumerate(lines[:-1], start=1):  # after the last newline is nothing, or a truncated line
        try:
            record = strict_json.loads(line)
        except ValueError:
            record = None
        if not isinstance(record, dict):
            raise StorageError("not a JSON object; the file is damaged", file=str(path), line=number)
        records.append(record)
    return records


def torn_line(path: Path) -> int | None:
    """Return the number of the last line if it is cut off, counted from 1; None if it is complete or there is no line.

    Raises:
        StorageError: The file cannot be read.
    """
    data = storage.read_bytes(path) if os.path.lexists(path) else b""
    return data.count(b"\n") + 1 if data and not data.endswith(b"\n") else None


def truncate(path: Path, size: int) -> None:
    """Truncate a file to its first `size` bytes; a shorter or missing file is not changed."""
    if not path.exists() or path.stat().st_size <= size:
        return
    with reporting("written", path):
        descriptor = storage.open_in_place(path, os.O_WRONLY)
        try:
            os.ftruncate(descriptor, size)
        finally:
            os.close(descriptor)


def file_size(path: Path) -> int:
    """Return the number of bytes of a file; 0 for a missing file."""
    return path.stat().st_size if path.exists() else 0


class GrowingFile:
    """A file of lines that knows the SHA-256 of its content, so that a checkpoint can refer to it.

    The checksum is updated with every line, so that the file is not read again for every checkpoint.

    Args:
        path: Path of the file, which may not exist yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._size = 0
        self._sum = hashlib.sha256()

    def append(self, line: str) -> None:
        """Append one line.

        Raises:
            StorageError: The line cannot be written.
        """
        # If another process has written to the file, the checksum is computed again from the whole file.
        if append_line(self.path, line) == self._size:
            data = (line + "\n").encode("utf-8", "backslashreplace")
            self._sum.update(data)
            self._size += len(data)
        else:
            self._read()

    def state(self) -> tuple[int, str]:
        """Return the number of bytes, and their SHA-256 in hexadecimal."""
        if self._size != file_size(self.path):
            self._read()
        return self._size, self._sum.hexdigest()

    def check(self, size: int, checksum: str | None) -> None:
        """Check that the file starts with its content at an earlier time.

        Args:
            size: Number of bytes at that time.
            checksum: SHA-256 of these bytes; None if it was not recorded.

        Raises:
            StorageError: The file is missing, shorter, or was changed.
        """
        data = storage.read_bytes(self.path) if os.path.lexists(self.path) else b""
        if len(data) < size:
            raise StorageError(f"has only {len(data):,} of its previous {size:,} bytes", file=str(self.path))
        head = data[:size]
        if checksum is None:  # written by an older version, which did not record it
            was_changed = bool(head) and not head.endswith(b"\n")
        else:
            was_changed = hashlib.sha256(head).hexdigest() != checksum
        if was_changed:
            raise StorageError(f"was changed in the first {size:,} bytes", file=str(self.path))

    def truncate(self, size: int) -> None:
        """Remove everything after the first `size` bytes."""
        truncate(self.path, size)
        self._read()

    def _read(self) -> None:
        data = storage.read_bytes(self.path) if self.path.exists() else b""
        self._size, self._sum = len(data), hashlib.sha256(data)
