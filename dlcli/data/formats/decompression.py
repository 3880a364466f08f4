"""Reject small files that would decompress to huge arrays, by the size that they declare."""

from __future__ import annotations

from pathlib import Path

from dlcli.core import DataError

#: number of bytes that any file may decompress to
MAX_DECOMPRESSED = 1 << 28

#: plausible compression ratio of larger files
MAX_RATIO = 100


def check_decompressed_size(
    path: Path, size: int, declared: int, fix: str | None = None, *, max_ratio: int = MAX_RATIO
) -> None:
    """Check that the declared size of a file is plausible.

    Args:
        path: Path of the file.
        size: Number of bytes of the file.
        declared: Number of bytes that the file declares to decompress to.
        fix: Text that says what to do if the file is valid.
        max_ratio: Plausible compression ratio of large files.

    Raises:
        DataError: The size is implausible; the message has both sizes.
    """
    if declared > MAX_DECOMPRESSED and declared > max_ratio * size:
        message = f"expected at most {max_ratio} times the {size:,} bytes of the file, but it declares {declared:,}"
        raise DataError(message if fix is None else f"{message}; {fix}", code="wrong_format", file=str(path))
