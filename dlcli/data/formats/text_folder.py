"""A file a text, a folder a class."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from dlcli.data.decoding import decoded
from dlcli.data.examples import Examples, RawData
from dlcli.data.places import Places, read_bytes
from dlcli.data.readers import FileFormat, SplitFiles
from dlcli.data.text.texts import Texts
from dlcli.errors import DataError
from dlcli.registry import register


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

    def read(self, places: Places) -> RawData:
        folder = self.find(places, self.require_path())
        classes = self._classes_in(folder)
        examples, digest = self._read(folder, classes)
        fingerprint, test = {self.require_path(): digest}, None
        if self.test_path is not None:
            test, fingerprint[self.test_path] = self._read(self.find(places, self.test_path), classes)
        described = f"{folder.name}: {len(examples):,} texts of {len(classes)} classes"
        return RawData(examples, fingerprint, described, test, target_kind="classes")

    def read_splits(self, files: Mapping[str, Path], places: Places) -> SplitFiles:  # noqa: ARG002
        classes = self._classes_in(files["train"])
        read = {split: self._read(folder, classes) for split, folder in files.items()}
        return SplitFiles(
            {split: examples for split, (examples, _) in read.items()},
            {f"{folder.parent.name}/{folder.name}": read[split][1] for split, folder in files.items()},
        )

    def find(self, places: Places, file: str) -> Path:
        return places.find_folder(file, folder=self.folder, source=self.source)

    def _classes_in(self, folder: Path) -> list[str]:
        found = sorted(child.name for child in folder.iterdir() if child.is_dir() and not child.name.startswith("."))
        if len(self.classes or found) < 2:
            raise DataError("at least 2 folders, one for each class, are expected in it", file=str(folder))
        return self.classes or found

    def _read(self, folder: Path, classes: list[str]) -> tuple[Examples, str]:
        """The texts below a folder, and the sha256 of their names and contents."""
        digest = hashlib.sha256()
        texts: list[str] = []
        labels: list[str] = []
        ids: list[str] = []
        for label in classes:
            files = sorted((folder / label).glob("*.txt"))
            if not files:
                raise DataError("there is no .txt file in it", file=str(folder / label))
            for file in files:
                content = read_bytes(file)
                texts.append(decoded(content, self.encoding, file))
                ids.append(f"{label}/{file.name}")
                labels.append(label)
                digest.update(f"{ids[-1]}\0{len(content)}\0".encode() + content)
        return Examples(Texts.of(texts), np.array(labels), np.array(ids)), digest.hexdigest()

    def read_new(self, path: Path, *, labeled: bool) -> Examples:
        """The texts of any folder: of the classes' folders in it, or all there are below it."""
        if labeled:
            return self._read(path, self._classes_in(path))[0]
        files = sorted(path.rglob("*.txt"))
        if not files:
            raise DataError("there is no .txt file in it", file=str(path))
        texts = [decoded(read_bytes(file), self.encoding, file) for file in files]
        return Examples(Texts.of(texts), None, np.array([file.relative_to(path).as_posix() for file in files]))
