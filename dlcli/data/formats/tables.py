"""Base class of table formats: roles of the columns, and conversion to examples."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from dlcli.core import ConfigError, DataError, formatting, unknown_name
from dlcli.data.data_paths import DataPaths, file_digests
from dlcli.data.examples import Examples, row_numbers
from dlcli.data.formats.columns import (
    ColumnOptions,
    Reading,
    Source,
    first_duplicate,
    ids_of,
    is_nested,
    read_column,
    spellings_of,
)
from dlcli.data.formats.index_columns import index_columns, named_index
from dlcli.data.formats.missing_values import DEFAULTS, MissingValues
from dlcli.data.formats.number_syntax import DecimalMark, NumberSyntax, ThousandsMark, is_number
from dlcli.data.formats.table_remarks import check_label, table_remarks
from dlcli.data.formats.text_columns import is_list, labels_of, texts_of
from dlcli.data.labels import MAX_LISTED, abbreviated
from dlcli.data.raw_data import RawData
from dlcli.data.readers import FileFormat, SplitFiles, WrittenClassNames
from dlcli.data.table import CategoricalColumn, Column, Kind, NumericColumn, Table


@dataclass(frozen=True, kw_only=True)
class TableOptions:
    """Roles of the columns of a table, and syntax of its cells.

    Args:
        text: Name of a column of texts, which are then the only input; null = none.
        label: Column to predict, by name or 0-based number; a list of columns for several values; null = the last
            column without another role.
        features: Input columns; null = all columns without another role, except row numbers.
        exclude: Columns to ignore.
        numeric: Columns of numbers, in which signs such as $ and % and the parentheses of accounting are allowed (45 %
            is 45); null = columns in which every value is a number or missing.
        categorical: Columns of words, even if they have numbers; null = columns with a value that is not a number.
        missing_values: Words for missing values, in addition to an empty cell, ? and the default words.
        default_missing_values: Whether the default words (NA, N/A, NaN, None, null, <NA>, #N/A, …) are missing values
            in labels and in columns of words; in columns of numbers they always are, and so are -, . and nil.
        decimal: Decimal mark of numbers in text files.
        thousands: Mark between groups of three digits, such as the comma of 1,234,567; null = none.
        id: Name of a column that identifies examples; it is printed next to predictions and is not an input.
        label_strip: Characters to remove from the end of labels, such as a period.
        drop_missing_labels: Whether to drop rows without a label instead of raising an error.
    """

    text: str | None = None
    label: int | str | list[str] | None = None
    features: list[str] | None = None
    exclude: list[str] | None = None
    numeric: list[str] | None = None
    categorical: list[str] | None = None
    missing_values: list[str] | None = None
    default_missing_values: bool = True
    decimal: DecimalMark = "."
    thousands: ThousandsMark | None = None
    id: str | None = None
    label_strip: str | None = None
    drop_missing_labels: bool = False

    @cached_property
    def missing(self) -> MissingValues:
        return MissingValues(tuple(self.missing_values or ()), self.default_missing_values)

    @cached_property
    def syntax(self) -> NumberSyntax:
        return NumberSyntax(self.decimal, self.thousands)

    @cached_property
    def named(self) -> frozenset[str]:
        """Columns that the options name."""
        single = [name for name in (self.text, self.id, self.label) if isinstance(name, str)]
        labels = self.label if isinstance(self.label, list) else []
        lists = (labels, self.features, self.exclude, self.numeric, self.categorical)
        return frozenset([*single, *(name for names in lists for name in names or ())])


#: default options
ANY_TABLE = TableOptions()


@dataclass(frozen=True)
class Layout:
    """Roles of the columns.

    Args:
        features: Input columns, in order.
        targets: Target columns; empty if they are not needed.
        id: Column that identifies examples; None = row numbers.
        kinds: Column → numeric or categorical; the kinds of other columns are inferred.
        ignored: Column → reason why it is not an input although no option excludes it.
    """

    features: tuple[str, ...]
    targets: tuple[str, ...]
    id: str | None
    kinds: Mapping[str, Kind]
    ignored: Mapping[str, str] = field(default_factory=dict)


class TableFormat(FileFormat):
    """A reader of files with named columns."""

    def __init__(
        self,
        *,
        path: str | None,
        test_path: str | None,
        table: TableOptions,
        class_names: WrittenClassNames,
        folder: str | None,
        source: str | None,
    ) -> None:
        super().__init__(path=path, folder=folder, source=source, class_names=class_names)
        self.test_path = test_path
        self.table = table

    @abstractmethod
    def open(self, path: Path, *, is_test: bool = False) -> Source:
        """Read the columns of a file."""

    @abstractmethod
    def open_new(self, path: Path, expected: Layout) -> Source:
        """Read the columns of new data: like `open`, but the file may have a header, and may lack the targets."""

    def read(self, data_paths: DataPaths) -> RawData:
        path = self.find(data_paths, self.require_path())
        files = {"train": path}
        examples, warnings = self._read_training(path)
        test = None
        if self.test_path is not None:
            files["test"] = self.find(data_paths, self.test_path)
            test_source = self.open(files["test"], is_test=True)
            test = self._read_like(test_source, examples)
            warnings += test_source.warnings
        fingerprint = file_digests(files.values())
        size, width = len(examples), len(examples.feature_names)
        description = f"{path.name}: {formatting.count(size, 'example')} of {formatting.count(width, 'column')}"
        return RawData(examples, fingerprint, description, test, self.class_names, warnings=warnings)

    def read_splits(self, files: Mapping[str, Path], data_paths: DataPaths) -> SplitFiles:  # noqa: ARG002
        train, warnings = self._read_training(files["train"])
        sources = {split: self.open(path) for split, path in files.items() if split != "train"}
        others = {split: self._read_like(source, train) for split, source in sources.items()}
        warnings += tuple(warning for source in sources.values() for warning in source.warnings)
        return replace(SplitFiles.of({"train": train} | others, files), warnings=warnings)

    def _read_training(self, path: Path) -> tuple[Examples, tuple[str, ...]]:
        """Read the training file and infer the kinds of its columns; return examples and warnings."""
        source = self.open(path)
        layout = self.layout(source)
        readings = read_columns(source, layout, self.table)
        examples = examples_of(source, layout, self.table, readings)
        remarks = table_remarks(source, layout, readings, self.table)
        examples = replace(examples, uninformative=remarks.uninformative, misread=remarks.misread)
        return examples, (*source.warnings, *remarks.texts)

    def _read_like(self, source: Source, like: Examples) -> Examples:
        """Read examples with the columns, and the kinds of columns, of other examples."""
        names = (*like.feature_names, *like.target_names)
        require_columns(source, names)
        typed = [name for name in names if name in like.fields]
        layout = Layout(like.feature_names, like.target_names, self.table.id, kinds_of(like.fields, typed))
        return examples_of(source, layout, self.table)

    def layout(self, source: Source) -> Layout:
        """Determine the roles of the columns by the options.

        Raises:
            DataError: An option names a column that does not exist.
            ConfigError: A column has two roles, or is listed twice as an input or a label.
        """
        table = self.table
        ignored = {name: why for name, why in index_columns(source).items() if name not in table.named}
        targets = self._targets(source, ignored)
        not_features = {*targets, *(table.exclude or []), *([] if table.id is None else [table.id])}
        features = tuple(
            table.features or (name for name in source.names if name not in not_features and name not in ignored)
        )
        if table.text is not None and table.features:
            raise ConfigError(
                "the text is the only input; remove features",
                code="conflicting_options",
                key="features",
            )
        if table.text is not None:
            features = (table.text,)
        named = {
            "text": features if table.text is not None else (),
            "features": features,
            "exclude": table.exclude,
            "numeric": table.numeric,
            "categorical": table.categorical,
        }
        for option, names in {**named, "id": None if table.id is None else [table.id], "label": targets}.items():
            _check_columns(source, option, names or ())
        for option, names in (("features", features), ("label", targets)):
            duplicate = first_duplicate(names)
            if duplicate is not None:
                raise ConfigError(f"{duplicate!r} is listed twice", code="duplicate_name", key=option)
        for name in features:
            if name in not_features:
                raise ConfigError(
                    f"{name!r} is a feature and also the label, the id or excluded",
                    code="conflicting_options",
                    key="features",
                )
        if not features:
            raise DataError(f"{source.path} has no column left for the inputs", code="missing_column", key="features")
        both = set(table.numeric or ()) & set(table.categorical or ())
        if both:
            raise ConfigError(
                f"{sorted(both)[0]!r} is listed as numeric and as categorical",
                code="conflicting_options",
                key="categorical",
            )
        kinds: dict[str, Kind] = dict.fromkeys(table.numeric or (), "numeric")
        kinds |= dict.fromkeys(table.categorical or (), "categorical")
        return Layout(features, targets, table.id, kinds, {} if table.features or table.text else ignored)

    def _targets(self, source: Source, ignored: Mapping[str, str]) -> tuple[str, ...]:
        """Return the target columns.

        Args:
            source: Columns of the file.
            ignored: Column → reason why it is neither an input nor a label.
        """
        label = self.table.label
        if label is None:
            not_label = {self.table.text, self.table.id, *(self.table.exclude or ()), *ignored, *named_index(source)}
            candidates = [name for name in source.names if name not in not_label]
            if not candidates and self.table.text is None:
                raise DataError(f"{source.path} has no column left for the label", code="missing_column", key="label")
            return tuple(candidates[-1:])
        if isinstance(label, str):
            return (label,)
        if isinstance(label, int):
            if not -len(source.names) <= label < len(source.names):
                message = f"expected a column from 0 to {len(source.names) - 1} of {source.path}, got {label}"
                raise DataError(message, code="missing_column", key="label")
            name = source.names[label]
            if name in ignored:
                message = f"column {label} is {name!r}: {ignored[name]}; give the label by its name"
                raise ConfigError(message, key="label")
            return (name,)
        return tuple(label)


def _check_columns(source: Source, option: str, names: Sequence[str]) -> None:
    """Check that the columns that an option names exist.

    Raises:
        DataError: A column does not exist; the error has the option.
    """
    for name in names:
        if name not in source:
            known = unknown_name("column", name, source.names)
            if source.has_assumed_header and any(map(is_number, source.names)):
                known += "; set header: false if the first line is an example"
            raise DataError(f"{name!r} in {source.path}: {known}", code="missing_column", key=option)


def kinds_of(columns: Mapping[str, Column], names: Sequence[str]) -> dict[str, Kind]:
    return {name: "numeric" if isinstance(columns[name], NumericColumn) else "categorical" for name in names}


def require_columns(source: Source, names: Sequence[str]) -> None:
    """Check that a file has some columns.

    Raises:
        DataError: Columns are missing; the message names them, and the nearest match of the first.
    """
    missing = [name for name in names if name not in source]
    if missing:
        listed = abbreviated(missing, MAX_LISTED)
        near = unknown_name("column", missing[0], source.names)
        raise DataError(f"the file lacks {listed}; {missing[0]}: {near}", code="missing_column", file=str(source.path))


def read_columns(source: Source, layout: Layout, options: TableOptions) -> dict[str, Reading]:
    """Read the columns that a layout needs and other columns of numbers or words, but not the texts.

    Raises:
        DataError: There are no rows, or a cell is not of the kind of its column.
    """
    if source.table.num_rows == 0:
        raise DataError("the file has a header but no rows", code="empty_data", file=str(source.path))
    required = {*layout.features, *layout.targets} if options.text is None else {*_plain_targets(source, layout)}
    readings = {}
    numeric = frozenset(options.numeric or ())
    for name in source.names:
        if name != options.text and (name in required or not is_nested(source, name)):
            strip = options.label_strip if name in layout.targets else None
            has_marks = name in numeric
            kind = layout.kinds.get(name)
            readings[name] = read_column(
                source, name, ColumnOptions(kind, options.missing, options.syntax, has_marks, strip)
            )
    return readings


def examples_of(
    source: Source, layout: Layout, options: TableOptions, readings: Mapping[str, Reading] | None = None
) -> Examples:
    """Convert the rows of a file to examples.

    Args:
        source: Columns of the file.
        layout: Roles of the columns.
        options: Options of the format.
        readings: Columns that were read already; None = read them.

    Raises:
        DataError: There are no rows, a cell is not of the kind of its column, or a label is missing.
    """
    readings = read_columns(source, layout, options) if readings is None else readings
    columns = {name: reading.column for name, reading in readings.items()}
    plain = layout.targets if options.text is None else _plain_targets(source, layout)
    if not source.is_new:
        for name in plain:
            check_label(source, name, columns[name], layout.kinds, options.syntax)
    keep = _labeled_rows(columns, plain) if plain and options.drop_missing_labels else slice(None)
    fields = {name: column.take(keep) for name, column in columns.items()}
    ids = row_numbers(source.table.num_rows) if layout.id is None else ids_of(source, layout.id)
    targets_error = _targets_error(source, fields, plain)
    targets = _targets_of(source, fields, plain) if plain and targets_error is None else None
    if layout.targets and not plain:
        targets = labels_of(source, layout.targets[0])
    return Examples(
        Table({name: fields[name] for name in layout.features})
        if options.text is None
        else texts_of(source, options.text).take(keep),
        targets,
        ids[keep],
        feature_names=layout.features,
        target_names=layout.targets,
        fields=fields,
        spellings=_spellings_of(source, columns, plain, options, keep),
        place_of=_places_of(source, keep),
        lines=None if options.text is None or layout.targets else _lines(source, keep),
        targets_error=targets_error,
    )


def _spellings_of(
    source: Source,
    columns: Mapping[str, Column],
    targets: Sequence[str],
    options: TableOptions,
    keep: np.ndarray | slice,
) -> np.ndarray | None:
    if len(targets) != 1:
        return None
    spellings = spellings_of(source, targets[0], columns[targets[0]], options.label_strip)
    return None if spellings is None else spellings[keep]


def _places_of(source: Source, keep: np.ndarray | slice) -> Callable[[int], Mapping[str, Any]]:
    """Return the function from the number of a kept row to its place in the file."""

    def place(row: int) -> Mapping[str, Any]:
        original = row if isinstance(keep, slice) else int(keep[row])
        line = {} if source.line_of is None else {"line": source.line_of(original)}
        return {"file": str(source.path), **line}

    return place


def _lines(source: Source, keep: np.ndarray | slice) -> np.ndarray | None:
    """Return the (N,) line numbers of the kept rows; None if the file has no lines."""
    if source.line_of is None:
        return None
    return np.array([*map(source.line_of, range(source.table.num_rows))])[keep]


def _plain_targets(source: Source, layout: Layout) -> tuple[str, ...]:
    """Return the targets of texts, unless they are lists with a label for each word."""
    return () if layout.targets and is_list(source, layout.targets[0]) else layout.targets


def _labeled_rows(columns: Mapping[str, Column], targets: Sequence[str]) -> np.ndarray | slice:
    """Return the rows in which no target is missing; all rows if there are none."""
    missing = np.any([columns[name].missing for name in targets], axis=0)
    return np.flatnonzero(~missing) if missing.any() and not missing.all() else slice(None)


def _targets_error(source: Source, columns: Mapping[str, Column], targets: Sequence[str]) -> DataError | None:
    """Return the error of targets that are not one array: an empty cell, or words among several targets."""
    for name in targets:
        if columns[name].missing.any():
            return _missing_label(source, columns, targets)
    words = next((name for name in targets if isinstance(columns[name], CategoricalColumn)), None)
    if len(targets) < 2 or words is None:
        return None
    message = f"expected numbers in each of several targets, got {columns[words].values()[0]!r}"
    return DataError(
        f"{message}; task: multi_task predicts classes, too", code="wrong_type", file=str(source.path), key=words
    )


def _missing_label(source: Source, columns: Mapping[str, Column], targets: Sequence[str]) -> DataError:
    missing = np.any([columns[name].missing for name in targets], axis=0)
    row = int(np.argmax(missing))
    name = next(name for name in targets if columns[name].missing[row])
    more = f", here and in {formatting.count(int(missing.sum()) - 1, 'more row')}" if missing.sum() > 1 else ""
    cell = source.table.column(name)[row].as_py()
    word = str(cell).strip() if isinstance(cell, str) else ""
    why = f"; {word!r} stands for a missing value" if word else ""
    if word in DEFAULTS and isinstance(columns[name], CategoricalColumn):
        why += ", unless default_missing_values: false makes it a class"
    message = f"the label is missing{more}{why}; drop_missing_labels: true leaves such rows out"
    return source.error(message, name, row)


def _targets_of(source: Source, columns: Mapping[str, Column], targets: Sequence[str]) -> np.ndarray:
    if len(targets) == 1:
        _check_nul(source, columns[targets[0]], targets[0])
        return columns[targets[0]].values()
    return np.stack([columns[name].values() for name in targets], axis=1).astype(np.float64)


def _check_nul(source: Source, column: Column, name: str) -> None:
    """Reject labels with a NUL, which NumPy strings drop at their end, so that two labels could become equal."""
    if isinstance(column, CategoricalColumn):
        wrong = np.array(["\0" in word for word in column.categories], dtype=bool)
        rows = np.flatnonzero(~column.missing & np.append(wrong, False)[column.codes])
        if len(rows):
            word = column.categories[column.codes[rows[0]]]
            raise source.error(f"the label {word!r} has a NUL character", name, int(rows[0]))
