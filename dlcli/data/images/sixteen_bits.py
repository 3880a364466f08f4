"""Convert 16-bit images to 8 bits: keep the upper 8 of the bits that they use.

X-rays and microscopes store 10 to 14 bits in 16-bit files. The upper byte alone would leave 4 to 64 levels of gray.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dlcli.core import DataError

if TYPE_CHECKING:
    from PIL import Image

#: EXIF tag of the orientation
ORIENTATION = 0x0112
#: suffix of Pillow's raw modes → the other byte order, with which Pillow reads the lower byte instead of the upper one
_OTHER_ORDER = {"B": "L", "L": "B", "N": "B"}


def sixteen_bits(opened: Image.Image, content: bytes, bits: int | None, path: Path) -> tuple[Image.Image, int] | None:
    """Return a 16-bit image as bytes and the largest value in its file; None for files with fewer bits.

    Args:
        opened: Image opened by Pillow but not loaded yet.
        content: Content of the file.
        bits: Number of bits in use; None = 16.
        path: Path of the file, for errors.

    Raises:
        DataError: A pixel does not fit into `bits`, or the lower bytes cannot be read.
    """
    if opened.mode.startswith("I"):
        return _in_bytes(np.array(opened), opened, bits, path)
    if not _is_deep_color(opened):
        return None
    if bits is None or bits == 16:  # Pillow reads the upper bytes of color images
        return opened, int(np.array(opened.convert("RGB")).max()) << 8 | 0xFF
    if opened.mode != "RGB":
        message = f"has 16 bits and transparency; only its upper 8 bits can be read, not bits: {bits}"
        raise DataError(message, code="not_applicable", file=str(path))
    lower = _lower_bytes(content)
    return _in_bytes(np.array(opened).astype(np.int32) << 8 | lower, opened, bits, path)


def check_depth(peak: int, bits: int | None) -> str | None:
    """Return a message if images with the largest value `peak` use less than half of the range, else None."""
    if bits is not None or peak >= 1 << 15:
        return None
    used = max(peak.bit_length(), 8)
    return (
        f"the largest value of the 16-bit images is {peak:,}, so at most {used} bits are in use, and "
        f"{max((peak >> 8) + 1, 1)} levels would be left; bits: {used} keeps 256, bits: 16 keeps the full range"
    )


def _in_bytes(values: np.ndarray, opened: Image.Image, bits: int | None, path: Path) -> tuple[Image.Image, int]:
    from PIL import Image

    low, peak, used = int(values.min()), int(values.max()), bits or 16
    if low < 0 or peak >= 1 << used:
        message = f"has pixels from {low:,} to {peak:,}; {used} bits hold 0 to {(1 << used) - 1:,}"
        raise DataError(message, code="out_of_range", file=str(path))
    image = Image.fromarray((values >> used - 8).astype(np.uint8))
    image.getexif()[ORIENTATION] = opened.getexif().get(ORIENTATION, 1)
    return image, peak


def _is_deep_color(opened: Image.Image) -> bool:
    return any(";16" in _raw_mode(tile.args) for tile in getattr(opened, "tile", ()))


def _raw_mode(arguments: object) -> str:
    first = arguments[0] if isinstance(arguments, tuple) and arguments else arguments
    return first if isinstance(first, str) else ""


def _lower_bytes(content: bytes) -> np.ndarray:
    """Return the lower byte of each color, (H, W, 3)."""
    from PIL import Image

    with Image.open(io.BytesIO(content)) as image:
        tiles = []
        for tile in image.tile:
            raw = _raw_mode(tile.args)
            other = raw[:-1] + _OTHER_ORDER[raw[-1]]
            further = tile.args[1:] if isinstance(tile.args, tuple) else ()
            tiles.append(tile._replace(args=other if isinstance(tile.args, str) else (other, *further)))
        image.tile = tiles
        return np.array(image)
