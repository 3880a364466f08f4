"""idx files, plain or gzipped, the format of MNIST and similar data sets."""

from __future__ import annotations

import gzip
import io
import math
import zlib
from pathlib import Path
from typing import ClassVar

import numpy as np

from dlcli.core import DataError, formatting, register
from dlcli.data.data_paths import read_bytes
from dlcli.data.formats.arrays import PairedFiles
from dlcli.data.formats.decompression import check_decompressed_size
from dlcli.data.readers import WrittenClassNames

#: third byte of the file → element type, big-endian
ELEMENT_TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}

#: maximum number of axes; a header with more is damaged or malicious
MAX_AXES = 8


def read_idx(path: Path) -> np.ndarray:
    """Read the array of an idx file.

    Format: http://yann.lecun.com/exdb/mnist/ — two zero bytes, the element type, the number of axes, the length of
    each axis as a big-endian 32-bit integer, the elements.

    Raises:
        DataError: The file is not an idx file, or is damaged or truncated.
    """
    content = read_bytes(path)
    if content[:2] == b"\x1f\x8b":
        content = _decompress(content, path)
    element, shape, start = _header(content, path)
    expected = start + element.itemsize * math.prod(shape)
    if len(content) != expected:
        raise DataError(
            f"cut short or damaged: the file has "
            f"{formatting.count(len(content), 'byte')}, its header {shape} needs {expected}",
            code="damaged_file",
            file=str(path),
        )
    array = np.frombuffer(content, dtype=element, offset=start).reshape(shape)
    return array.astype(element.newbyteorder("="), copy=False)


def _header(content: bytes, path: Path) -> tuple[np.dtype, tuple[int, ...], int]:
    """Return the type of the elements, the shape, and the offset of the elements.

    Raises:
        DataError: The header is invalid.
    """
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in ELEMENT_TYPES:
        raise DataError(
            f"not an idx file: it starts with the bytes {content[:4].hex(' ') or '(none)'}",
            code="wrong_format",
            file=str(path),
        )
    element, rank = np.dtype(ELEMENT_TYPES[content[2]]), content[3]
    if rank > MAX_AXES:
        raise DataError(f"its header has {rank} axes; at most {MAX_AXES} are read", code="damaged_file", file=str(path))
    start = 4 + 4 * rank
    if len(content) < start:
        raise DataError(
            f"cut short or damaged: its header has {len(content)} bytes of {start}", code="damaged_file", file=str(path)
        )
    return element, tuple(np.frombuffer(content[4:start], dtype=">u4").tolist()), start


def _decompress(content: bytes, path: Path) -> bytes:
    """Decompress a gzip file up to the size in the idx header, and one byte more if there is one.

    Raises:
        DataError: The file is damaged, or its size in the header is implausible.
    """
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as stream:
            begin = stream.read(4 + 4 * MAX_AXES)
            element, shape, start = _header(begin, path)
            claimed = start + element.itemsize * math.prod(shape)
            check_decompressed_size(path, len(content), claimed, "use the decompressed file")
            return begin + stream.read(max(claimed + 1 - len(begin), 0))
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(
            f"the gzip file is damaged or cut short: {error}", code="damaged_file", file=str(path)
        ) from error


@register("format", "idx")
class Idx(PairedFiles):
    """idx files (plain or .gz), one for the inputs and one for the targets; (N, H, W) images become (N, H, W, 1).

    Args:
        path: Path of the inputs, such as train-images-idx3-ubyte.gz.
        targets_path: Path of the targets, such as train-labels-idx1-ubyte.gz.
        test_path: Path of the inputs of a separate test set; null = none.
        test_targets_path: Path of the targets of the test set.
        class_names: Names of the labels 0 … K−1 or of all labels in order, or a mapping of labels to names; null = the
            labels themselves.
        folder: Subfolder of $DLCLI_DATA and of the cache to search; null = $DLCLI_DATA and the cache themselves.
        source: Where to download the files; shown if they are not found.
    """

    endings: ClassVar[tuple[str, ...]] = (".idx", ".idx.gz", "-ubyte", "-ubyte.gz")

    def __init__(
        self,
        *,
        path: str,
        targets_path: str,
        test_path: str | None = None,
        test_targets_path: str | None = None,
        class_names: WrittenClassNames = None,
        folder: str | None = None,
        source: str | None = None,
    ) -> None:
        super().__init__(
            path=path,
            targets_path=targets_path,
            test_path=test_path,
            test_targets_path=test_targets_path,
            class_names=class_names,
            folder=folder,
            source=source,
        )

    def read_inputs(self, path: Path) -> np.ndarray:
        inputs = read_idx(path)
        return inputs[..., np.newaxis] if inputs.ndim == 3 else inputs  # (N, H, W) -> (N, H, W, 1)

    def read_targets(self, path: Path) -> np.ndarray:
        return read_idx(path)
