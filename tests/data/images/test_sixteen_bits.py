"""Images with 16 bits per pixel that use fewer bits."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dlcli.core import DataError
from dlcli.data.images import ImageConversion, ReferenceShape, decode, decode_many

TWELVE = np.random.default_rng(0).integers(0, 4096, (6, 9, 3)).astype(np.uint16)
TWELVE[0, 0] = 4095
PNG_COLORS = {1: 0, 2: 4, 3: 2, 4: 6}  # channels -> the type in the header


def png(pixels: np.ndarray) -> bytes:
    """Encode a PNG with 16 bits per channel, which Pillow cannot write."""
    height, width, channels = pixels.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", width, height, 16, PNG_COLORS[channels], 0, 0, 0)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def tiff(pixels: np.ndarray, orientation: int = 1) -> bytes:
    """Encode a TIFF of one strip with 16 bits per channel."""
    height, width, channels = pixels.shape
    tags = 11
    behind = 8 + 2 + 12 * tags + 4
    sizes = struct.pack(f"<{channels}H", *[16] * channels)
    data = pixels.astype("<u2").tobytes()
    entries = [
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, channels, behind if channels > 2 else 16),
        (259, 3, 1, 1),
        (262, 3, 1, 2 if channels > 2 else 1),
        (273, 4, 1, behind + len(sizes)),
        (274, 3, 1, orientation),
        (277, 3, 1, channels),
        (278, 4, 1, height),
        (279, 4, 1, len(data)),
        (339, 3, 1, 1),
    ]
    table = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\0" + struct.pack("<IH", 8, tags) + table + struct.pack("<I", 0) + sizes + data


def written(folder: Path, pixels: np.ndarray, ending: str) -> Path:
    path = folder / f"a.{ending}"
    path.write_bytes((png if ending == "png" else tiff)(pixels))
    return path


@pytest.mark.parametrize("ending", ["png", "tif"])
@pytest.mark.parametrize("channels", [1, 3])
def test_the_upper_eight_of_the_bits_in_use(tmp_path: Path, ending: str, channels: int) -> None:
    path = written(tmp_path, TWELVE[..., :channels], ending)
    pixels = decode(path, ImageConversion(bits=12))
    assert np.array_equal(pixels, TWELVE[..., :channels] >> 4)
    assert len(np.unique(pixels)) > 40


@pytest.mark.parametrize("ending", ["png", "tif"])
@pytest.mark.parametrize("channels", [1, 3])
def test_images_that_would_lose_levels_are_rejected(tmp_path: Path, ending: str, channels: int) -> None:
    path = written(tmp_path, TWELVE[..., :channels], ending)
    with pytest.raises(DataError) as caught:
        list(decode_many([path], ImageConversion()))
    assert caught.value.file == str(path)
    assert "bits: 12" in caught.value.message
    remarks: list[str] = []
    assert len(list(decode_many([path], ImageConversion(), on_unused_levels=remarks.append))) == 1
    assert len(remarks) == 1
    assert np.array_equal(decode(path, ImageConversion(bits=16)), TWELVE[..., :channels] >> 8)


def test_one_bright_image_shows_that_all_bits_are_in_use(tmp_path: Path) -> None:
    dark = written(tmp_path, TWELVE[..., :1], "png")
    bright = tmp_path / "b.png"
    bright.write_bytes(png(TWELVE[..., :1] * 16))
    (block,) = decode_many([dark, bright], ImageConversion())
    assert np.array_equal(block[0], TWELVE[..., :1] >> 8)
    assert np.array_equal(block[1], TWELVE[..., :1] >> 4)


@pytest.mark.parametrize("channels", [1, 3])
def test_pixels_that_exceed_the_bits_are_rejected(tmp_path: Path, channels: int) -> None:
    path = written(tmp_path, TWELVE[..., :channels], "png")
    with pytest.raises(DataError) as caught:
        decode(path, ImageConversion(bits=11))
    assert caught.value.file == str(path)


@pytest.mark.parametrize("channels", [2, 4])
def test_transparency_with_sixteen_bits(tmp_path: Path, channels: int) -> None:
    pixels = np.full((3, 4, channels), 65535, np.uint16)
    pixels[..., 0] = 0x4000
    path = written(tmp_path, pixels, "png")
    assert decode(path, ImageConversion()).ravel()[0] == 0x40
    with pytest.raises(DataError):
        decode(path, ImageConversion(bits=12))


@pytest.mark.parametrize("write", [png, tiff])
def test_files_with_eight_bits_are_not_scaled(tmp_path: Path, write: Callable[[np.ndarray], bytes]) -> None:
    deep = tmp_path / "b.img.png"
    deep.write_bytes(write(TWELVE[..., :1]))
    bytes_ = (TWELVE[..., 0] >> 5).astype(np.uint8)
    Image.fromarray(bytes_).save(tmp_path / "a.png")
    (block,) = decode_many([tmp_path / "a.png", deep], ImageConversion(bits=12), ReferenceShape((6, 9, 1), "the first"))
    assert np.array_equal(block[0, ..., 0], bytes_)
    assert np.array_equal(block[1], TWELVE[..., :1] >> 4)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("bits", [12, 16])
def test_rotates_by_the_orientation(tmp_path: Path, channels: int, bits: int) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(tiff(TWELVE[..., :channels], orientation=6))
    expected = np.rot90(TWELVE[..., :channels] >> (bits - 8), -1)
    assert np.array_equal(decode(path, ImageConversion(bits=bits)), expected)


def test_a_pgm_with_twelve_bits_in_its_header_is_scaled(tmp_path: Path) -> None:
    """Pillow scales to the largest value that the header declares."""
    path = tmp_path / "a.pgm"
    path.write_bytes(b"P5\n9 6\n4095\n" + TWELVE[..., 0].astype(">u2").tobytes())
    (block,) = decode_many([path], ImageConversion())
    np.testing.assert_allclose(block[0, ..., 0], TWELVE[..., 0] / 4095 * 255, atol=1)
