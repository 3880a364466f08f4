"""What every source of data has in common: it reads files found in `DataPaths` and returns `RawData`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, TypeAlias

from dlcli.core import ConfigError
from dlcli.data.data_paths import DataPaths, sha256
from dlcli.data.examples import Examples, RawData
from dlcli.data.labels import ClassNames

#: names of classes as a config has them: in the order of the labels, or label → name
WrittenClassNames: TypeAlias = list[str] | dict[str, str] | None


@dataclass(frozen=True)
class SplitFiles:
    """What a reader returns where every split has a file of its own.

    Args:
        examples: by split.
        fingerprint: file name → sha256.
        warnings: what the user should hear about the files.
    """

    examples: Mapping[str, Examples]
    fingerprint: Mapping[str, str]
    warnings: tuple[str, ...] = ()

    @classmethod
    def of(cls, examples: Mapping[str, Examples], files: Mapping[str, Path]) -> SplitFiles:
        """Examples that are in their files entirely."""
        return cls(examples, {path.name: sha256(path) for path in files.values()})


class DatasetReader(ABC):
    """A data set known by name: embedded or generated."""

    registry_kind: ClassVar[str] = "dataset"

    #: what a first config for it says of task and model, as YAML; None where a small mlp will do
    first_config: ClassVar[str | None] = None

    @abstractmethod
    def read(self, data_paths: DataPaths) -> RawData:
        """All examples, in a fixed order."""


class FileFormat(ABC):
    """Files of the user's own, in one format."""

    registry_kind: ClassVar[str] = "format"
    #: ends of the file names that belong to this format, in lower case
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
        """The examples of the file, and of the test file where there is one."""

    def check_files_of_splits(self) -> None:
        """Check that the splits may have files of their own.

        Raises:
            ConfigError: inputs and targets are in files of their own, or each class has its file.
        """
        if type(self).read_splits is FileFormat.read_splits:
            message = (
                f"expected a format that keeps inputs and targets in one file, such as csv, got {type(self).__name__}"
            )
            raise ConfigError(message, code="not_applicable", key="files")

    def read_splits(self, files: Mapping[str, Path], data_paths: DataPaths) -> SplitFiles:
        """The examples of one file per split; the training file decides what the columns are."""
        raise NotImplementedError

    def find(self, data_paths: DataPaths, file: str) -> Path:
        return data_paths.find(file, folder=self.folder, source=self.source)

    def require_path(self) -> str:
        """The option `path`.

        Raises:
            ConfigError: it is absent.
        """
        if self.path is None:
            raise ConfigError(
                "the format needs a path, unless split.files names the files",
                code="missing_key",
                key="path",
            )
        return self.path
