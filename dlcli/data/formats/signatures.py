"""Recognize files of another format than expected by their first bytes."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from dlcli.core import DataError

#: first bytes → format of the file, and how to fix it
SIGNATURES: dict[bytes, tuple[str, str]] = {
    b"\x1f\x8b": ("a gzip-compressed file", "unpack it with gunzip"),
    **{b"BZh%d1AY&SY" % level: ("a bzip2-compressed file", "unpack it with bunzip2") for level in range(1, 10)},
    b"\xfd7zXZ\x00": ("an xz-compressed file", "unpack it with unxz"),
    b"\x28\xb5\x2f\xfd": ("a Zstandard-compressed file", "unpack it with unzstd"),
    b"7z\xbc\xaf\x27\x1c": ("a 7-Zip archive", "unpack it"),
    b"Rar!\x1a\x07": ("a RAR archive", "unpack it"),
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": ("an old Excel workbook or another Office document", "save it as CSV"),
    b"%PDF-": ("a PDF document", "save its table as CSV"),
    b"{\\rtf": ("a rich-text document", "save its table as CSV"),
    b"PAR1": ("a Parquet file", "set format: parquet"),
    b"ARROW1": ("an Arrow (Feather) file", "save it as Parquet"),
    b"FEA1": ("a Feather file", "save it as Parquet"),
    b"\x93NUMPY": ("a NumPy array", "set format: npy"),
    b"\x89HDF\r\n\x1a\n": ("an HDF5 file", "save its arrays as .npz"),
    b"SQLite format 3\x00": ("an SQLite database", "export the table as CSV"),
    b"\x89PNG\r\n\x1a\n": ("a PNG image", "choose a file with a table"),
    b"\xff\xd8\xff": ("a JPEG image", "choose a file with a table"),
    b"\x80\x04\x95": ("a Python pickle, which is never read", "save the table as Parquet"),
    b"\x80\x05\x95": ("a Python pickle, which is never read", "save the table as Parquet"),
    b"version https://git-lfs.github.com/spec/": ("a Git LFS pointer, not the data", "fetch it with git lfs pull"),
}

#: first characters of markup documents, in lower case
MARKUP = (b"<!doctype html", b"<html", b"<?xml")

#: start of a name in a ZIP archive → format of the archive, and how to fix it
ARCHIVES: dict[str, tuple[str, str]] = {
    "xl/": ("an Excel workbook", "save the sheet as CSV"),
    "word/": ("a Word document", "save its table as CSV"),
    "content.xml": ("an OpenDocument file", "save the sheet as CSV"),
}


def kind_of(content: bytes) -> tuple[str, str] | None:
    """Return the format of a file by its first bytes and how to fix it; None for text and unknown formats.

    Args:
        content: Content of the file.
    """
    if content.startswith(b"PK\x03\x04"):
        return _archive(content)
    known = next((kind for signature, kind in SIGNATURES.items() if content.startswith(signature)), None)
    if known is None and content[:64].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(MARKUP):
        return "an HTML or XML document", "save its table as CSV"
    return known


def reject_other_formats(content: bytes, path: Path, expected: str) -> None:
    """Reject files of a recognized format.

    Args:
        content: Content of the file.
        path: Path of the file.
        expected: Expected format, such as CSV.

    Raises:
        DataError: The file is of another format; the message says which and how to fix it.
    """
    kind = kind_of(content)
    if kind is not None:
        actual, fix = kind
        raise DataError(f"expected {expected}, got {actual}; {fix}", code="wrong_format", file=str(path))


def _archive(content: bytes) -> tuple[str, str]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        names = []
    if names and all(name.endswith(".npy") for name in names):
        return "an .npz archive of NumPy arrays", "set format: npz"
    starts = (kind for start, kind in ARCHIVES.items() if any(name.startswith(start) for name in names))
    return next(starts, ("a ZIP archive", "unpack it"))
