"""NumPy files (.npy) with one array each."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np

from dlcli.core import DataError, PositiveInt, register
from dlcli.data.data_paths import unreadable
from dlcli.data.formats.arrays import ImageAxes, PairedFiles, channels_last, stays_on_disk
from dlcli.data.formats.npz import DAMAGE, pickle_error
from dlcli.data.readers import WrittenClassNames


def read_npy(path: Path, limit_mib: int | None = None) -> np.ndarray:
    """Read the array of an .npy file; above the limit it is memory-mapped. Pickled objects are never read.

    Args:
        path: Path of the file.
        limit_mib: Size as float32 in MiB above which the array is memory-mapped; None = no limit.

    Raises:
        DataError: The file is not an .npy file, or is damaged.
    """
    try:
        mapped: np.ndarray = np.lib.format.open_memmap(path, mode="r")
    except OSError as error:
        raise unreadable(path, error) from error
    except DAMAGE as error:
        if "Python objects" in str(error):
            raise pickle_error(path, "the file") from error
        raise DataError(f"not an .npy file, or a damaged one: {error}", code="wrong_format", file=str(path)) from error
    if limit_mib is not None and stays_on_disk(mapped.size, limit_mib):
        return mapped
    return np.array(mapped)


@register("format", "npy")
class Npy(PairedFiles):
    """NumPy files (.npy), one for the inputs and one for the targets.

    Args:
        path: Path of the inputs, (N, …) numbers.
        targets_path: Path of the targets: (N,) labels or values, or (N, K) values.
        test_path: Path of the inputs of a separate test set; null = none.
        test_targets_path: Path of the targets of the test set.
        axes: Order of the axes of images: NHW for gray images without a channel axis, NCHW for channels before rows and
            columns; both become NHWC. null = the inputs are unchanged.
        memory_limit_mib: Limit in MiB above which inputs, as float32, stay on disk and are transformed batch by batch.
        class_names: Names of the labels 0 … K−1 or of all labels in order, or a mapping of labels to names; null = the
            labels themselves.
        folder: Subfolder of $DLCLI_DATA and of the cache to search; null = $DLCLI_DATA and the cache themselves.
        source: Where to download the files; shown if they are not found.
    """

    endings: ClassVar[tuple[str, ...]] = (".npy",)

    def __init__(
        self,
        *,
        path: str,
        targets_path: str,
        test_path: str | None = None,
        test_targets_path: str | None = None,
        axes: ImageAxes | None = None,
        memory_limit_mib: PositiveInt = 1024,
        class_names: WrittenClassNames = None,
        folder: str | None = None,
        source: str | None = None,
    ) -> None:
        super().__init__(
            path=path,
            targets_path=targets_path,
            test_path=test_path,
            test_targets_path=test_targets_path,
            class_names=class_names,
            folder=folder,
            source=source,
        )
        self.axes = axes
        self.memory_limit_mib = memory_limit_mib

    def read_inputs(self, path: Path) -> np.ndarray:
        return channels_last(read_npy(path, self.memory_limit_mib), self.axes, path)

    def read_targets(self, path: Path) -> np.ndarray:
        return read_npy(path)
