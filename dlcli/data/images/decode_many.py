"""Many pictures, decoded side by side."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dlcli.core import DataError, formatting
from dlcli.data.images.decode import Decoded, ImageConversion, read_image, shown
from dlcli.data.images.sixteen_bits import check_depth

#: threads that decode; Pillow lets others run meanwhile
THREADS = 8
#: files that are given to the threads at a time
BLOCK = 32 * THREADS

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Model:
    """What all pictures must be like.

    Args:
        shape: (H, W, C).
        origin: where there is one such picture, for messages.
        is_fixed: whether no option can change it any more.
    """

    shape: Shape
    origin: str
    is_fixed: bool = False

    def check(self, picture: np.ndarray, path: Path) -> None:
        """Refuse another shape.

        Raises:
            DataError: naming the file and the option that helps.
        """
        if picture.shape == self.shape:
            return
        (height, width, channels), (own_height, own_width, own_channels) = self.shape, picture.shape
        if (own_height, own_width) != (height, width):
            found = f"is {shown((own_width, own_height))} pixels, where {self.origin} is {shown((width, height))}"
            hint = "size: [height, width] brings all to one size"
        else:
            colors = {1: "gray", 3: "in color"}
            found = f"is {colors[own_channels]}, where {self.origin} is {colors[channels]}"
            hint = "channels: 1 makes all gray, channels: 3 none"
        raise DataError(found if self.is_fixed else f"{found}; {hint}", file=str(path))


def decode_many(
    files: Sequence[Path],
    form: ImageConversion,
    model: Model | None = None,
    *,
    on_dim: Callable[[str], object] | None = None,
) -> Iterator[np.ndarray]:
    """(n, H, W, C) uint8 of some files after the others, in their order.

    Args:
        files: of the pictures.
        form: what every picture becomes.
        model: what every picture must be like then; None = the first one.
        on_dim: is called when images with 16 bits use so few of them that levels are lost, which is an error if None:
            single images may be dark, all images of a training set are not.

    Raises:
        DataError: of the first file that cannot be read or differs, with how many more there are beside it.
    """
    peak, brightest = -1, files[0]
    with ThreadPoolExecutor(THREADS, "pictures") as threads:
        for start in range(0, len(files), BLOCK):
            block, broken = [], []
            paths = files[start : start + BLOCK]
            with _warned_of_bombs():
                attempts = list(threads.map(lambda path: _attempt(path, form), paths))
            for path, made in zip(paths, attempts, strict=True):
                try:
                    if isinstance(made, DataError):
                        raise made
                    model = model or Model(made.pixels.shape, str(path))
                    model.check(made.pixels, path)
                    block.append(made.pixels)
                    if made.peak is not None and made.peak > peak:
                        peak, brightest = made.peak, path
                except DataError as error:
                    broken.append(error)
            if broken:
                raise _together(broken)
            yield np.stack(block)
    message = check_depth(peak, form.bits) if peak >= 0 else None
    if message is not None:
        if on_dim is None:
            raise DataError(message, file=str(brightest))
        on_dim(f"{brightest}: {message}")


def _attempt(path: Path, form: ImageConversion) -> Decoded | DataError:
    try:
        return read_image(path, form)
    except DataError as error:
        return error


def _together(broken: Sequence[DataError]) -> DataError:
    """The first error, with a word about the others."""
    first, *others = broken
    if not others:
        return first
    more = f"{others[0].file}"
    if others[1:]:
        more += f" and {formatting.count(len(others) - 1, 'more file')}"
    return DataError(f"{first.message} (not the only one: see {more})", file=first.file)


@contextmanager
def _warned_of_bombs() -> Iterator[None]:
    """Within, Pillow's warning of an enormous picture is an error; its remarks about metadata are not heard.

    The filters are the whole process's: they are set once for all threads.
    """
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield
