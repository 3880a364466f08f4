"""Sentences with a word a line, and beside it its label."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dlcli.core import ConfigError, DataError, formatting, register
from dlcli.data.data_paths import DataPaths, read_bytes, sha256
from dlcli.data.decoding import decode_text
from dlcli.data.examples import Examples, RawData
from dlcli.data.formats.delimiters import plain_delimiter
from dlcli.data.readers import FileFormat, SplitFiles
from dlcli.data.text.texts import Sentences

#: what the line between documents begins with in the files of CoNLL's shared tasks
DOCUMENT_START = "-DOCSTART-"

#: what stands between columns and at the ends of lines; other spaces of Unicode belong to the words
WHITESPACE = " \t\r\f\v"
SPACES = re.compile(r"[ \t]+")


@register("format", "conll")
class Conll(FileFormat):
    """Sentences with a label for every word: a word a line, its label behind it, an empty line after each sentence.

    Every line has the same number of columns. An example is known by the line its sentence begins at. A line that
    begins with -DOCSTART- ends a sentence as an empty line does.

    Args:
        path: the file; null only where split.files names one for each split.
        test_path: the file with the given test set; null = none.
        token: the column of the words, counted from 0; from the end where negative.
        label: the column of the labels.
        delimiter: the character between columns, such as a tab where words contain spaces; null = any number of spaces
            and tabs.
        comment: beginning of lines that are left out; null = no line is.
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
        for name, characters in (("delimiter", delimiter), ("comment", comment)):
            if characters == "":
                raise ConfigError("at least one character is expected", key=f"{name}")
        if token == label:
            raise ConfigError(f"column {label} is that of the words, too", code="conflicting_options", key="label")
        self.test_path = test_path
        self.token = token
        self.label = label
        self.delimiter = None if delimiter is None else plain_delimiter(delimiter)
        self.comment = comment
        self.encoding = encoding

    def read(self, data_paths: DataPaths) -> RawData:
        path = self.find(data_paths, self.require_path())
        examples, fingerprint, test = self.read_new(path), {path.name: sha256(path)}, None
        if self.test_path is not None:
            test_path = self.find(data_paths, self.test_path)
            test, fingerprint[test_path.name] = self.read_new(test_path), sha256(test_path)
        described = f"{path.name}: {formatting.count(len(examples), 'sentence')}"
        return RawData(examples, fingerprint, described, test, target_kind="token_labels")

    def read_splits(self, files: Mapping[str, Path], data_paths: DataPaths) -> SplitFiles:  # noqa: ARG002
        return SplitFiles.of({split: self.read_new(path) for split, path in files.items()}, files)

    def read_new(self, path: Path, *, require_targets: bool = True) -> Examples:
        """The sentences of any file; where labels are not required, lines may lack theirs.

        Raises:
            DataError: the file has no word, a word has no label, or a line has other columns than the first one.
        """
        sentences = [*self._sentences(path, require_targets)]
        if not sentences:
            raise DataError("the file is empty", code="empty_data", file=str(path))
        labels = np.empty(len(sentences), dtype=object)
        for number, (_, _, of_words) in enumerate(sentences):
            labels[number] = of_words
        return Examples(
            Sentences([words for _, words, _ in sentences]),
            labels if require_targets else None,
            np.array([line for line, _, _ in sentences]),
        )

    def _sentences(self, path: Path, require_targets: bool) -> Iterator[tuple[int, tuple[str, ...], tuple[str, ...]]]:
        """First line, words and labels of each sentence."""
        words: list[str] = []
        labels: list[str] = []
        begin = 0
        columns: Columns | None = None
        for number, cells in self._rows(path):
            if cells:
                if columns is None:
                    columns = self._columns(path, number, cells, require_targets)
                begin = begin if words else number
                word, label = columns.word_and_label(number, cells)
                words.append(word)
                labels.append(label)
            elif words:
                yield begin, tuple(words), tuple(labels)
                words, labels = [], []

    def _rows(self, path: Path) -> Iterator[tuple[int, list[str]]]:
        """The number and the cells of each line; there are none where a sentence ends."""
        for number, line in enumerate([*decode_text(read_bytes(path), self.encoding, path).split("\n"), ""], start=1):
            if line.startswith(DOCUMENT_START) or not line.strip():
                yield number, []
            elif self.comment is None or not line.startswith(self.comment):
                yield number, self._cells(line)

    def _cells(self, line: str) -> list[str]:
        if self.delimiter is None:
            return SPACES.split(line.strip(WHITESPACE))
        return [cell.strip(WHITESPACE) for cell in line.lstrip(" ").rstrip(WHITESPACE).split(self.delimiter)]

    def _columns(self, path: Path, line: int, cells: list[str], require_targets: bool) -> Columns:
        """Which column is what, as the first line shows."""
        width = len(cells)
        for column in (self.token, self.label) if require_targets else (self.token,):
            if not -width <= column < width:
                raise _wrong_width(path, line, width, f"column {column} is expected")
        columns = Columns(path, line, width, self.token % width, self.label % width if require_targets else None)
        if columns.token == columns.label:
            raise _wrong_width(path, line, width, "a word and its label are expected")
        return columns


@dataclass(frozen=True)
class Columns:
    """The columns of a file, as its first line has them.

    Args:
        path: path of the file, for errors.
        line: number of the first line that has a word.
        width: number of its columns.
        token: column of the words, from 0.
        label: column of the labels; None where they are not read.
    """

    path: Path
    line: int
    width: int
    token: int
    label: int | None

    def word_and_label(self, line: int, cells: list[str]) -> tuple[str, str]:
        """The word of a line and its label, which is empty where labels are not read.

        Args:
            line: number of the line.
            cells: its cells.

        Raises:
            DataError: it has other columns than the first line, or an empty word or label.
        """
        lacks_label = self.label is None and len(cells) == self.width - 1 > self.token
        if len(cells) != self.width and not lacks_label:
            raise _wrong_width(
                self.path, line, len(cells), f"{self.width} columns are expected, as in line {self.line}"
            )
        for column, name in ((self.token, "word"), (self.label, "label")):
            if column is not None and not cells[column]:
                raise DataError(
                    f"the {name} in column {column} is empty", code="missing_value", file=str(self.path), line=line
                )
        if self.label is not None and "\0" in cells[self.label]:
            raise DataError("the label has a NUL character", file=str(self.path), line=line)
        return cells[self.token], "" if self.label is None else cells[self.label]


def _wrong_width(path: Path, line: int, width: int, expected: str) -> DataError:
    return DataError(
        f"{expected}; this line has {width} (see the options delimiter and comment)", file=str(path), line=line
    )
