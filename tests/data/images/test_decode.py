from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dlcli.core import DataError
from dlcli.data.images import ImageConversion, decode, decode_many

PIXELS = np.random.default_rng(0).integers(0, 256, (6, 9, 3)).astype(np.uint8)


def save(path: Path, pixels: np.ndarray, mode: str | None = None, **options: Any) -> Path:
    image = Image.fromarray(pixels)
    (image if mode is None else image.convert(mode)).save(path, **options)
    return path


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and has no pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", len(header)) + b"IHDR" + header + struct.pack(">I", zlib.crc32(b"IHDR" + header))
    data = zlib.compress(b"")
    chunk += struct.pack(">I", len(data)) + b"IDAT" + data + struct.pack(">I", zlib.crc32(b"IDAT" + data))
    return b"\x89PNG\r\n\x1a\n" + chunk + b"\0\0\0\0IEND\xaeB`\x82"


# ---- what is read ----


@pytest.mark.parametrize("ending", ["png", "bmp", "ppm", "tif", "webp"])
def test_color_is_read_to_the_bit(tmp_path: Path, ending: str):
    options = {"lossless": True} if ending == "webp" else {}
    assert np.array_equal(decode(save(tmp_path / f"a.{ending}", PIXELS, **options), ImageConversion()), PIXELS)


@pytest.mark.parametrize("ending", ["png", "pgm", "bmp", "tif"])
def test_gray_has_one_channel(tmp_path: Path, ending: str):
    assert np.array_equal(decode(save(tmp_path / f"a.{ending}", PIXELS[..., 0]), ImageConversion()), PIXELS[..., :1])


@pytest.mark.parametrize(
    ("mode", "channels"), [("1", 1), ("L", 1), ("LA", 1), ("P", 3), ("RGB", 3), ("RGBA", 3), ("CMYK", 3)]
)
def test_every_mode_is_converted_to_the_requested_channels(tmp_path: Path, mode: str, channels: int):
    path = save(tmp_path / ("a.tif" if mode == "CMYK" else "a.png"), PIXELS, mode)
    assert decode(path, ImageConversion()).shape == (6, 9, channels)
    assert decode(path, ImageConversion(channels=1)).shape == (6, 9, 1)
    assert decode(path, ImageConversion(channels=3)).shape == (6, 9, 3)


def test_sixteen_bits_of_gray_are_scaled_and_not_cut_off(tmp_path: Path):
    deep = np.array([[0, 255, 256, 30000, 65535]], np.uint16)
    assert decode(save(tmp_path / "a.png", deep), ImageConversion()).ravel().tolist() == [0, 0, 1, 117, 255]


def test_transparent_pixels_become_white(tmp_path: Path):
    clear = np.zeros((2, 2, 4), np.uint8)
    clear[0, 0] = (10, 20, 30, 255)
    pixels = decode(save(tmp_path / "a.png", clear), ImageConversion())
    assert pixels[0, 0].tolist() == [10, 20, 30]
    assert np.all(pixels[1] == 255)


def test_images_are_rotated_by_their_orientation(tmp_path: Path):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: rotate by 90° to the right
    path = save(tmp_path / "a.png", PIXELS, exif=exif)
    assert np.array_equal(decode(path, ImageConversion()), np.rot90(PIXELS, -1))


def test_the_first_frame_of_an_animation_is_read(tmp_path: Path):
    frames = [Image.fromarray(np.full((4, 4), value, np.uint8)) for value in (0, 255)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert decode(tmp_path / "a.gif", ImageConversion(channels=1)).max() == 0


def test_jpeg_is_read_and_scaled_while_decoding(tmp_path: Path):
    smooth = np.linspace(0, 255, 512).astype(np.uint8)[:, None, None] * np.ones((1, 640, 3), np.uint8)
    pixels = decode(save(tmp_path / "a.jpg", smooth), ImageConversion((16, 20)))
    assert pixels.shape == (16, 20, 3)
    np.testing.assert_allclose(pixels[:, 3, 1], np.linspace(8, 247, 16), atol=4)


# ---- sizes ----


def half_white() -> np.ndarray:
    """20 × 40: the left half black, the right one white."""
    return np.repeat(np.repeat(np.array([[0, 255]], np.uint8), 20, axis=0), 20, axis=1)


@pytest.mark.parametrize(
    ("resize", "left", "top"),
    [
        ("stretch", (0, 255), (0, 255)),
        ("crop", (0, 255), (0, 255)),
        ("pad", (0, 255), (0, 0)),
        ("none", (0, 255), (0, 255)),
    ],
)
def test_ways_to_resize(tmp_path: Path, resize: Any, left: tuple[int, int], top: tuple[int, int]):
    path = save(tmp_path / "a.png", half_white())
    pixels = decode(path, ImageConversion((10, 10), 1, resize))[..., 0]
    assert pixels.shape == (10, 10)
    assert (pixels[5, 0], pixels[5, 9]) == left
    assert (pixels[0, 0], pixels[0, 9]) == top


def test_cropping_cuts_the_sides_and_padding_keeps_them(tmp_path: Path):
    marked = np.zeros((20, 40), np.uint8)
    marked[:, :8] = 255
    path = save(tmp_path / "a.png", marked)
    assert decode(path, ImageConversion((10, 10), 1, "crop")).max() == 0
    assert decode(path, ImageConversion((10, 10), 1, "none")).max() == 0
    assert decode(path, ImageConversion((10, 10), 1, "pad")).max() == 255


# ---- files that are rejected ----


def broken(tmp_path: Path, name: str) -> Path:
    """Write a file that is damaged in the way its name says."""
    path = tmp_path / name
    whole = save(tmp_path / "whole.png", np.random.default_rng(0).integers(0, 256, (64, 64, 3)).astype(np.uint8))
    jpeg = save(tmp_path / "whole.jpg", np.random.default_rng(0).integers(0, 256, (64, 64, 3)).astype(np.uint8))
    content = {
        "empty.png": b"",
        "text.png": b"not an image at all, but long enough to be one",
        "html.jpg": b"<!DOCTYPE html><html></html>",
        "cut.png": whole.read_bytes()[:2000],
        "cut.jpg": jpeg.read_bytes()[:2000],
        "header.jpg": jpeg.read_bytes()[:20],
        "flipped.png": whole.read_bytes()[:300] + b"\xff" * 50 + whole.read_bytes()[350:],
        "wide.png": png_header(50_000, 3),
        "bomb.png": png_header(19_000, 19_000),
        "nothing.png": png_header(3, 3),
        "program.eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\nshowpage\n",
    }[name]
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("empty.png", {"empty_data"}),
        ("text.png", {"wrong_format"}),
        ("html.jpg", {"wrong_format"}),
        ("cut.png", {"damaged_file"}),
        ("cut.jpg", {"damaged_file"}),
        ("header.jpg", {"wrong_format", "damaged_file"}),
        ("flipped.png", {"damaged_file"}),
        ("wide.png", {"too_large"}),
        ("bomb.png", {"too_large"}),
        ("nothing.png", {"damaged_file"}),
        ("program.eps", {"wrong_format"}),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, name: str, codes: set[str]):
    path = broken(tmp_path, name)
    with pytest.raises(DataError) as caught:
        list(decode_many([path], ImageConversion((8, 8))))
    assert caught.value.code in codes
    assert caught.value.file == str(path)
    assert "\n" not in str(caught.value)


