"""Base classes of readers, which find files in `DataPaths` and return `RawData`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, TypeAlias

from dlcli.core import ConfigError
from dlcli.data.data_paths import DataPaths, file_digests
from dlcli.data.examples import Examples
from dlcli.data.labels import ClassNames
from dlcli.data.raw_data import RawData

#: names of classes in a config: in the order of the labels, or label → name
WrittenClassNames: TypeAlias = list[str] | dict[str, str] | None


@dataclass(frozen=True)
class SplitFiles:
    """Result of a reader when every split has a separate file.

    Args:
        examples: Split → its examples.
        fingerprint: File name → SHA-256.
        warnings: Warnings for the user about the files.
    """

    examples: Mapping[str, Examples]
    fingerprint: Mapping[str, str]
    warnings: tuple[str, ...] = ()

    @classmethod
    def of(cls, examples: Mapping[str, Examples], files: Mapping[str, Path]) -> SplitFiles:
        """Create the result from the examples and the file of each split."""
        return cls(examples, file_digests(files.values()))


class DatasetReader(ABC):
    """A reader of a data set that is known by name: embedded or generated."""

    registry_kind: ClassVar[str] = "dataset"

    #: task and model of a first config for the data set, as YAML; None for a small mlp
    first_config: ClassVar[str | None] = None

    @abstractmethod
    def read(self, data_paths: DataPaths) -> RawData:
        """Return all examples, in a fixed order."""


class FileFormat(ABC):
    """A reader of the user's files in one format."""

    registry_kind: ClassVar[str] = "format"
    #: file name extensions of the format, in lower case
    endings: ClassVar[tuple[str, ...]]

    def __init__(
        self, *, path: str | None, folder: str | None, source: str | None, class_names: WrittenClassNames
    ) -> None:
        self.path = path
        self.folder = folder
        self.source = source
        self.class_names: ClassNames | None = tuple(class_names) if isinstance(class_names, list) else class_names

    @abstractmethod
    def read(self, data_paths: DataPaths) -> RawData:
        """Return the examples of the file, and of the test file if there is one."""

    def check_files_of_splits(self) -> None:
        """Check that the format supports a separate file for each split.

        Raises:
            ConfigError: Inputs and targets are in separate files, or each class has a file.
        """
        if type(self).read_splits is FileFormat.read_splits:
            message = (
                f"expected a format that keeps inputs and targets in one file, such as csv, got {type(self).__name__}"
            )
            raise ConfigError(message, code="not_applicable", key="files")

    def read_splits(self, files: Mapping[str, Path], data_paths: DataPaths) -> SplitFiles:
        """Return the examples of one file per split; the training file determines the columns."""
        raise NotImplementedError

    def find(self, data_paths: DataPaths, file: str) -> Path:
        return data_paths.find(file, folder=self.folder, source=self.source)

    def require_path(self) -> str:
        """Return the option `path`.

        Raises:
            ConfigError: It is missing.
        """
        if self.path is None:
            raise ConfigError(
                "the format requires a path, unless split.files names the files",
                code="missing_key",
                key="path",
            )
        return self.path
