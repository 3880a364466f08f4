"""NumPy archives (.npz) with several arrays."""

from __future__ import annotations

import math
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tokenize import TokenError
from typing import ClassVar

import numpy as np

from dlcli.core import DataError, PositiveInt, formatting, register, unknown_name
from dlcli.data.data_paths import DataPaths, file_digests, unreadable
from dlcli.data.examples import Examples
from dlcli.data.formats.arrays import ImageAxes, array_examples, channels_last, stays_on_disk
from dlcli.data.formats.decompression import check_decompressed_size
from dlcli.data.raw_data import RawData
from dlcli.data.readers import FileFormat, SplitFiles, WrittenClassNames
from dlcli.data.table import column_of

#: exceptions of reading a damaged array, whose header is Python source
DAMAGE = (
    ValueError,
    TypeError,
    OverflowError,
    EOFError,
    OSError,
    SyntaxError,
    TokenError,
    NotImplementedError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
)


class NpzArchive:
    """The arrays of an open .npz file. Pickled objects are never read.

    Args:
        path: Path of the file.
        archive: Open ZIP archive.
    """

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self.path = path
        self.archive = archive
        self.names = [name.removesuffix(".npy") for name in archive.namelist()]

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def shape(self, name: str) -> tuple[int, ...]:
        """Return the shape of an array without reading it."""
        shape, _, _, _ = self._header(name)
        return shape

    def read(self, name: str, limit_mib: int | None = None) -> np.ndarray:
        """Read an array; above the limit it is memory-mapped, unless the archive compresses it.

        Args:
            name: Name of the array.
            limit_mib: Size as float32 in MiB above which the array is memory-mapped; None = no limit.

        Raises:
            DataError: The array does not exist or cannot be read.
        """
        shape, fortran_order, dtype, header_size = self._header(name)
        entry = self._entry(name)
        size = math.prod(shape)
        if limit_mib is not None and entry.compress_type == zipfile.ZIP_STORED and stays_on_disk(size, limit_mib):
            offset = self._data_offset(entry) + header_size
            mapped: np.ndarray = np.memmap(
                self.path, dtype=dtype, mode="r", offset=offset, shape=shape, order="F" if fortran_order else "C"
            )
            return mapped
        try:
            with self.archive.open(entry) as stream:
                return np.lib.format.read_array(stream, allow_pickle=False)
        except DAMAGE as error:
            raise DataError(
                f"the array {name!r} is damaged: {error}", code="damaged_file", file=str(self.path)
            ) from error

    def _entry(self, name: str) -> zipfile.ZipInfo:
        if name not in self.names:
            raise DataError(
                f"{name!r}: {unknown_name('array', name, self.names)}", code="unknown_name", file=str(self.path)
            )
        return self.archive.infolist()[self.names.index(name)]

    def _header(self, name: str) -> tuple[tuple[int, ...], bool, np.dtype, int]:
        """Return shape, whether in Fortran order, type, and number of bytes of the header."""
        try:
            with self.archive.open(self._entry(name)) as stream:
                version = np.lib.format.read_magic(stream)
                read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
                shape, fortran_order, dtype = read(stream)
                size = stream.tell()
        except DAMAGE as error:
            raise DataError(
                f"the array {name!r} is damaged: {error}", code="damaged_file", file=str(self.path)
            ) from error
        if dtype.hasobject:
            raise pickle_error(self.path, name)
        if dtype.itemsize == 0 and 0 not in shape:
            raise DataError(
                f"the array {name!r} is damaged: its elements have no bytes", code="damaged_file", file=str(self.path)
            )
        expected = size + math.prod(shape) * dtype.itemsize
        if self._entry(name).file_size != expected:
            raise DataError(
                f"the array {name!r} is damaged: expected {expected} bytes, got {self._entry(name).file_size}",
                code="damaged_file",
                file=str(self.path),
            )
        return shape, fortran_order, dtype, size

    def _data_offset(self, entry: zipfile.ZipInfo) -> int:
        """Return the offset of an entry's data: after its local header of 30 bytes, its name and its extra field."""
        with self.path.open("rb") as stream:
            stream.seek(entry.header_offset)
            header = stream.read(30)
        return (
            entry.header_offset + 30 + int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
        )


def pickle_error(path: Path, what: str) -> DataError:
    """Return the error for pickled objects."""
    return DataError(
        f"{what} has pickled Python objects, which are never read; save numbers or words",
        code="unsafe_file",
        file=str(path),
    )