def test_a_missing_or_unreadable_file_is_named(tmp_path: Path):
    for path, code in ((tmp_path / "gone.png", "missing_file"), (tmp_path, "unreadable_file")):
        with pytest.raises(DataError) as caught:
            decode(path, ImageConversion())
        assert (caught.value.code, caught.value.file) == (code, str(path))


def test_floating_point_pixels_are_rejected(tmp_path: Path):
    path = tmp_path / "a.tif"
    Image.fromarray(np.array([[0.5, 1.5]], np.float32)).save(path)
    with pytest.raises(DataError) as caught:
        decode(path, ImageConversion())
    assert caught.value.code == "wrong_type"


def test_an_image_smaller_than_the_crop_is_rejected(tmp_path: Path):
    path = save(tmp_path / "a.png", PIXELS)
    with pytest.raises(DataError, match=r"9 × 6 .* 8 × 8") as caught:
        decode(path, ImageConversion((8, 8), None, "none"))
    assert caught.value.file == str(path)


def test_any_damage_is_a_data_error(tmp_path: Path):
    generator = np.random.default_rng(0)
    for kind in ("png", "jpg", "gif", "webp", "tif", "bmp", "ppm"):
        content = bytearray(save(tmp_path / f"a.{kind}", PIXELS).read_bytes())
        for _ in range(60):
            damaged = bytearray(content)
            for place in generator.integers(0, len(content), 4):
                damaged[place] = generator.integers(0, 256)
            path = tmp_path / f"damaged.{kind}"
            path.write_bytes(damaged[: generator.integers(1, len(damaged) + 1)])
            try:
                blocks = list(decode_many([path], ImageConversion((4, 4), 3)))
            except DataError as error:
                assert error.file == str(path)
            else:
                assert blocks[0].shape == (1, 4, 4, 3)


# ---- many ----


def test_many_are_decoded_in_their_order(tmp_path: Path):
    paths = [save(tmp_path / f"{value}.png", np.full((3, 2), value % 256, np.uint8)) for value in range(600)]
    images = np.concatenate(list(decode_many(paths, ImageConversion())))
    assert images.shape == (600, 3, 2, 1)
    assert images[:, 0, 0, 0].tolist() == [value % 256 for value in range(600)]


def test_the_first_broken_file_is_reported_with_the_others(tmp_path: Path):
    paths = [save(tmp_path / f"{number}.png", PIXELS) for number in range(9)]
    for number in (2, 5, 7):
        paths[number].write_bytes(b"")
    with pytest.raises(DataError, match=r"5\.png and 1 more") as caught:
        list(decode_many(paths, ImageConversion()))
    assert (caught.value.code, caught.value.file) == ("empty_data", str(paths[2]))


@pytest.mark.parametrize(
    ("other", "message"),
    [(PIXELS[:4], r"9 × 4 .*a\.png .*9 × 6; size:"), (PIXELS[..., 0], r"gray, .*a\.png .*color; channels: 1 ")],
)
def test_images_of_different_shapes_are_an_error_with_an_option_that_helps(
    tmp_path: Path, other: np.ndarray, message: str
):
    paths = [save(tmp_path / "a.png", PIXELS), save(tmp_path / "b.png", other)]
    with pytest.raises(DataError, match=message) as caught:
        list(decode_many(paths, ImageConversion()))
    assert (caught.value.code, caught.value.file) == ("wrong_shape", str(paths[1]))
