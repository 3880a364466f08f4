"""A file of continuous text."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dlcli.core import register
from dlcli.data.data_paths import DataPaths, sha256
from dlcli.data.examples import Examples, row_numbers
from dlcli.data.raw_data import RawData
from dlcli.data.readers import FileFormat, SplitFiles
from dlcli.data.targets import NextTokens
from dlcli.data.text.stream import TextStream
from dlcli.data.text.text_file import read_text_file


@register("format", "text")
class Text(FileFormat):
    """One continuous text for a language model.

    The text is divided in order, starting with the training set, and cut into windows of data.text.window tokens. Large
    files stay on disk, and their tokens in the user's cache. Line ends \\r\\n are read as \\n.

    Args:
        path: Path of the file; null only if split.files names a file for each split.
        encoding: Character encoding, such as utf-8 or latin-1.
        folder: Subfolder of $DLCLI_DATA and of the cache to search; null = $DLCLI_DATA and the cache themselves.
        source: Where to download the file; shown if it is not found.
    """

    endings = ()

    def __init__(
        self, *, path: str | None = None, encoding: str = "utf-8", folder: str | None = None, source: str | None = None
    ) -> None:
        super().__init__(path=path, folder=folder, source=source, class_names=None)
        self.encoding = encoding

    def read(self, data_paths: DataPaths) -> RawData:
        path = self.find(data_paths, self.require_path())
        examples = self.read_new(path)
        description = f"{path.name}: {len(examples):,} bytes of text"
        return RawData(examples, {path.name: sha256(path)}, description, targets=NextTokens)

    def read_splits(self, files: Mapping[str, Path], data_paths: DataPaths) -> SplitFiles:  # noqa: ARG002
        return SplitFiles.of({split: self.read_new(path) for split, path in files.items()}, files)

    def read_new(self, path: Path) -> Examples:
        """Read the text of any file."""
        return Examples(TextStream(read_text_file(path, self.encoding)), None, row_numbers(0))
