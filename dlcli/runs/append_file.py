"""Files that grow by whole lines: `metrics.jsonl` and `train.log`."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any

from dlcli.errors import StorageError
from dlcli.runs.storage import reporting


def append_line(path: Path, line: str) -> None:
    """Add one line and hand it to the system at once.

    Raises:
        StorageError: it cannot be written; a part that was written is taken back.
    """
    with reporting("written", path), path.open("ab", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        data = (line + "\n").encode("utf-8", "backslashreplace")
        try:
            while data:
                data = data[file.write(data) :]
        except BaseException:
            with contextlib.suppress(OSError):
                file.truncate(size)
            raise


def read_records(path: Path) -> list[dict[str, Any]]:
    """The JSON objects of a `.jsonl` file, one a line; a last line cut off by a kill is left out.

    Raises:
        StorageError: a line before the last is not a JSON object.
    """
    if not path.exists():
        return []
    with reporting("read", path):
        lines = path.read_bytes().split(b"\n")
    records = []
    for number, line in enumerate(lines[:-1], start=1):  # after the last newline: nothing, or a torn line
        try:
            record = json.loads(line)
        except ValueError:
            record = None
        if not isinstance(record, dict):
            raise StorageError("not a JSON object; the file is damaged", file=str(path), line=number)
        records.append(record)
    return records


def truncate(path: Path, size: int) -> None:
    """Cut the file back to its first `size` bytes; a shorter or absent file stays as it is."""
    if path.exists() and path.stat().st_size > size:
        with reporting("written", path):
            os.truncate(path, size)


def file_size(path: Path) -> int:
    """Bytes in the file; 0 when there is none."""
    return path.stat().st_size if path.exists() else 0
