"""What the formats of picture files share: what every picture becomes, and where it is kept decoded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from dlcli.core import ConfigError, PositiveInt
from dlcli.data.data_paths import DataPaths, cache_folder
from dlcli.data.examples import Examples
from dlcli.data.formats.arrays import stays_on_disk
from dlcli.data.images import ENDINGS, Bits, Channels, ImageArray, ImageCache, ImageConversion, ReferenceShape, Resize
from dlcli.data.readers import FileFormat, WrittenClassNames

#: below the user's cache
CACHE = "pictures"


@dataclass(frozen=True, kw_only=True)
class ImageOptions:
    """What every picture becomes, and where it is kept decoded.

    Args:
        size: height and width of every picture, one number for squares; null = as they are, all the same.
        channels: 1 makes all gray, 3 in color; null = as they are, all the same.
        resize: stretch = each side on its own; crop = the middle, after the shorter side fits; pad = black beside it,
            after the longer side fits; none = the middle cut out as it is, from pictures that are large enough.
        bits: number of bits that files with 16 bits a pixel make use of, such as 12 of X-rays: the upper 8 of them are
            read; null = all 16, which is an error where half of the range is not reached.
        cache: keep the decoded pictures in the user's cache, so that the next start need not decode them.
        memory_limit_mib: pictures that are larger than this as float32 (MiB) stay on disk and are transformed batch by
            batch.
    """

    size: PositiveInt | list[PositiveInt] | None = None
    channels: Channels | None = None
    resize: Resize = "stretch"
    bits: Bits | None = None
    cache: bool = True
    memory_limit_mib: PositiveInt = 1024


#: the options of pictures that a config says nothing about
ANY_IMAGE = ImageOptions()


class ImageFormat(FileFormat):
    """Pictures in files of their own, JPEG, PNG and others, as (N, H, W, C) bytes."""

    endings: ClassVar[tuple[str, ...]] = ENDINGS

    def __init__(
        self,
        *,
        path: str | None,
        test_path: str | None,
        pictures: ImageOptions,
        class_names: WrittenClassNames,
        folder: str | None,
        source: str | None,
    ) -> None:
        super().__init__(path=path, folder=folder, source=source, class_names=class_names)
        size, resize = pictures.size, pictures.resize
        if isinstance(size, list) and len(size) != 2:
            raise ConfigError(f"expected a number or [height, width], found {size}", code="out_of_range", key="size")
        if size is None and resize == "none":
            raise ConfigError("without a size nothing is cut out; give one", code="missing_key", key="size")
        self.test_path = test_path
        height, width = (None, None) if size is None else (size, size) if isinstance(size, int) else size
        self.form = ImageConversion(
            None if height is None or width is None else (height, width), pictures.channels, resize, pictures.bits
        )
        self.cache = pictures.cache
        self.memory_limit_mib = pictures.memory_limit_mib

    def images(
        self, files: Sequence[Path], root: Path, data_paths: DataPaths | None, model: ReferenceShape | None
    ) -> ImageArray:
        """Some files, decoded; those that are small enough in memory.

        Args:
            files: at least one.
            root: what their names are relative to.
            data_paths: where they are kept decoded; None to keep none.
            model: what they must be like; None = the first of them.
        """

        def tell(done: int, count: int) -> None:
            if data_paths is not None and data_paths.on_read is not None:
                data_paths.on_read(f"pictures of {root.name}", done, count)

        kept_in = cache_folder(data_paths.environment) / CACHE if self.cache and data_paths is not None else None
        found = ImageCache(kept_in, tell).read(files, root, self.form, model)
        if stays_on_disk(found.images.size, self.memory_limit_mib):
            return found
        return ImageArray(np.array(found.images), found.digest, found.warnings)


def model_of(examples: Mapping[str, Examples] | None) -> ReferenceShape | None:
    """What pictures must be like to go with the training set; None where they are the training set."""
    if examples is None or "train" not in examples:
        return None
    return ReferenceShape(image_size_of(examples["train"]), f"the training picture {examples['train'].ids[0]}")


def image_size_of(examples: Examples) -> tuple[int, ...]:
    """(H, W, C) of every picture."""
    assert isinstance(examples.inputs, np.ndarray)
    return examples.inputs.shape[1:]


def size_in_words(examples: Examples) -> str:
    """How many pictures there are and how large they are."""
    height, width, channels = image_size_of(examples)
    return f"{len(examples)} pictures of {height} × {width} × {channels}"