@contextmanager
def open_npz(path: Path) -> Iterator[NpzArchive]:
    """Open an .npz file.

    Raises:
        DataError: The file is not an .npz file.
    """
    try:
        archive = zipfile.ZipFile(path)
    except OSError as error:
        raise unreadable(path, error) from error
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise DataError(f"not an .npz file: {error}", code="wrong_format", file=str(path)) from error
    with archive:
        claimed = sum(entry.file_size for entry in archive.infolist())
        check_decompressed_size(path, path.stat().st_size, claimed, "save the arrays without compression")
        arrays = NpzArchive(path, archive)
        duplicate = next((name for name, count in Counter(arrays.names).items() if count > 1), None)
        if duplicate is not None:
            raise DataError(f"two arrays have the name {duplicate!r}", code="duplicate_name", file=str(path))
        yield arrays


@register("format", "npz")
class Npz(FileFormat):
    """NumPy archives (.npz) with one array of inputs and one of targets.

    Args:
        path: Path of the file; null only if split.files names a file for each split.
        inputs: Name of the array of inputs, (N, …) numbers.
        targets: Name of the array of targets: (N,) labels or values, or (N, K) values.
        test_path: Path of a separate test set; null = none, or the same file if test_inputs is set.
        test_inputs: Name of the array of inputs of the test set; null = inputs.
        test_targets: Name of the array of targets of the test set; null = targets.
        axes: Order of the axes of images: NHW for gray images without a channel axis, NCHW for channels before rows and
            columns; both become NHWC. null = the inputs are unchanged.
        memory_limit_mib: Limit in MiB above which inputs, as float32, stay on disk and are transformed batch by batch;
            compressed arrays are always read into memory.
        class_names: Names of the labels 0 … K−1 or of all labels in order, or a mapping of labels to names; null = the
            labels themselves.
        folder: Subfolder of $DLCLI_DATA and of the cache to search; null = $DLCLI_DATA and the cache themselves.
        source: Where to download the files; shown if they are not found.
    """

    endings: ClassVar[tuple[str, ...]] = (".npz",)

    def __init__(
        self,
        *,
        path: str | None = None,
        inputs: str = "x",
        targets: str = "y",
        test_path: str | None = None,
        test_inputs: str | None = None,
        test_targets: str | None = None,
        axes: ImageAxes | None = None,
        memory_limit_mib: PositiveInt = 1024,
        class_names: WrittenClassNames = None,
        folder: str | None = None,
        source: str | None = None,
    ) -> None:
        super().__init__(path=path, folder=folder, source=source, class_names=class_names)
        self.inputs = inputs
        self.targets = targets
        self.test_path = test_path
        self.test_inputs = test_inputs
        self.test_targets = test_targets
        self.axes = axes
        self.memory_limit_mib = memory_limit_mib

    def read(self, data_paths: DataPaths) -> RawData:
        path = self.find(data_paths, self.require_path())
        examples = self._examples(path, self.inputs, self.targets)
        files = [path]
        test = None
        if self.test_path is not None or self.test_inputs is not None:
            test_path = path if self.test_path is None else self.find(data_paths, self.test_path)
            test = self._examples(test_path, self.test_inputs or self.inputs, self.test_targets or self.targets)
            files.append(test_path)
        description = f"{path.name}: {formatting.count(len(examples), 'example')}"
        return RawData(examples, file_digests(files), description, test, self.class_names)

    def read_splits(self, files: Mapping[str, Path], data_paths: DataPaths) -> SplitFiles:  # noqa: ARG002
        examples = {split: self._examples(path, self.inputs, self.targets) for split, path in files.items()}
        return SplitFiles.of(examples, files)

    def read_new(self, path: Path, *, require_targets: bool) -> Examples:
        """Read the examples of a new file, with targets if they are required."""
        return self._examples(path, self.inputs, self.targets, require_targets=require_targets)

    def _examples(self, path: Path, inputs: str, targets: str, *, require_targets: bool = True) -> Examples:
        with open_npz(path) as archive:
            x = channels_last(archive.read(inputs, self.memory_limit_mib), self.axes, path)
            y = archive.read(targets) if require_targets else None
            used = {inputs, targets, self.test_inputs, self.test_targets}
            others = [name for name in archive.names if name not in used and archive.shape(name) == x.shape[:1]]
            return array_examples(x, y, file=path, fields={name: column_of(archive.read(name)) for name in others})
