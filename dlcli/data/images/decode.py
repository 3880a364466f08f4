"""One picture: from the bytes of a file to pixels of a wanted form."""

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

#: how a picture gets its size; see `ImageConversion`
Resize = Literal["stretch", "crop", "pad", "none"]
#: gray, or red, green and blue
Channels = Literal[1, 3]

#: number of bits in use
Bits = Annotated[int, Ge(9), Le(16)]

#: ends of the names of files that are taken for pictures, in lower case
ENDINGS = (".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".pgm", ".ppm", ".pnm")
#: what Pillow may take a file for: formats that are pixels, and nothing that is a program
FORMATS = ("JPEG", "PNG", "BMP", "GIF", "WEBP", "TIFF", "PPM")
#: no picture has a side of more pixels: one that claims to is damaged, or meant to fill the memory
LONGEST_SIDE = 20_000
#: nor has its file more bytes
LARGEST_FILE = 1 << 29
#: what Pillow raises for files that are damaged, cut short or something else
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
    """What every picture becomes.

    Args:
        size: height and width; None = as it is.
        channels: 1 for gray, 3 for color; None = as it is.
        resize: "stretch" each side on its own; "crop" the middle after the shorter side fits, or "pad" with black after
            the longer one does; "none" cuts out the middle as large as it is.
        bits: number of bits that the pixels of files with 16 bits make use of, such as 12 of X-rays; None = all 16.
    """

    size: tuple[int, int] | None = None
    channels: Channels | None = None
    resize: Resize = "stretch"
    bits: int | None = None


@dataclass(frozen=True)
class Decoded:
    """An image as it was read.

    Args:
        pixels: (H, W, C) uint8.
        peak: largest value in a file with 16 bits a pixel; None for other files.
    """

    pixels: np.ndarray
    peak: int | None = None


def decode(path: Path, form: ImageConversion) -> np.ndarray:
    """(H, W, C) uint8 pixels of a file; see `read_image`."""
    return read_image(path, form).pixels


def read_image(path: Path, form: ImageConversion) -> Decoded:
    """The pixels of a file, upright as its camera was held; of an animation, the first picture.

    What is transparent shows white. Warnings of Pillow about enormous pictures are expected to be errors.

    Raises:
        DataError: the file cannot be read, is no picture, is damaged or cut short, or cannot become what is wanted.
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
                    f"is {shown(opened.size)} pixels; a side of more than {LONGEST_SIDE:,} is not read",
                    code="too_large",
                    file=str(path),
                )
            if form.size is not None and form.resize != "none":  # JPEG can be decoded smaller, in less time
                opened.draft(None, (max(form.size), max(form.size)))
            deep = sixteen_bits(opened, content, form.bits, path)
            image, peak = (opened, None) if deep is None else deep
            image = ImageOps.exif_transpose(image)
            image = _resized(_in_bytes(image, form.channels, path), form, path)
            return Decoded(np.array(image).reshape(image.height, image.width, -1), peak)
    except UnidentifiedImageError as error:
        raise DataError(
            f"is no picture that can be read ({', '.join(FORMATS)})", code="wrong_format", file=str(path)
        ) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise DataError(
            f"has more than {Image.MAX_IMAGE_PIXELS:,} pixels; such pictures are not read",
            code="too_large",
            file=str(path),
        ) from error
    except DAMAGE as error:
        raise DataError(
            f"is damaged or cut short: {' '.join(str(error).split())}", code="damaged_file", file=str(path)
        ) from error


def check_file(path: Path) -> None:
    """Refuse what cannot be read as a whole: pipes and sockets are waited for, and devices have no end.

    Raises:
        DataError: it is of another kind, too large, or not there.
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


def shown(size: tuple[int, int]) -> str:
    """Width × height, as picture sizes are written."""
    return f"{size[0]} × {size[1]}"


def _in_bytes(image: Image.Image, channels: Channels | None, path: Path) -> Image.Image:
    """The picture in mode L or RGB, one byte a channel."""
    from PIL import Image

    if image.mode == "F":
        raise DataError("has pixels that are fractions, whose black and white are not known", file=str(path))
    is_gray = image.mode in ("1", "L", "LA", "La")
    if image.has_transparency_data:
        with_alpha = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), with_alpha)
    wanted = channels or (1 if is_gray else 3)
    return image.convert("L" if wanted == 1 else "RGB")


def _resized(image: Image.Image, form: ImageConversion, path: Path) -> Image.Image:
    from PIL import Image, ImageOps

    if form.size is None:
        return image
    height, width = form.size
    if form.resize == "none":
        if image.width < width or image.height < height:
            raise DataError(
                f"is {shown(image.size)} pixels, smaller than the {width} × {height} to be cut out; "
                "resize: crop enlarges it",
                code="out_of_range",
                file=str(path),
            )
        left, top = (image.width - width) // 2, (image.height - height) // 2
        return image.crop((left, top, left + width, top + height))
    if form.resize == "crop":
        return ImageOps.fit(image, (width, height), Image.Resampling.BILINEAR)
    if form.resize == "pad":
        return ImageOps.pad(image, (width, height), Image.Resampling.BILINEAR)
    return image.resize((width, height), Image.Resampling.BILINEAR)
