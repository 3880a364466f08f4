"""Base class of the formats of image files: conversion and caching of images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from dlcli.core import ConfigError, PositiveInt, formatting
from dlcli.data.data_paths import DataPaths, cache_folder
from dlcli.data.examples import Examples
from dlcli.data.formats.arrays import stays_on_disk
from dlcli.data.images import (
    ENDINGS,
    LONGEST_SIDE,
    Bits,
    Channels,
    ImageArray,
    ImageCache,
    ImageConversion,
    ReferenceShape,
    Resize,
)
from dlcli.data.readers import FileFormat, WrittenClassNames

#: name of the folder in the user's cache
CACHE = "pictures"


@dataclass(frozen=True, kw_only=True)
class ImageOptions:
    """Conversion and caching of images.

    Args:
        size: Height and width of all images, or one number for squares; null = unchanged, if all have the same size.
        channels: Number of channels of all images, 1 for gray and 3 for color; null = unchanged, if all have the same.
        resize: stretch = scale each side on its own; crop = scale the shorter side and crop the center; pad = scale the
            longer side and pad with black; none = crop the center without scaling, from images that are large enough.
        bits: Number of bits that pixels of 16-bit files use, such as 12 for X-rays, of which the upper 8 are read;
            null = all 16, which is an error if the images use less than half of the range.
        cache: Whether to cache decoded images, so that later runs need not decode them.
        memory_limit_mib: Limit in MiB above which images, as float32, stay on disk and are transformed batch by batch.
    """

    size: PositiveInt | list[PositiveInt] | None = None
    channels: Channels | None = None
    resize: Resize = "stretch"
    bits: Bits | None = None
    cache: bool = True
    memory_limit_mib: PositiveInt = 1024


#: default options
ANY_IMAGE = ImageOptions()


class ImageFormat(FileFormat):
    """Image files, such as JPEG and PNG, as (N, H, W, C) bytes."""

    endings: ClassVar[tuple[str, ...]] = ENDINGS

    def __init__(
        self,
        *,
        path: str | None,
        test_path: str | None,
        conversion: ImageOptions,
        class_names: WrittenClassNames,
        folder: str | None,
        source: str | None,
    ) -> None:
        super().__init__(path=path, folder=folder, source=source, class_names=class_names)
        size, resize = conversion.size, conversion.resize
        if isinstance(size, list) and len(size) != 2:
            raise ConfigError(f"expected a number or [height, width], got {size}", code="out_of_range", key="size")
        if size is None and resize == "none":
            raise ConfigError("resize: none requires the size of the crop", code="missing_key", key="size")
        self.test_path = test_path
        height, width = (None, None) if size is None else (size, size) if isinstance(size, int) else size
        if max(height or 0, width or 0) > LONGEST_SIDE:
            message = f"expected sides of at most {LONGEST_SIDE:,} pixels, got {size}"
            raise ConfigError(message, code="out_of_range", key="size")
        self.conversion = ImageConversion(
            None if height is None or width is None else (height, width), conversion.channels, resize, conversion.bits
        )
        self.cache = conversion.cache
        self.memory_limit_mib = conversion.memory_limit_mib

    def images(
        self, files: Sequence[Path], root: Path, data_paths: DataPaths | None, reference: ReferenceShape | None
    ) -> ImageArray:
        """Decode image files; small arrays are loaded into memory.

        Args:
            files: Paths of at least one image.
            root: Folder that the names are relative to.
            data_paths: Folders, of which the user's cache stores decoded images; None = do not cache.
            reference: Shape that every image must have; None = the shape of the first image.
        """

        def report_progress(done: int, count: int) -> None:
            if data_paths is not None and data_paths.on_read is not None:
                data_paths.on_read(f"images of {root.name}", done, count)

        folder = cache_folder(data_paths.environment) / CACHE if self.cache and data_paths is not None else None
        array = ImageCache(folder, report_progress).read(files, root, self.conversion, reference)
        if stays_on_disk(array.images.size, self.memory_limit_mib):
            return array
        return ImageArray(np.array(array.images), array.digest, array.warnings)


def reference_shape(examples: Mapping[str, Examples] | None) -> ReferenceShape | None:
    """Return the shape of the training images; None if the training set was not read yet."""
    if examples is None or "train" not in examples:
        return None
    return ReferenceShape(image_shape(examples["train"]), f"the training image {examples['train'].ids[0]}")


def image_shape(examples: Examples) -> tuple[int, ...]:
    """Return the shape (H, W, C) of the images."""
    assert isinstance(examples.inputs, np.ndarray)
    return examples.inputs.shape[1:]


def describe_images(examples: Examples) -> str:
    """Describe the number and the size of the images."""
    height, width, channels = image_shape(examples)
    return f"{formatting.count(len(examples), 'image')} of {height} × {width} × {channels}"
