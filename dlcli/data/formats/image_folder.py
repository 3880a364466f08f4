"""A folder of pictures, with a folder for each class."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import numpy as np

from dlcli.core import DataError, Inline, register
from dlcli.data.data_paths import DataPaths
from dlcli.data.examples import Examples, RawData
from dlcli.data.formats.class_folders import FIGURES, class_folders
from dlcli.data.formats.image_format import ANY_IMAGE, ImageFormat, ImageOptions, model_of, size_in_words
from dlcli.data.images import ReferenceShape
from dlcli.data.readers import SplitFiles


@register("format", "image_folder")
class ImageFolder(ImageFormat):
    """Pictures (JPEG, PNG, GIF, BMP, WebP, TIFF, PPM) in a folder for each class, which is called as the class is.

    Where the splits have folders of their own, split.files names them: {train: pets/train, dev: pets/val}. Pictures are
    turned upright as their camera says; what is transparent shows white.

    Args:
        path: the folder that holds the class folders; null only where split.files names one for each split.
        test_path: such a folder with the given test set; null = none.
        pictures: what every picture becomes, and where it is kept decoded.
        folder: the data set's folder below $DLCLI_DATA and the cache; null = those folders themselves.
        source: where the pictures can be had; shown when they are not found.
    """

    def __init__(
        self,
        *,
        path: str | None = None,
        test_path: str | None = None,
        pictures: Annotated[ImageOptions, Inline()] = ANY_IMAGE,
        folder: str | None = None,
        source: str | None = None,
    ) -> None:
        super().__init__(
            path=path,
            test_path=test_path,
            pictures=pictures,
            class_names=None,
            folder=folder,
            source=source,
        )

    def find(self, data_paths: DataPaths, file: str) -> Path:
        return data_paths.find_folder(file, folder=self.folder, source=self.source)

    def read(self, data_paths: DataPaths) -> RawData:
        folders = {"train": self.find(data_paths, self.require_path())}
        if self.test_path is not None:
            folders["test"] = self.find(data_paths, self.test_path)
        found = self.read_splits(folders, data_paths)
        examples = found.examples["train"]
        classes = len(set(_labels(examples)))
        return RawData(
            examples,
            found.fingerprint,
            f"{folders['train'].name}: {size_in_words(examples)}, {classes} classes",
            found.examples.get("test"),
            target_kind="classes",
            warnings=found.warnings,
        )

    def read_splits(self, files: Mapping[str, Path], data_paths: DataPaths) -> SplitFiles:
        read: dict[str, Examples] = {}
        fingerprint: dict[str, str] = {}
        warnings: list[str] = []
        for split, root in files.items():
            read[split], digest, remarks = self._read(root, data_paths, model_of(read))
            fingerprint[root.name if root.name not in fingerprint else str(root)] = digest
            warnings += remarks
        labels = set(_labels(read["train"]))
        if len(labels) == 1:
            raise DataError(
                f"holds one class folder only, {labels.pop()}; to tell classes apart, two are needed",
                code="too_few_examples",
                file=str(files["train"]),
            )
        return SplitFiles(read, fingerprint, tuple(warnings))

    def _read(
        self, root: Path, data_paths: DataPaths, model: ReferenceShape | None
    ) -> tuple[Examples, str, tuple[str, ...]]:
        """The examples of a folder of class folders, its digest, and what the user should hear."""
        found = class_folders(root, FIGURES)
        images = self.images(found.files, root, data_paths, model)
        examples = Examples(images.images, np.array(found.labels), np.array(found.names))
        return examples, images.digest, found.warnings + images.warnings


def _labels(examples: Examples) -> list[str]:
    assert examples.targets is not None
    labels: list[str] = examples.targets.tolist()
    return labels
