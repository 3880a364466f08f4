"""Base class of array formats: checks of inputs and targets."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import numpy as np

from dlcli.core import ConfigError, DataError, formatting
from dlcli.data.data_paths import DataPaths, file_digests
from dlcli.data.examples import Examples, check_numbers, row_numbers
from dlcli.data.raw_data import RawData
from dlcli.data.readers import FileFormat, WrittenClassNames
from dlcli.data.table import Column

MIB = 1 << 20

#: order of the axes of images: N images, H rows, W columns, C channels
ImageAxes = Literal["NHW", "NHWC", "NCHW"]


def array_examples(
    inputs: np.ndarray,
    targets: np.ndarray | None,
    *,
    file: Path,
    target_file: Path | None = None,
    fields: Mapping[str, Column] | None = None,
) -> Examples:
    """Check arrays and create examples.

    Args:
        inputs: (N, …) numbers.
        targets: (N,) labels or values, or (N, K) values.
        file: File of the inputs.
        target_file: File of the targets; None = the file of the inputs.
        fields: Other columns of the examples.

    Raises:
        DataError: The numbers of inputs and targets differ, or values are not finite numbers.
    """
    check_numbers(inputs, "the array of inputs", str(file))
    if inputs.ndim == 1:
        inputs = inputs[:, np.newaxis]
    if targets is not None:
        targets_path = str(target_file or file)
        if targets.ndim not in (1, 2) or len(targets) != len(inputs):
            raise DataError(
                f"expected one target for each of {len(inputs)} inputs, got targets of shape {targets.shape}",
                code="wrong_shape",
                file=targets_path,
            )
        if targets.dtype.kind not in "USO":
            check_numbers(targets, "the array of targets", targets_path)
        targets = np.array(targets[:, 0] if targets.shape[1:] == (1,) else targets)
    return Examples(inputs, targets, row_numbers(len(inputs)), fields=fields or {})


def channels_last(inputs: np.ndarray, axes: ImageAxes | None, file: Path) -> np.ndarray:
    """Return a view of images as (N, H, W, C), the order that layers expect; other inputs, with axes None, unchanged.

    Raises:
        DataError: The array has another number of axes.
    """
    if axes is None:
        return inputs
    if inputs.ndim != len(axes):
        message = f"expected {len(axes)} axes of inputs as in axes: {axes}, got shape {inputs.shape}"
        raise DataError(message, code="wrong_shape", file=str(file))
    if axes == "NHW":
        return inputs[..., np.newaxis]
    return np.moveaxis(inputs, 1, -1) if axes == "NCHW" else inputs


def stays_on_disk(count: int, limit_mib: int) -> bool:
    """Return whether an array of `count` numbers as float32 is larger than the limit."""
    return 4 * count > limit_mib * MIB


class PairedFiles(FileFormat):
    """A reader of formats with one array per file: one file of inputs and one of targets."""

    def __init__(
        self,
        *,
        path: str,
        targets_path: str,
        test_path: str | None,
        test_targets_path: str | None,
        class_names: WrittenClassNames,
        folder: str | None,
        source: str | None,
    ) -> None:
        super().__init__(path=path, folder=folder, source=source, class_names=class_names)
        self.targets_path = targets_path
        self.test_path = test_path
        self.test_targets_path = test_targets_path
        if (test_path is None) != (test_targets_path is None):
            raise ConfigError(
                "test_path and test_targets_path belong together",
                code="conflicting_options",
                key="test_path",
            )

    @abstractmethod
    def read_inputs(self, path: Path) -> np.ndarray:
        """Read the inputs, (N, …) numbers."""

    @abstractmethod
    def read_targets(self, path: Path) -> np.ndarray:
        """Read the targets, (N,) or (N, K)."""

    def read(self, data_paths: DataPaths) -> RawData:
        files = [self.find(data_paths, file) for file in (self.require_path(), self.targets_path)]
        examples = self.read_new(*files)
        test = None
        if self.test_path is not None and self.test_targets_path is not None:
            test_files = [self.find(data_paths, file) for file in (self.test_path, self.test_targets_path)]
            test = self.read_new(*test_files)
            files += test_files
        description = f"{files[0].name}: {formatting.count(len(examples), 'example')}"
        return RawData(examples, file_digests(files), description, test, self.class_names)

    def read_new(self, path: Path, targets_path: Path | None) -> Examples:
        """Read the examples of any file of this format, with a file of targets if there is one."""
        targets = None if targets_path is None else self.read_targets(targets_path)
        return array_examples(self.read_inputs(path), targets, file=path, target_file=targets_path)
