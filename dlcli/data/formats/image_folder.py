"""Images in class folders."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import numpy as np

from dlcli.core import DataError, Inline, register
from dlcli.data.data_paths import DataPaths, distinct_names
from dlcli.data.examples import Examples
from dlcli.data.formats.class_folders import IMAGES, class_folders
from dlcli.data.formats.image_format import ANY_IMAGE, ImageFormat, ImageOptions, describe_images, reference_shape
from dlcli.data.images import ReferenceShape
from dlcli.data.raw_data import RawData
from dlcli.data.readers import SplitFiles
from dlcli.data.targets import ClassLabels


@register("format", "image_folder")
class ImageFolder(ImageFormat):
    """Images (JPEG, PNG, GIF, BMP, WebP, TIFF, PPM) in one folder per class, with the name of the class.

    If every split has a folder, split.files names them: {train: pets/train, dev: pets/val}. Images are rotated by their
    EXIF orientation; transparent pixels become white.

    Args:
        path: Folder with the class folders; null only if split.files names a folder for each split.
        test_path: Folder with the class folders of a separate test set; null = none.
        conversion: Size, channels and caching of the images.
        folder: Subfolder of $DLCLI_DATA and of the cache to search; null = $DLCLI_DATA and the cache themselves.
        source: Where to download the images; shown if they are not found.
    """

    def __init__(
        self,
        *,
        path: str | None = None,
        test_path: str | None = None,
        conversion: Annotated[ImageOptions, Inline()] = ANY_IMAGE,
        folder: str | None = None,
        source: str | None = None,
    ) -> None:
        super().__init__(
            path=path,
            test_path=test_path,
            conversion=conversion,
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
        result = self.read_splits(folders, data_paths)
        examples = result.examples["train"]
        classes = len(set(_labels(examples)))
        return RawData(
            examples,
            result.fingerprint,
            f"{folders['train'].name}: {describe_images(examples)}, {classes} classes",
            result.examples.get("test"),
            targets=ClassLabels,
            warnings=result.warnings,
        )

    def read_splits(self, files: Mapping[str, Path], data_paths: DataPaths) -> SplitFiles:
        examples: dict[str, Examples] = {}
        fingerprint: dict[str, str] = {}
        names = distinct_names(files.values())
        warnings: list[str] = []
        for split, root in files.items():
            examples[split], digest, remarks = self._read(root, data_paths, reference_shape(examples))
            fingerprint[names[root]] = digest
            warnings += remarks
        labels = set(_labels(examples["train"]))
        if len(labels) == 1:
            raise DataError(
                f"expected at least 2 class folders, got only {labels.pop()}",
                code="too_few_examples",
                file=str(files["train"]),
            )
        return SplitFiles(examples, fingerprint, tuple(warnings))

    def _read(
        self, root: Path, data_paths: DataPaths, reference: ReferenceShape | None
    ) -> tuple[Examples, str, tuple[str, ...]]:
        """Read class folders; return examples, digest and warnings."""
        listing = class_folders(root, IMAGES)
        images = self.images(listing.files, root, data_paths, reference)
        examples = Examples(images.images, np.array(listing.labels), np.array(listing.names))
        return examples, images.digest, listing.warnings + images.warnings


def _labels(examples: Examples) -> list[str]:
    assert examples.targets is not None
    labels: list[str] = examples.targets.tolist()
    return labels
