"""Sentences with one word per line, followed by its label."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dlcli.core import ConfigError, DataError, formatting, register
from dlcli.data.data_paths import DataPaths, file_digests, read_bytes
from dlcli.data.decoding import decode_text
from dlcli.data.examples import Examples
from dlcli.data.formats.delimiters import parse_delimiter
from dlcli.data.raw_data import RawData
from dlcli.data.readers import FileFormat, SplitFiles
from dlcli.data.targets import TokenLabels
from dlcli.data.text.texts import Sentences

#: start of a line between documents in the files of CoNLL's shared tasks
DOCUMENT_START = "-DOCSTART-"

#: characters to strip from cells and lines; other Unicode spaces are part of words
WHITESPACE = " \t\r\f\v"
SPACES = re.compile(r"[ \t]+")


@register("format", "conll")
class Conll(FileFormat):
    """Sentences with a label for every word: one word and its label per line, and a blank line after each sentence.

    Every line has the same number of columns. Examples are identified by the first line of the sentence. A line that
    begins with -DOCSTART- ends a sentence like a blank line.

    Args:
        path: Path of the file; null only if split.files names a file for each split.
        test_path: Path of a separate test set; null = none.
        token: Column of the words, counted from 0; from the end if negative.
        label: Column of the labels.
        delimiter: Character between columns, such as a tab for words with spaces; null = any number of spaces and tabs.
        comment: Start of lines to ignore; null = none.
        encoding: Character encoding, such as utf-8 or latin-1.
        folder: Subfolder of $DLCLI_DATA and of the cache to search; null = $DLCLI_DATA and the cache themselves.
        source: Where to download the files; shown if they are not found.
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
                raise ConfigError("expected at least one character, got none", key=name)
        if token == label:
            raise ConfigError(f"column {label} is also that of the words", code="conflicting_options", key="label")
        self.test_path = test_path
        self.token = token
        self.label = label
        self.delimiter = None if delimiter is None else parse_delimiter(delimiter)
        self.comment = comment
        self.encoding = encoding

    def read(self, data_paths: DataPaths) -> RawData:
        path = self.find(data_paths, self.require_path())
        files = [path]
        examples, test = self.read_new(path), None
        if self.test_path is not None:
            files.append(self.find(data_paths, self.test_path))
            test = self.read_new(files[-1])
        description = f"{path.name}: {formatting.count(len(examples), 'sentence')}"
        return RawData(examples, file_digests(files), description, test, targets=TokenLabels)

    def read_splits(self, files: Mapping[str, Path], data_paths: DataPaths) -> SplitFiles:  # noqa: ARG002
        return SplitFiles.of({split: self.read_new(path) for split, path in files.items()}, files)

    def read_new(self, path: Path, *, require_targets: bool = True) -> Examples:
        """Read the sentences of any file; if targets are not required, lines may lack labels.

        Raises:
            DataError: The file has no word, a word has no label, or the number of columns changes.
        """
        sentences = [*self._sentences(path, require_targets)]
        if not sentences:
            raise DataError("the file is empty", code="empty_data", file=str(path))
        labels = np.empty(len(sentences), dtype=object)
        for number, (_, _, word_labels) in enumerate(sentences):
            labels[number] = word_labels
        return Examples(
            Sentences([words for _, words, _ in sentences]),
            labels if require_targets else None,
            np.array([line for line, _, _ in sentences]),
        )

    def _sentences(self, path: Path, require_targets: bool) -> Iterator[tuple[int, tuple[str, ...], tuple[str, ...]]]:
        """Yield the first line, the words and the labels of each sentence."""
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
        """Yield the number and the cells of each line; a line that ends a sentence has no cells."""
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
        """Determine the columns by the first line."""
        width = len(cells)
        for column in (self.token, self.label) if require_targets else (self.token,):
            if not -width <= column < width:
                raise _wrong_width(path, line, width, f"a column {column}")
        columns = Columns(path, line, width, self.token % width, self.label % width if require_targets else None)
        if columns.token == columns.label:
            raise _wrong_width(path, line, width, "columns of a word and its label")
        return columns


@dataclass(frozen=True)
class Columns:
    """The columns of a file, determined by its first line.

    Args:
        path: Path of the file, for errors.
        line: Number of the first line with a word.
        width: Number of columns.
        token: 0-based column of the words.
        label: 0-based column of the labels; None = labels are not read.
    """

    path: Path
    line: int
    width: int
    token: int
    label: int | None

    def word_and_label(self, line: int, cells: list[str]) -> tuple[str, str]:
        """Return the word of a line and its label, which is empty if labels are not read.

        Args:
            line: Number of the line.
            cells: Cells of the line.

        Raises:
            DataError: The number of columns differs from that of the first line, or the word or label is empty.
        """
        lacks_label = self.label is None and len(cells) == self.width - 1 > self.token
        if len(cells) != self.width and not lacks_label:
            expected = f"{formatting.count(self.width, 'column')} as in line {self.line}"
            raise _wrong_width(self.path, line, len(cells), expected)
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
        f"expected {expected}, got {formatting.count(width, 'column')} (see the options delimiter and comment)",
        code="wrong_format",
        file=str(path),
        line=line,
    )
