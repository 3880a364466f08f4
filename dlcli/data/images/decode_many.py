"""Decode many images in parallel."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dlcli.core import DataError, formatting
from dlcli.data.images.decode import Decoded, ImageConversion, read_image, size_text
from dlcli.data.images.sixteen_bits import check_depth

#: number of decoding threads; Pillow releases the interpreter lock while it decodes
THREADS = 8
#: number of files to submit to the threads at a time
BLOCK = 32 * THREADS

Shape = tuple[int, ...]


@dataclass(frozen=True)
class ReferenceShape:
    """Shape that all images must have.

    Args:
        shape: (H, W, C) shape.
        origin: Name of an image of this shape, for messages.
        is_fixed: Whether no option can change the shape, as for a trained model.
    """

    shape: Shape
    origin: str
    is_fixed: bool = False

    def check(self, image: np.ndarray, path: Path) -> None:
        """Check the shape of an image.

        Raises:
            DataError: The shape differs; the message names an option that makes all shapes equal.
        """
        if image.shape == self.shape:
            return
        (height, width, channels), (own_height, own_width, own_channels) = self.shape, image.shape
        if (own_height, own_width) != (height, width):
            message = (
                f"is {size_text((own_width, own_height))} pixels, but {self.origin} is {size_text((width, height))}"
            )
            hint = "size: [height, width] resizes all images"
        else:
            colors = {1: "gray", 3: "in color"}
            message = f"is {colors[own_channels]}, but {self.origin} is {colors[channels]}"
            hint = "channels: 1 makes all images gray, channels: 3 none"
        raise DataError(message if self.is_fixed else f"{message}; {hint}", code="wrong_shape", file=str(path))


def decode_many(
    files: Sequence[Path],
    conversion: ImageConversion,
    reference: ReferenceShape | None = None,
    *,
    on_unused_levels: Callable[[str], object] | None = None,
) -> Iterator[np.ndarray]:
    """Yield blocks of decoded images, (n, H, W, C) uint8 each, in the order of the files.

    Args:
        files: Paths of the images.
        conversion: Size and channels to convert every image to.
        reference: Shape that every converted image must have; None = the shape of the first image.
        on_unused_levels: Function to call with a remark when 16-bit images use so few bits that levels are lost; None =
            raise an error, since single images may be dark, but not all images of a training set.

    Raises:
        DataError: A file cannot be read or has another shape; the message is about the first such file, and tells of
            the others.
    """
    peak, brightest = -1, files[0]
    with ThreadPoolExecutor(THREADS, "decode") as threads:
        for start in range(0, len(files), BLOCK):
            block, broken = [], []
            paths = files[start : start + BLOCK]
            with _pillow_warnings():
                attempts = list(threads.map(lambda path: _attempt(path, conversion), paths))
            for path, attempt in zip(paths, attempts, strict=True):
                try:
                    if isinstance(attempt, DataError):
                        raise attempt
                    reference = reference or ReferenceShape(attempt.pixels.shape, str(path))
                    reference.check(attempt.pixels, path)
                    block.append(attempt.pixels)
                    if attempt.peak is not None and attempt.peak > peak:
                        peak, brightest = attempt.peak, path
                except DataError as error:
                    broken.append(error)
            if broken:
                raise _combine(broken)
            yield np.stack(block)
    message = check_depth(peak, conversion.bits) if peak >= 0 else None
    if message is not None:
        if on_unused_levels is None:
            raise DataError(message, file=str(brightest))
        on_unused_levels(f"{brightest}: {message}")


def _attempt(path: Path, conversion: ImageConversion) -> Decoded | DataError:
    try:
        return read_image(path, conversion)
    except DataError as error:
        return error


def _combine(broken: Sequence[DataError]) -> DataError:
    """Return the first error, with the places of the others in its message."""
    first, *others = broken
    if not others:
        return first
    more = f"{others[0].file}"
    if others[1:]:
        more += f" and {formatting.count(len(others) - 1, 'more file')}"
    return DataError(f"{first.message} (so are others: {more})", code=first.code, file=first.file)


@contextmanager
def _pillow_warnings() -> Iterator[None]:
    """Turn Pillow's warning about huge images into an error, and ignore its other warnings.

    Warning filters belong to the process: they are set once, not in each thread.
    """
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield
