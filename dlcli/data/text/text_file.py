"""Read the bytes of a text file and check them; a large file stays on disk."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from dlcli.core import DataError
from dlcli.data.data_paths import read_bytes, unreadable
from dlcli.data.decoding import check_encoding, check_not_utf16, decode_text, decoding_error, is_utf8

#: texts of more bytes, and their tokens, are memory-mapped
MEMORY_LIMIT = 1 << 26
#: number of bytes to process at once
BLOCK = 1 << 20


def read_text_file(path: Path, encoding: str) -> np.ndarray:
    """Return the text in UTF-8 without a byte order mark, (bytes,) uint8; memory-mapped if it is large.

    Args:
        path: Path of the file.
        encoding: Encoding of its characters.

    Raises:
        ConfigError: The encoding does not exist.
        DataError: The file cannot be read or decoded, or is blank.
    """
    check_encoding(encoding)
    try:
        size = path.stat().st_size
    except OSError as error:
        raise unreadable(path, error) from error
    if size > MEMORY_LIMIT and is_utf8(encoding):
        content = map_utf8(path, encoding)
    else:
        content = np.frombuffer(decode_text(read_bytes(path), encoding, path).encode(), dtype=np.uint8)
    if not any(block.strip() for block in blocks(content)):
        raise DataError("the file is empty", code="empty_data", file=str(path))
    return content


def map_utf8(path: Path, encoding: str) -> np.ndarray:
    """Memory-map a UTF-8 file and check its encoding block by block."""
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
            before = bytes(error.object[: error.start])  # starts with the incomplete character of the previous block
            raise decoding_error(path, lines + before.count(b"\n") + 1, error.object[error.start], encoding) from error
        lines += block.count(b"\n")
    mark = len(codecs.BOM_UTF8)
    return content[mark:] if bytes(content[:mark]) == codecs.BOM_UTF8 else content


def blocks(content: np.ndarray) -> Iterator[bytes]:
    """Yield the content in blocks of `BLOCK` bytes."""
    for start in range(0, len(content), BLOCK):
        yield content[start : start + BLOCK].tobytes()
