"""Text files with one text per line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np

from dlcli.core import ConfigError, formatting, register
from dlcli.data.data_paths import DataPaths, file_digests
from dlcli.data.examples import Examples
from dlcli.data.raw_data import RawData
from dlcli.data.readers import FileFormat, SplitFiles
from dlcli.data.targets import ClassLabels, NextTokens
from dlcli.data.text.text_file import BLOCK, read_text_file
from dlcli.data.text.texts import Texts

LINE_FEED = ord("\n")


@register("format", "lines")
class Lines(FileFormat):
    """Files with one text per line, such as a name, a verse or a sentence; one file per class, or one without classes.

    Blank lines are skipped with a warning. Examples are identified by their line numbers.

    Args:
        path: Path of a file of texts without classes; null if files are given.
        files: Class → file of its texts, such as {pos: rt-polarity.pos, neg: rt-polarity.neg}; null if a path is given.
        encoding: Character encoding, such as utf-8 or latin-1.
        folder: Subfolder of $DLCLI_DATA and of the cache to search; null = $DLCLI_DATA and the cache themselves.
        source: Where to download the files; shown if they are not found.
    """

    endings: ClassVar[tuple[str, ...]] = (".txt",)

    def __init__(
        self,
        *,
        path: str | None = None,
        files: dict[str, str] | None = None,
        encoding: str = "utf-8",
        folder: str | None = None,
        source: str | None = None,
    ) -> None:
        super().__init__(path=path, folder=folder, source=source, class_names=None)
        if path is not None and files:
            raise ConfigError("expected either path or files, got both", code="conflicting_options", key="files")
        if files is not None and len(files) < 2:
            message = f"expected at least 2 files, one for each class, got {len(files)}"
            raise ConfigError(message, code="too_few_examples", key="files")
        self.files = files
        self.encoding = encoding

    def read(self, data_paths: DataPaths) -> RawData:
        if self.files is None:
            path = self.find(data_paths, self.require_path())
            examples, warnings = self.read_with_warnings(path)
            description = f"{path.name}: {formatting.count(len(examples), 'line')}"
            return RawData(examples, file_digests([path]), description, targets=NextTokens, warnings=warnings)
        paths = {label: self.find(data_paths, file) for label, file in self.files.items()}
        parts = {label: self.read_with_warnings(path) for label, path in paths.items()}
        return RawData(
            _concatenate({label: examples for label, (examples, _) in parts.items()}),
            file_digests(paths.values()),
            ", ".join(
                f"{paths[label].name}: {formatting.count(len(examples), 'line')}"
                for label, (examples, _) in parts.items()
            ),
            targets=ClassLabels,
            warnings=tuple(warning for _, warnings in parts.values() for warning in warnings),
        )

    def check_files_of_splits(self) -> None:
        if self.files is not None:
            message = "each class already has a file; divide the examples by shares"
            raise ConfigError(message, code="conflicting_options", key="files")

    def read_splits(self, files: Mapping[str, Path], data_paths: DataPaths) -> SplitFiles:  # noqa: ARG002
        parts = {split: self.read_with_warnings(path) for split, path in files.items()}
        result = SplitFiles.of({split: examples for split, (examples, _) in parts.items()}, files)
        return replace(result, warnings=tuple(warning for _, warnings in parts.values() for warning in warnings))

    def read_with_warnings(self, path: Path) -> tuple[Examples, tuple[str, ...]]:
        """Read the lines of any file without classes, with warnings."""
        content = read_text_file(path, self.encoding)
        texts, numbers, blank = lines_of(content)
        lines = formatting.count(blank, "line")
        warnings = (f"{path.name}: {lines} with only spaces skipped",) if blank else ()
        return Examples(texts, None, numbers, lines=numbers), warnings


def lines_of(content: np.ndarray) -> tuple[Texts, np.ndarray, int]:
    """Split a text into lines; return the N lines that are not blank, their (N,) 1-based numbers, and the other count.

    Args:
        content: (bytes,) uint8 text in UTF-8 with line ends \\n or \\r\\n.
    """
    blocks = range(0, len(content), BLOCK)
    ends = np.concatenate([np.flatnonzero(content[start : start + BLOCK] == LINE_FEED) + start for start in blocks])
    starts = np.append(0, ends + 1)
    stops = np.append(ends, len(content))
    if starts[-1] == len(content):  # the last line has a line end
        starts, stops = starts[:-1], stops[:-1]
    texts = Texts(content, starts, stops - (content[np.maximum(stops - 1, starts)] == ord("\r")) * (stops > starts))
    has_text = np.array([bool(texts.bytes_of(number).strip()) for number in range(len(texts))], dtype=bool)
    return texts.take(np.flatnonzero(has_text)), np.flatnonzero(has_text) + 1, int((~has_text).sum())


def _concatenate(parts: Mapping[str, Examples]) -> Examples:
    """Concatenate the examples of all classes; ids are `<class>:<line>`."""
    texts = [part.inputs for part in parts.values() if isinstance(part.inputs, Texts)]
    shifts = np.cumsum([0, *(len(text.content) for text in texts[:-1])])
    all_texts = Texts(
        np.concatenate([text.content for text in texts]),
        np.concatenate([text.starts + shift for text, shift in zip(texts, shifts, strict=True)]),
        np.concatenate([text.stops + shift for text, shift in zip(texts, shifts, strict=True)]),
    )
    labels = np.repeat([*parts], [len(part) for part in parts.values()])
    ids = [f"{label}:{line}" for label, part in parts.items() for line in part.ids.tolist()]
    return Examples(all_texts, labels, np.array(ids))
