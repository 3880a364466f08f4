"""Sentences with a word a line, and beside it its label."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from dlcli.data.decoding import decoded
from dlcli.data.examples import Examples, RawData
from dlcli.data.places import Places, read_bytes, sha256
from dlcli.data.readers import FileFormat, SplitFiles
from dlcli.data.text.texts import Sentences
from dlcli.errors import DataError
from dlcli.registry import register

#: the line between documents in the files of CoNLL's shared tasks
DOCUMENT_START = "-DOCSTART-"


@register("format", "conll")
class Conll(FileFormat):
    """Sentences with a label for every word: a word a line, its label behind it, an empty line after each sentence.

    An example is known by the line its sentence begins at. Lines that begin with -DOCSTART- are left out.

    Args:
        path: the file; null only where split.files names one for each split.
        test_path: the file with the given test set; null = none.
        token: the column of the words, counted from 0; from the end where negative.
        label: the column of the labels.
        delimiter: the character between columns; null = spaces and tabs.
        comment: lines that start with this are left out, too; null = none are.
        encoding: the character encoding, such as utf-8 or latin-1.
        folder: the data set's folder below $DLCLI_DATA and the cache; null = those folders themselves.
        source: where the files can be had; shown when they are not found.
    """

    endings = (".conll",)

    def __init__(
        self,
        *,
        path: str | None = None,
        test_path: str | None = None,
        token: int = 0,
        label: int = -1,
        delimiter: str | None = None,
        comment: str | None = None,
        encoding: str = "utf-8",
        folder: str | None = None,
        source: str | None = None,
    ) -> None:
        super().__init__(path=path, folder=folder, source=source, class_names=None)
        self.test_path = test_path
        self.token = token
        self.label = label
        self.delimiter = delimiter
        self.skipped = (DOCUMENT_START,) if comment is None else (DOCUMENT_START, comment)
        self.encoding = encoding

    def read(self, places: Places) -> RawData:
        path = self.find(places, self.require_path())
        examples, fingerprint, test = self.read_new(path), {path.name: sha256(path)}, None
        if self.test_path is not None:
            test_path = self.find(places, self.test_path)
            test, fingerprint[test_path.name] = self.read_new(test_path), sha256(test_path)
        described = f"{path.name}: {len(examples):,} sentences"
        return RawData(examples, fingerprint, described, test, target_kind="token_labels")

    def read_splits(self, files: Mapping[str, Path], places: Places) -> SplitFiles:  # noqa: ARG002
        return SplitFiles.of({split: self.read_new(path) for split, path in files.items()}, files)

    def read_new(self, path: Path, *, require_targets: bool = True) -> Examples:
        """The sentences of any file; where labels are not required, they need not be there."""
        sentences = [*self._sentences(path, require_targets)]
        if not sentences:
            raise DataError("the file is empty", file=str(path))
        labels = np.empty(len(sentences), dtype=object)
        for number, (_, _, of_words) in enumerate(sentences):
            labels[number] = of_words
        return Examples(
            Sentences([words for _, words, _ in sentences]),
            labels if require_targets else None,
            np.array([line for line, _, _ in sentences]),
        )

    def _sentences(self, path: Path, require_targets: bool) -> Iterator[tuple[int, tuple[str, ...], tuple[str, ...]]]:
        """Line, words and labels of each."""
        words: list[str] = []
        labels: list[str] = []
        begin = 0
        for number, line in enumerate([*decoded(read_bytes(path), self.encoding, path).split("\n"), ""], start=1):
            if line.startswith(self.skipped):
                continue
            cells = line.strip().split(self.delimiter) if line.strip() else []
            if cells:
                begin = begin if words else number
                try:
                    words.append(cells[self.token])
                    labels.append(cells[self.label] if require_targets else "")
                except IndexError as error:
                    found = f"column {self.token} and column {self.label} are expected; the line has {len(cells)}"
                    raise DataError(found, file=str(path), line=number) from error
            elif words:
                yield begin, tuple(words), tuple(labels)
                words, labels = [], []
