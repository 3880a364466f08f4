"""The bytes of a text file: checked, in memory or, where they are many, in the file."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from dlcli.core import DataError
from dlcli.data.data_paths import read_bytes, unreadable
from dlcli.data.decoding import check_encoding, check_not_utf16, decoded, is_utf8, undecodable

#: larger texts stay in their file, and so do their tokens; bytes
MEMORY_LIMIT = 1 << 26
#: what is looked at together of a text in a file; bytes
BLOCK = 1 << 20


def read_text_file(path: Path, encoding: str) -> np.ndarray:
    """(bytes,) uint8 of the text in UTF-8, without a byte order mark; memory-mapped where it is large.

    Args:
        path: of the file.
        encoding: of its characters.

    Raises:
        ConfigError: no such encoding.
        DataError: the file cannot be read or decoded, or has nothing but spaces in it.
    """
    check_encoding(encoding)
    try:
        size = path.stat().st_size
    except OSError as error:
        raise unreadable(path, error) from error
    if size > MEMORY_LIMIT and is_utf8(encoding):
        content = mapped(path, encoding)
    else:
        content = np.frombuffer(decoded(read_bytes(path), encoding, path).encode(), dtype=np.uint8)
    if not any(block.strip() for block in blocks(content)):
        raise DataError("the file is empty", code="empty_data", file=str(path))
    return content


def mapped(path: Path, encoding: str) -> np.ndarray:
    """A file in UTF-8 as an array, checked without being in memory as a whole."""
    try:
        content: np.ndarray = np.memmap(path, dtype=np.uint8, mode="r")
    except OSError as error:
        raise unreadable(path, error) from error
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines = 0
    for number, block in enumerate(blocks(content)):
        if number == 0:
            check_not_utf16(block, path)
        try:
            decoder.decode(block, final=(number + 1) * BLOCK >= len(content))
        except UnicodeDecodeError as error:
            before = bytes(error.object[: error.start])  # begins with what the block before left over
            raise undecodable(path, lines + before.count(b"\n") + 1, error.object[error.start], encoding) from error
        lines += block.count(b"\n")
    mark = len(codecs.BOM_UTF8)
    return content[mark:] if bytes(content[:mark]) == codecs.BOM_UTF8 else content


def blocks(content: np.ndarray) -> Iterator[bytes]:
    for start in range(0, len(content), BLOCK):
        yield content[start : start + BLOCK].tobytes()
