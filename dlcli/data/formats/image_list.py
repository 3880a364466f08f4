"""Images that a CSV file lists with labels or values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np

from dlcli.core import ConfigError, DataError, Inline, register
from dlcli.data.data_paths import DataPaths, distinct_names, sha256
from dlcli.data.examples import Examples
from dlcli.data.formats.columns import Source
from dlcli.data.formats.csv import Csv
from dlcli.data.formats.csv_text import Dialect
from dlcli.data.formats.image_format import ANY_IMAGE, ImageFormat, ImageOptions, describe_images, reference_shape
from dlcli.data.formats.index_columns import index_columns
from dlcli.data.formats.number_syntax import DecimalMark
from dlcli.data.formats.tables import Layout, TableOptions, examples_of, require_columns
from dlcli.data.images import ReferenceShape
from dlcli.data.raw_data import RawData
from dlcli.data.readers import SplitFiles, WrittenClassNames
from dlcli.data.table import CategoricalColumn


@dataclass(frozen=True, kw_only=True)
class ListingOptions:
    """Columns and syntax of a CSV file that lists images.

    Args:
        file: Column of the file names; null = the first column.
        label: Column to predict, by name or 0-based number; a list of columns for several values; null = the last
            column.
        id: Column that identifies images; null = the file names.
        header: Whether the first line has the column names; null = yes, with a warning if that line names an image.
        delimiter: Character between cells.
        decimal: Decimal mark of values to predict.
        encoding: Character encoding, such as utf-8 or latin-1.
    """

    file: str | None = None
    label: int | str | list[str] | None = None
    id: str | None = None
    header: bool | None = None
    delimiter: str = ","
    decimal: DecimalMark = "."
    encoding: str = "utf-8"


_ANY_LISTING = ListingOptions()


@register("format", "image_list")
class ImageList(ImageFormat):
    """Images (JPEG, PNG, GIF, BMP, WebP, TIFF, PPM) that a CSV file lists, one per line, with a label or values.

    Images are rotated by their EXIF orientation; transparent pixels become white.

    Args:
        path: Path of the CSV file; null only if split.files names a file for each split.
        test_path: Path of the CSV file of a separate test set; null = none.
        images: Folder of the image files, relative to that of the CSV file; null = the folder of the CSV file.
        listing: Columns and syntax of the CSV file.
        conversion: Size, channels and caching of the images.
        class_names: Names of the labels 0 … K−1 or of all labels in order, or a mapping of labels to names; null = the
            labels themselves.
        folder: Subfolder of $DLCLI_DATA and of the cache to search; null = $DLCLI_DATA and the cache themselves.
        source: Where to download the images; shown if they are not found.
    """

    def __init__(
        self,
        *,
        path: str | None = None,
        test_path: str | None = None,
        images: str | None = None,
        listing: Annotated[ListingOptions, Inline()] = _ANY_LISTING,
        conversion: Annotated[ImageOptions, Inline()] = ANY_IMAGE,
        class_names: WrittenClassNames = None,
        folder: str | None = None,
        source: str | None = None,
    ) -> None:
        super().__init__(
            path=path,
            test_path=test_path,
            conversion=conversion,
            class_names=class_names,
            folder=folder,
            source=source,
        )
        self.images_folder = images
        self.file = listing.file
        self.csv = Csv(
            header=listing.header,
            dialect=Dialect(delimiter=listing.delimiter, encoding=listing.encoding),
            table=TableOptions(label=listing.label, id=listing.id, decimal=listing.decimal),
        )

    def read(self, data_paths: DataPaths) -> RawData:
        lists = {"train": self.find(data_paths, self.require_path())}
        if self.test_path is not None:
            lists["test"] = self.find(data_paths, self.test_path)
        result = self.read_splits(lists, data_paths)
        examples = result.examples["train"]
        return RawData(
            examples,
            result.fingerprint,
            f"{lists['train'].name}: {describe_images(examples)}",
            result.examples.get("test"),
            class_names=self.class_names,
            warnings=result.warnings,
        )

    def read_splits(self, files: Mapping[str, Path], data_paths: DataPaths) -> SplitFiles:
        examples: dict[str, Examples] = {}
        fingerprint: dict[str, str] = {}
        names = distinct_names(files.values())
        warnings: list[str] = []
        for split, path in files.items():
            reference = reference_shape(examples)
            examples[split], digest, remarks = self.read_list(path, data_paths, reference, require_targets=True)
            fingerprint |= {names[path]: sha256(path), f"pictures of {names[path]}": digest}
            warnings += remarks
        return SplitFiles(examples, fingerprint, tuple(warnings))

    def read_list(
        self, path: Path, data_paths: DataPaths | None, reference: ReferenceShape | None, *, require_targets: bool
    ) -> tuple[Examples, str, tuple[str, ...]]:
        """Read the examples that a CSV file lists; return them, the digest of their images, and warnings."""
        source = self.csv.open(path)
        listed = self._listed(source, require_targets=require_targets)
        root = path.parent / (self.images_folder or "")
        files = self._files(source, listed, root)
        images = self.images(files, root, data_paths, reference)
        ids = listed.ids if self.csv.table.id is not None else np.array([str(cell) for cell in _cells(listed)])
        examples = replace(listed, inputs=images.images, ids=ids, feature_names=())
        return examples, images.digest, (*source.warnings, *self._header_remarks(source, root), *images.warnings)

    def _header_remarks(self, source: Source, root: Path) -> Iterator[str]:
        """Yield a remark if the first line names an image but is used as the header."""
        name = next((name for name in source.names if source.has_assumed_header and (root / name).is_file()), "")
        if name:
            yield (
                f"{source.path}: the first line is used as the header, but {name!r} in it is an image; "
                "set header: false if it is an example, or header: true if these are the names"
            )

    def _listed(self, source: Source, *, require_targets: bool) -> Examples:
        """Read the rows of the list with the file names as inputs."""
        numbering = index_columns(source)
        column = self.file or next((name for name in source.names if name not in numbering), source.names[0])
        require_columns(source, [column])
        if require_targets and len(source.names) == 1:
            raise DataError(
                f"expected columns of file names and of labels, got only {column}",
                code="missing_column",
                file=str(source.path),
            )
        targets = self.csv.layout(source).targets if require_targets else ()
        if column in targets:
            raise ConfigError(
                f"{column!r} has the file names and is also the label",
                code="conflicting_options",
                key="label",
            )
        layout = Layout((column,), targets, self.csv.table.id, {column: "categorical"})
        return examples_of(source, layout, self.csv.table)

    def _files(self, source: Source, listed: Examples, root: Path) -> list[Path]:
        """Return the image file of every row.

        Raises:
            DataError: A row has no image file; the error has its line.
        """
        (column,) = listed.feature_names
        files = []
        for row, cell in enumerate(_cells(listed)):
            if cell is None:
                raise source.error("the file name is missing", column, row, "missing_value")
            files.append(root / cell)
            if not files[-1].is_file():
                raise source.error(f"no such image: {files[-1]}", column, row, "missing_file")
        return files


def _cells(listed: Examples) -> list[str | None]:
    """Return the file name of every row; None where it is missing."""
    (column,) = listed.inputs.columns.values()  # type: ignore[union-attr]
    assert isinstance(column, CategoricalColumn)
    return [None if code < 0 else column.categories[code] for code in column.codes.tolist()]
