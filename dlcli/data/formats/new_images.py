"""Pictures that the training never saw: one file, a folder, or a list."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from dlcli.core import DataError
from dlcli.data.examples import Examples
from dlcli.data.formats.class_folders import FIGURES, FoundFiles, all_files, class_folders
from dlcli.data.formats.idx import Idx
from dlcli.data.formats.image_format import ImageFormat
from dlcli.data.formats.image_list import ImageList
from dlcli.data.images import ENDINGS, Channels, ImageConversion, ReferenceShape, decode_many
from dlcli.data.labels import ClassLabels
from dlcli.data.preprocessing import Preprocessor
from dlcli.data.readers import DatasetReader, FileFormat


def are_images(path: Path, reader: DatasetReader | FileFormat) -> bool:
    """Whether new data is pictures: a folder, a file that is called like one, or a list as the training data was."""
    if path.is_dir() or path.name.lower().endswith(ENDINGS):
        return True
    return isinstance(reader, ImageList) and path.name.lower().endswith(reader.csv.endings)


def new_images(
    path: Path, reader: DatasetReader | FileFormat, preprocessor: Preprocessor, *, require_targets: bool
) -> tuple[Examples, tuple[str, ...]]:
    """The examples of pictures that `are_images`, and what the user should hear.

    A model that was trained on idx files gets pictures in the size and the colors of those.

    Raises:
        DataError: the model was not trained on pictures, there are no labels where they are needed, or a file cannot be
            read.
    """
    model = ReferenceShape(preprocessor.input_shape, "each picture that the model was trained on", is_fixed=True)
    if isinstance(reader, ImageList) and path.is_file() and not path.name.lower().endswith(ENDINGS):
        examples, _, notes = reader.read_list(path, None, model, require_targets=require_targets)
        return examples, notes
    found = _files(path, require_targets=require_targets)
    form = _form(reader, preprocessor, path)
    remarks: list[str] = []
    images = np.concatenate(list(decode_many(found.files, form, model, on_unused_levels=remarks.append)))
    labels = np.array(_in_data(found.labels, preprocessor)) if require_targets else None
    return Examples(images, labels, np.array(found.names)), (*found.warnings, *remarks)


def _files(path: Path, *, require_targets: bool) -> FoundFiles:
    if path.is_dir():
        return class_folders(path, FIGURES) if require_targets else all_files(path, FIGURES)
    if require_targets:
        raise DataError("a picture has no label; give a folder that has a folder for each class", file=str(path))
    return FoundFiles(path.parent, FIGURES, (path,))


def _form(reader: DatasetReader | FileFormat, preprocessor: Preprocessor, path: Path) -> ImageConversion:
    """What new pictures become: what the training data's did."""
    shape = preprocessor.input_shape
    if len(shape) != 3 or shape[2] not in (1, 3) or not isinstance(reader, ImageFormat | Idx):
        raise DataError(
            "the model was not trained on pictures in files; give data in the format of its training data",
            code="not_applicable",
            file=str(path),
        )
    channels: Channels = 1 if shape[2] == 1 else 3
    if isinstance(reader, Idx):
        return ImageConversion(shape[:2], channels)
    return reader.form if reader.form.channels else replace(reader.form, channels=channels)


def _in_data(labels: tuple[str, ...], preprocessor: Preprocessor) -> list[str]:
    """Names of classes as the labels that stand for them in the training data."""
    targets = preprocessor.targets
    if not isinstance(targets, ClassLabels):
        raise DataError(
            "folders give classes; this model predicts values, so give a list of pictures with theirs",
            code="not_applicable",
        )
    known = dict(zip(targets.names, map(str, targets.labels or targets.names), strict=True))
    return [known.get(label, label) for label in labels]
