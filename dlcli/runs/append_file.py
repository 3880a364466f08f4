"""Files that grow by whole lines: `metrics.jsonl` and `train.log`."""

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
    """Add one line and hand it to the system at once; a line before it that a kill cut off is ended first.

    Returns:
        Number of bytes that were in the file before.

    Raises:
        StorageError: it cannot be written, and then a part that was written is taken back; or it is not a regular file.
    """
    with reporting("written", path):
        descriptor = storage.open_in_place(path, os.O_RDWR | os.O_APPEND | os.O_CREAT)
        try:
            size = os.fstat(descriptor).st_size
            data = (line + "\n").encode("utf-8", "backslashreplace")
            # A line that a kill cut off stays what it is: a last line that is not valid. The new one starts on its own.
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
    """The JSON objects of a `.jsonl` file, one a line; a last line cut off by a kill is left out.

    Raises:
        StorageError: a line before the last is not a JSON object.
    """
    if not os.path.lexists(path):
        return []
    # bytes, not text mode: only \n ends a line, and not the other line separators of Unicode
    lines = storage.read_bytes(path).split(b"\n")
    records = []
    for number, line in enumerate(lines[:-1], start=1):  # after the last newline: nothing, or a torn line
        try:
            record = strict_json.loads(line)
        except ValueError:
            record = None
        if not isinstance(record, dict):
            raise StorageError("not a JSON object; the file is damaged", file=str(path), line=number)
        records.append(record)
    return records


def truncate(path: Path, size: int) -> None:
    """Cut the file back to its first `size` bytes; a shorter or absent file stays as it is."""
    if not path.exists() or path.stat().st_size <= size:
        return
    with reporting("written", path):
        descriptor = storage.open_in_place(path, os.O_WRONLY)
        try:
            os.ftruncate(descriptor, size)
        finally:
            os.close(descriptor)


def file_size(path: Path) -> int:
    """Number of bytes in the file; 0 when there is none."""
    return path.stat().st_size if path.exists() else 0


class GrowingFile:
    """A file of lines that knows the SHA-256 of what it holds, so that a checkpoint can refer to it.

    The sum grows with the lines: the file is not read again for every checkpoint.

    Args:
        path: of the file, which may not exist yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._size = 0
        self._sum = hashlib.sha256()

    def append(self, line: str) -> None:
        """Add one line.

        Raises:
            StorageError: it cannot be written.
        """
        # Somebody else has written to the file: the running sum is worthless, and it is read again.
        if append_line(self.path, line) == self._size:
            data = (line + "\n").encode("utf-8", "backslashreplace")
            self._sum.update(data)
            self._size += len(data)
        else:
            self._read()

    def state(self) -> tuple[int, str]:
        """Number of bytes, and their SHA-256 in hexadecimal."""
        if self._size != file_size(self.path):
            self._read()
        return self._size, self._sum.hexdigest()

    def check(self, size: int, checksum: str | None) -> None:
        """Refuse a file that does not begin with what it held at an earlier time.

        Args:
            size: Number of bytes at that time.
            checksum: Their SHA-256; None where it was not recorded.

        Raises:
            StorageError: it is missing, shorter, or was changed.
        """
        data = storage.read_bytes(self.path) if os.path.lexists(self.path) else b""
        if len(data) < size:
            raise StorageError(f"has {len(data):,} of the {size:,} bytes that it had", file=str(self.path))
        head = data[:size]
        if checksum is None:  # of an older version, which did not record it
            was_changed = bool(head) and not head.endswith(b"\n")
        else:
            was_changed = hashlib.sha256(head).hexdigest() != checksum
        if was_changed:
            raise StorageError(f"was changed in the first {size:,} bytes", file=str(self.path))

    def truncate(self, size: int) -> None:
        """Forget what comes after the first `size` bytes."""
        truncate(self.path, size)
        self._read()

    def _read(self) -> None:
        data = storage.read_bytes(self.path) if self.path.exists() else b""
        self._size, self._sum = len(data), hashlib.sha256(data)
