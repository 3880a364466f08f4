"""A file a text, a folder a class."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from dlcli.core import DataError, register
from dlcli.data.data_paths import DataPaths, read_bytes
from dlcli.data.decoding import decode_text
from dlcli.data.examples import Examples, RawData
from dlcli.data.formats.class_folders import TEXTS, FoundFiles, all_files, class_folders
from dlcli.data.readers import FileFormat, SplitFiles
from dlcli.data.text.texts import Texts


@register("format", "text_folder")
class TextFolder(FileFormat):
    """A folder for each class, and in it a .txt file for each of its texts.

    An example is known by its class and its file. The classes are those of the training data.

    Args:
        path: the folder that holds the class folders; null only where split.files names one for each split.
        test_path: the folder of the given test set, with the same classes; null = none.
        classes: the classes that are read; null = every folder there is.
        encoding: the character encoding, such as utf-8 or latin-1.
        folder: the data set's folder below $DLCLI_DATA and the cache; null = those folders themselves.
        source: where the files can be had; shown when they are not found.
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
        self.test_path = test_path
        self.classes = classes
        self.encoding = encoding

    def read(self, data_paths: DataPaths) -> RawData:
        folder = self.find(data_paths, self.require_path())
        examples, digest, warnings = self._read(folder)
        fingerprint, test = {self.require_path(): digest}, None
        if self.test_path is not None:
            test, fingerprint[self.test_path], of_test = self._read(self.find(data_paths, self.test_path))
            warnings += of_test
        described = f"{folder.name}: {len(examples):,} texts of {_check_classes(examples, folder)} classes"
        return RawData(examples, fingerprint, described, test, target_kind="classes", warnings=warnings)

    def read_splits(self, files: Mapping[str, Path], data_paths: DataPaths) -> SplitFiles:  # noqa: ARG002
        parts = {split: self._read(folder) for split, folder in files.items()}
        _check_classes(parts["train"][0], files["train"])
        return SplitFiles(
            {split: examples for split, (examples, _, _) in parts.items()},
            {f"{folder.parent.name}/{folder.name}": parts[split][1] for split, folder in files.items()},
            tuple(warning for _, _, warnings in parts.values() for warning in warnings),
        )

    def find(self, data_paths: DataPaths, file: str) -> Path:
        return data_paths.find_folder(file, folder=self.folder, source=self.source)

    def _read(self, folder: Path) -> tuple[Examples, str, tuple[str, ...]]:
        """The texts of a folder of class folders, its digest, and what the user should know."""
        found = class_folders(folder, TEXTS, classes=self.classes)
        return *self._texts(found), found.warnings

    def _texts(self, found: FoundFiles) -> tuple[Examples, str]:
        """The texts of some files, and the sha256 of their names and contents."""
        digest = hashlib.sha256()
        texts: list[str] = []
        for file, name in zip(found.files, found.names, strict=True):
            content = read_bytes(file)
            texts.append(decode_text(content, self.encoding, file))
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
        labels = np.array(found.labels) if found.labels else None
        return Examples(Texts.of(texts), labels, np.array(found.names)), digest.hexdigest()

    def read_new(self, path: Path, *, labeled: bool) -> tuple[Examples, tuple[str, ...]]:
        """The texts of any folder, of its class folders or all below it, and what the user should know."""
        found = class_folders(path, TEXTS, classes=self.classes) if labeled else all_files(path, TEXTS)
        return self._texts(found)[0], found.warnings


def _check_classes(examples: Examples, folder: Path) -> int:
    """The number of classes, of which there must be two at least."""
    assert examples.targets is not None
    count = len(set(examples.targets.tolist()))
    if count < 2:
        raise DataError(
            "at least 2 folders, one for each class, are expected in it", code="too_few_examples", file=str(folder)
        )
    return count
