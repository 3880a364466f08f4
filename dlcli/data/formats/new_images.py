"""Read new images: one file, a folder, or a list."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from dlcli.core import DataError
from dlcli.data.examples import Examples
from dlcli.data.formats.class_folders import IMAGES, FileListing, all_files, class_folders
from dlcli.data.formats.idx import Idx
from dlcli.data.formats.image_format import ImageFormat
from dlcli.data.formats.image_list import ImageList
from dlcli.data.images import ENDINGS, Channels, ImageConversion, ReferenceShape, decode_many
from dlcli.data.preprocessing import Preprocessor
from dlcli.data.readers import DatasetReader, FileFormat


def are_images(path: Path, reader: DatasetReader | FileFormat) -> bool:
    """Return whether new data is images: a folder, an image file by its name, or a list like the training data."""
    if path.is_dir() or path.name.lower().endswith(ENDINGS):
        return True
    return isinstance(reader, ImageList) and path.name.lower().endswith(reader.csv.endings)


def new_images(
    path: Path, reader: DatasetReader | FileFormat, preprocessor: Preprocessor, *, require_targets: bool
) -> tuple[Examples, tuple[str, ...]]:
    """Read new images, with remarks for the user.

    For a model that was trained on idx files, images are converted to the size and the channels of those.

    Raises:
        DataError: The model was not trained on images, labels are missing, or a file cannot be read.
    """
    reference = ReferenceShape(preprocessor.input_shape, "every training image", is_fixed=True)
    if isinstance(reader, ImageList) and path.is_file() and not path.name.lower().endswith(ENDINGS):
        examples, _, notes = reader.read_list(path, None, reference, require_targets=require_targets)
        return examples, notes
    listing = _files(path, require_targets=require_targets)
    conversion = _conversion(reader, preprocessor, path)
    remarks: list[str] = []
    images = np.concatenate(list(decode_many(listing.files, conversion, reference, on_unused_levels=remarks.append)))
    labels = np.array(preprocessor.targets.labels_of(listing.labels)) if require_targets else None
    return Examples(images, labels, np.array(listing.names)), (*listing.warnings, *remarks)


def _files(path: Path, *, require_targets: bool) -> FileListing:
    if path.is_dir():
        return class_folders(path, IMAGES) if require_targets else all_files(path, IMAGES)
    if require_targets:
        message = "an image has no label; pass a folder with a folder for each class"
        raise DataError(message, code="not_applicable", file=str(path))
    return FileListing(path.parent, IMAGES, (path,))


def _conversion(reader: DatasetReader | FileFormat, preprocessor: Preprocessor, path: Path) -> ImageConversion:
    """Return the conversion of the training images."""
    shape = preprocessor.input_shape
    if len(shape) != 3 or shape[2] not in (1, 3) or not isinstance(reader, ImageFormat | Idx):
        raise DataError(
            "the model was not trained on image files; pass data in the format of its training data",
            code="not_applicable",
            file=str(path),
        )
    channels: Channels = 1 if shape[2] == 1 else 3
    if isinstance(reader, Idx):
        return ImageConversion(shape[:2], channels)
    return reader.conversion if reader.conversion.channels else replace(reader.conversion, channels=channels)
