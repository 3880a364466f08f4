"""Decode one image file to pixels of a requested size and number of channels."""

from __future__ import annotations

import io
import stat
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from annotated_types import Ge, Le

from dlcli.core import DataError
from dlcli.data.data_paths import read_bytes, unreadable
from dlcli.data.images.sixteen_bits import sixteen_bits

if TYPE_CHECKING:
    from PIL import Image

#: ways to change the size of an image; see `ImageConversion`
Resize = Literal["stretch", "crop", "pad", "none"]
#: gray, or RGB
Channels = Literal[1, 3]

#: number of bits in use
Bits = Annotated[int, Ge(9), Le(16)]

#: file name extensions of images, in lower case
ENDINGS = (".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".pgm", ".ppm", ".pnm")
#: formats that Pillow may decode: only those of pixels, not those that contain programs
FORMATS = ("JPEG", "PNG", "BMP", "GIF", "WEBP", "TIFF", "PPM")
#: maximum width and height; a file that claims more is damaged, or made to exhaust the memory
LONGEST_SIDE = 20_000
#: maximum number of bytes of a file
LARGEST_FILE = 1 << 29
#: exceptions of Pillow for damaged and truncated files
DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
    struct.error,
    zlib.error,
)


@dataclass(frozen=True)
class ImageConversion:
    """Size and channels to convert every image to.

    Args:
        size: Height and width; None = unchanged.
        channels: Number of channels, 1 for gray and 3 for color; None = unchanged.
        resize: "stretch" scales each side on its own; "crop" scales the shorter side and crops the center; "pad" scales
            the longer side and pads with black; "none" crops the center without scaling.
        bits: Number of bits that the pixels of 16-bit files use, such as 12 for X-rays; None = all 16.
    """

    size: tuple[int, int] | None = None
    channels: Channels | None = None
    resize: Resize = "stretch"
    bits: int | None = None


@dataclass(frozen=True)
class Decoded:
    """A decoded image.

    Args:
        pixels: (H, W, C) uint8 pixels.
        peak: Largest value of a file with 16 bits per pixel; None for other files.
    """

    pixels: np.ndarray
    peak: int | None = None


def decode(path: Path, conversion: ImageConversion) -> np.ndarray:
    """Return the (H, W, C) uint8 pixels of a file; see `read_image`."""
    return read_image(path, conversion).pixels


def read_image(path: Path, conversion: ImageConversion) -> Decoded:
    """Decode a file, rotated by its EXIF orientation; of an animation, the first frame.

    Transparent pixels become white. The caller turns Pillow's warning about huge images into an error.

    Raises:
        DataError: The file cannot be read, is not an image, is damaged or truncated, or cannot be converted.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    check_file(path)
    content = read_bytes(path)
    if not content:
        raise DataError("is empty: 0 bytes", code="empty_data", file=str(path))
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
            if max(opened.size) > LONGEST_SIDE:
                raise DataError(
                    f"is {size_text(opened.size)} pixels; a side of more than {LONGEST_SIDE:,} is not read",
                    code="too_large",
                    file=str(path),
                )
            if conversion.size is not None and conversion.resize != "none":  # a JPEG decodes faster at a smaller scale
                opened.draft(None, (max(conversion.size), max(conversion.size)))
            deep = sixteen_bits(opened, content, conversion.bits, path)
            image, peak = (opened, None) if deep is None else deep
            image = ImageOps.exif_transpose(image)
            image = _resized(_in_bytes(image, conversion.channels, path), conversion, path)
            return Decoded(np.array(image).reshape(image.height, image.width, -1), peak)
    except UnidentifiedImageError as error:
        raise DataError(
            f"is not an image in a supported format ({', '.join(FORMATS)})", code="wrong_format", file=str(path)
        ) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise DataError(
            f"has more than {Image.MAX_IMAGE_PIXELS:,} pixels; images this large are not read",
            code="too_large",
            file=str(path),
        ) from error
    except DAMAGE as error:
        raise DataError(
            f"is damaged or cut short: {' '.join(str(error).split())}", code="damaged_file", file=str(path)
        ) from error


def check_file(path: Path) -> None:
    """Reject paths that cannot be read completely: reading a pipe or socket may block, a device has no end.

    Raises:
        DataError: The path is missing, is not a regular file, or is too large.
    """
    try:
        status = path.stat()
    except OSError as error:
        raise unreadable(path, error) from error
    if not stat.S_ISREG(status.st_mode):
        raise DataError("cannot be read: it is not a regular file", code="unreadable_file", file=str(path))
    if status.st_size > LARGEST_FILE:
        message = f"has {status.st_size:,} bytes; images of more than {LARGEST_FILE:,} are not read"
        raise DataError(message, code="too_large", file=str(path))


def size_text(size: tuple[int, int]) -> str:
    """Format a size as width × height."""
    return f"{size[0]} × {size[1]}"


def _in_bytes(image: Image.Image, channels: Channels | None, path: Path) -> Image.Image:
    """Convert an image to mode L or RGB, one byte per channel."""
    from PIL import Image

    if image.mode == "F":
        raise DataError(
            "has floating-point pixels without a known range; save it with integers", code="wrong_type", file=str(path)
        )
    is_gray = image.mode in ("1", "L", "LA", "La")
    if image.has_transparency_data:
        with_alpha = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), with_alpha)
    num_channels = channels or (1 if is_gray else 3)
    return image.convert("L" if num_channels == 1 else "RGB")


def _resized(image: Image.Image, conversion: ImageConversion, path: Path) -> Image.Image:
    from PIL import Image, ImageOps

    if conversion.size is None:
        return image
    height, width = conversion.size
    if conversion.resize == "none":
        if image.width < width or image.height < height:
            raise DataError(
                f"is {size_text(image.size)} pixels, smaller than the crop of {width} × {height}; "
                "resize: crop enlarges it",
                code="out_of_range",
                file=str(path),
            )
        left, top = (image.width - width) // 2, (image.height - height) // 2
        return image.crop((left, top, left + width, top + height))
    if conversion.resize == "crop":
        return ImageOps.fit(image, (width, height), Image.Resampling.BILINEAR)
    if conversion.resize == "pad":
        return ImageOps.pad(image, (width, height), Image.Resampling.BILINEAR)
    return image.resize((width, height), Image.Resampling.BILINEAR)
