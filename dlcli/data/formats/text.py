"""One long text."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dlcli.core import register
from dlcli.data.data_paths import DataPaths, sha256
from dlcli.data.examples import Examples, RawData, row_numbers
from dlcli.data.readers import FileFormat, SplitFiles
from dlcli.data.text.stream import TextStream
from dlcli.data.text.text_file import read_text_file


@register("format", "text")
class Text(FileFormat):
    """One long text, which a language model learns to go on with.

    It is divided in its order, the beginning for training, and cut into windows of data.text.window tokens. Large files
    stay on disk, and their tokens in the user's cache. Line ends are \\n, however the file writes them.

    Args:
        path: the file; null only where split.files names one for each split.
        encoding: the character encoding, such as utf-8 or latin-1.
        folder: the data set's folder below $DLCLI_DATA and the cache; null = those folders themselves.
        source: where the file can be had; shown when it is not found.
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
        described = f"{path.name}: {len(examples):,} bytes of text"
        return RawData(examples, {path.name: sha256(path)}, described, target_kind="tokens")

    def read_splits(self, files: Mapping[str, Path], data_paths: DataPaths) -> SplitFiles:  # noqa: ARG002
        return SplitFiles.of({split: self.read_new(path) for split, path in files.items()}, files)

    def read_new(self, path: Path) -> Examples:
        """The text of any file."""
        return Examples(TextStream(read_text_file(path, self.encoding)), None, row_numbers(0))
