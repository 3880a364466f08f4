"""Folders of text files: one folder per class, one file per text."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from dlcli.core import ConfigError, DataError, register
from dlcli.data.data_paths import DataPaths, distinct_names, read_bytes
from dlcli.data.decoding import decode_text
from dlcli.data.examples import Examples
from dlcli.data.formats.class_folders import TEXTS, FileListing, all_files, class_folders
from dlcli.data.raw_data import RawData
from dlcli.data.readers import FileFormat, SplitFiles
from dlcli.data.targets import ClassLabels
from dlcli.data.text.texts import Texts


@register("format", "text_folder")
class TextFolder(FileFormat):
    """A folder for each class with a .txt file for each text.

    Examples are identified by class and file. The classes are those of the training data.

    Args:
        path: Folder with the class folders; null only if split.files names a folder for each split.
        test_path: Folder of a separate test set, with the same classes; null = none.
        classes: Names of the classes to read; null = all folders.
        encoding: Character encoding, such as utf-8 or latin-1.
        folder: Subfolder of $DLCLI_DATA and of the cache to search; null = $DLCLI_DATA and the cache themselves.
        source: Where to download the files; shown if they are not found.
    """

    endings = ()

    def __init__(
        self,
        *,
        path: str | None = None,
        test_path: str | None = None,
        classes: list[str] | None = None,
        encoding: str = "utf-8",
        folder: str | None = None,
        source: str | None = None,
    ) -> None:
        super().__init__(path=path, folder=folder, source=source, class_names=None)
        if classes is not None and (not classes or len(set(classes)) < len(classes)):
            message = f"expected at least 2 distinct class folders, got {classes}"
            raise ConfigError(message, code="out_of_range", key="classes")
        self.test_path = test_path
        self.classes = classes
        self.encoding = encoding

    def read(self, data_paths: DataPaths) -> RawData:
        folder = self.find(data_paths, self.require_path())
        examples, digest, warnings = self._read(folder)
        fingerprint, test = {self.require_path(): digest}, None
        if self.test_path is not None:
            test, fingerprint[self.test_path], test_warnings = self._read(self.find(data_paths, self.test_path))
            warnings += test_warnings
        description = f"{folder.name}: {len(examples):,} texts of {_check_classes(examples, folder)} classes"
        return RawData(examples, fingerprint, description, test, targets=ClassLabels, warnings=warnings)

    def read_splits(self, files: Mapping[str, Path], data_paths: DataPaths) -> SplitFiles:  # noqa: ARG002
        parts = {split: self._read(folder) for split, folder in files.items()}
        _check_classes(parts["train"][0], files["train"])
        names = distinct_names(files.values(), min_parts=2)
        return SplitFiles(
            {split: examples for split, (examples, _, _) in parts.items()},
            {names[folder]: parts[split][1] for split, folder in files.items()},
            tuple(warning for _, _, warnings in parts.values() for warning in warnings),
        )

    def find(self, data_paths: DataPaths, file: str) -> Path:
        return data_paths.find_folder(file, folder=self.folder, source=self.source)

    def _read(self, folder: Path) -> tuple[Examples, str, tuple[str, ...]]:
        """Read the class folders of a folder; return texts, digest and warnings."""
        listing = class_folders(folder, TEXTS, classes=self.classes)
        return *self._texts(listing), listing.warnings

    def _texts(self, listing: FileListing) -> tuple[Examples, str]:
        """Read texts; return them and the SHA-256 of the names and contents of their files."""
        digest = hashlib.sha256()
        texts: list[str] = []
        for file, name in zip(listing.files, listing.names, strict=True):
            content = read_bytes(file)
            texts.append(decode_text(content, self.encoding, file))
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
        labels = np.array(listing.labels) if listing.labels else None
        return Examples(Texts.of(texts), labels, np.array(listing.names)), digest.hexdigest()

    def read_new(self, path: Path, *, labeled: bool) -> tuple[Examples, tuple[str, ...]]:
        """Read the texts of the class folders of any folder, or of all files below it, with warnings."""
        listing = class_folders(path, TEXTS, classes=self.classes) if labeled else all_files(path, TEXTS)
        return self._texts(listing)[0], listing.warnings


def _check_classes(examples: Examples, folder: Path) -> int:
    """Return the number of classes, at least two."""
    assert examples.targets is not None
    count = len(set(examples.targets.tolist()))
    if count < 2:
        raise DataError(f"expected at least 2 class folders, got {count}", code="too_few_examples", file=str(folder))
    return count
