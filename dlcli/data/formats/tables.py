"""What CSV and Parquet share: which columns are features, targets and ids, and how they become examples."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from dlcli.core import ConfigError, DataError, unknown_name
from dlcli.data.data_paths import DataPaths, sha256
from dlcli.data.examples import Examples, RawData, row_numbers
from dlcli.data.formats.columns import ColumnOptions, Reading, Source, ids_of, is_nested, read_column, spellings_of
from dlcli.data.formats.index_columns import index_columns, named_index
from dlcli.data.formats.missing_values import DEFAULTS, MissingValues
from dlcli.data.formats.number_syntax import DecimalMark, NumberSyntax, ThousandsMark, is_number
from dlcli.data.formats.table_remarks import check_label, table_remarks
from dlcli.data.formats.text_columns import is_list, labels_of, texts_of
from dlcli.data.labels import MAX_LISTED, abbreviated
from dlcli.data.readers import FileFormat, SplitFiles, WrittenClassNames
from dlcli.data.table import CategoricalColumn, Column, Kind, NumericColumn, Table


@dataclass(frozen=True, kw_only=True)
class TableOptions:
    """Which column of a table is what, and how its cells are written.

    Args:
        text: a column of texts, which are then all there is to predict from; null = none is a text.
        label: the column to predict, by name or by number from 0; a list of columns for several values; null = the
            last column that has no other part.
        features: the columns to predict from; null = all that have no other part and do not merely number the rows.
        exclude: columns to leave out.
        numeric: columns that must be numbers; signs such as $ and % and the parentheses of accounting may stand at
            them (45 % is 45). null = those whose every value is a number or missing.
        categorical: columns that are words even if they hold numbers; null = those with a value that is no number.
        missing_values: words that stand for a missing value, besides an empty cell, ? and the usual words.
        default_missing_values: whether the usual words (NA, N/A, NaN, None, null, <NA>, #N/A, …) stand for a missing
            value in labels and in columns of words; in columns of numbers they always do, and so do -, . and nil.
        decimal: the mark before the decimals of numbers that are written as words.
        thousands: the mark between groups of three digits, such as the comma of 1,234,567; null = there is none.
        id: a column by which you know an example; it is shown beside predictions and not learned from.
        label_strip: characters to take away at the end of labels, such as a full stop.
        drop_missing_labels: leave out rows without a label, instead of stopping.
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
        """The columns whose part the user says."""
        single = [name for name in (self.text, self.id, self.label) if isinstance(name, str)]
        labels = self.label if isinstance(self.label, list) else []
        lists = (labels, self.features, self.exclude, self.numeric, self.categorical)
        return frozenset([*single, *(name for names in lists for name in names or ())])


#: the options of a table where a config says nothing about its columns
ANY_TABLE = TableOptions()


@dataclass(frozen=True)
class Layout:
    """Which column is what.

    Args:
        features: the columns that are inputs, in order.
        targets: the columns to predict; empty where they are not needed.
        id: the column by which the user knows an example.
        kinds: column → numeric or categorical; columns not named here decide for themselves.
        left_out: column → why it is no input although nobody says so.
    """

    features: tuple[str, ...]
    targets: tuple[str, ...]
    id: str | None
    kinds: Mapping[str, Kind]
    left_out: Mapping[str, str] = field(default_factory=dict)


class TableFormat(FileFormat):
    """A file with named columns."""

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
        """The columns of a file as the options describe it."""

    @abstractmethod
    def open_new(self, path: Path, expected: Layout) -> Source:
        """The columns of new data: like `open`, but the file may have a header, and may lack the expected targets."""

    def read(self, data_paths: DataPaths) -> RawData:
        path = self.find(data_paths, self.require_path())
        files = {"train": path}
        examples, warnings = self._read_training(path)
        test = None
        if self.test_path is not None:
            files["test"] = self.find(data_paths, self.test_path)
            source_of_test = self.open(files["test"], is_test=True)
            test = self._read_like(source_of_test, examples)
            warnings += source_of_test.warnings
        fingerprint = {file.name: sha256(file) for file in files.values()}
        described = f"{path.name}: {len(examples)} examples of {len(examples.feature_names)} columns"
        return RawData(examples, fingerprint, described, test, self.class_names, warnings=warnings)

    def read_splits(self, files: Mapping[str, Path], data_paths: DataPaths) -> SplitFiles:  # noqa: ARG002
        train, warnings = self._read_training(files["train"])
        sources = {split: self.open(path) for split, path in files.items() if split != "train"}
        others = {split: self._read_like(source, train) for split, source in sources.items()}
        warnings += tuple(warning for source in sources.values() for warning in source.warnings)
        return replace(SplitFiles.of({"train": train} | others, files), warnings=warnings)

    def _read_training(self, path: Path) -> tuple[Examples, tuple[str, ...]]:
        """The examples of a file whose columns decide for themselves what they are, and what the user should hear."""
        source = self.open(path)
        layout = self.layout(source)
        readings = read_columns(source, layout, self.table)
        examples = examples_of(source, layout, self.table, readings)
        remarks = table_remarks(source, layout, readings, self.table)
        examples = replace(examples, uninformative=remarks.uninformative, misread=remarks.misread)
        return examples, (*source.warnings, *remarks.texts)

    def _read_like(self, source: Source, like: Examples) -> Examples:
        """Examples with the columns, and the kinds of columns, of others."""
        names = (*like.feature_names, *like.target_names)
        require_columns(source, names)
        typed = [name for name in names if name in like.fields]
        layout = Layout(like.feature_names, like.target_names, self.table.id, kinds_of(like.fields, typed))
        return examples_of(source, layout, self.table)

    def layout(self, source: Source) -> Layout:
        """Which column is what, by the options.

        Raises:
            DataError: an option names a column that is not there.
            ConfigError: a column has two parts to play.
        """
        table = self.table
        left_out = {name: why for name, why in index_columns(source).items() if name not in table.named}
        targets = self._targets(source, left_out)
        set_aside = {*targets, *(table.exclude or []), *([] if table.id is None else [table.id])}
        features = tuple(
            table.features or (name for name in source.names if name not in set_aside and name not in left_out)
        )
        if table.text is not None and table.features:
            raise ConfigError(
                "the text is all there is to predict from; leave features out",
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
            for name in names or ():
                if name not in source:
                    known = unknown_name("column", name, source.names)
                    if source.has_assumed_header and any(map(is_number, source.names)):
                        known += "; set header: false if the first line is an example"
                    raise DataError(f"{name!r} in {source.path}: {known}", code="missing_column", key=f"{option}")
        for name in features:
            if name in set_aside:
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
        return Layout(features, targets, table.id, kinds, {} if table.features or table.text else left_out)

    def _targets(self, source: Source, left_out: Mapping[str, str]) -> tuple[str, ...]:
        """The columns to predict.

        Args:
            source: the file.
            left_out: column → why it is neither an input nor a label.
        """
        label = self.table.label
        if label is None:
            no_label = {self.table.text, self.table.id, *(self.table.exclude or ()), *left_out, *named_index(source)}
            left = [name for name in source.names if name not in no_label]
            if not left and self.table.text is None:
                raise DataError(f"{source.path} has no column left for the label", code="missing_column", key="label")
            return tuple(left[-1:])
        if isinstance(label, str):
            return (label,)
        if isinstance(label, int):
            if not -len(source.names) <= label < len(source.names):
                found = f"there is no column {label} in {source.path}; it has {len(source.names)}, counted from 0"
                raise DataError(found, key="label")
            name = source.names[label]
            if name in left_out:
                message = f"column {label} is {name!r}: {left_out[name]}; give the label by its name"
                raise ConfigError(message, key="label")
            return (name,)
        return tuple(label)


def kinds_of(columns: Mapping[str, Column], names: Sequence[str]) -> dict[str, Kind]:
    return {name: "numeric" if isinstance(columns[name], NumericColumn) else "categorical" for name in names}


def require_columns(source: Source, names: Sequence[str]) -> None:
    """Refuse a file that lacks columns.

    Raises:
        DataError: naming all of them, and what is nearest to the first.
    """
    absent = [name for name in names if name not in source]
    if absent:
        listed = abbreviated(absent, MAX_LISTED)
        near = unknown_name("column", absent[0], source.names)
        raise DataError(f"the file lacks {listed}; {absent[0]}: {near}", code="missing_column", file=str(source.path))


def read_columns(source: Source, layout: Layout, options: TableOptions) -> dict[str, Reading]:
    """Every column that a layout needs, and the others that hold numbers or words; not the texts.

    Raises:
        DataError: no row, or a cell that is not what its column is.
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
    """The rows of a file as examples.

    Args:
        source: the file.
        layout: which column is what.
        options: of the format.
        readings: the columns where they were read already.

    Raises:
        DataError: no row, a cell that is not what its column is, or a missing label.
    """
    readings = read_columns(source, layout, options) if readings is None else readings
    columns = {name: reading.column for name, reading in readings.items()}
    plain = layout.targets if options.text is None else _plain_targets(source, layout)
    if not source.is_new:
        for name in plain:
            check_label(source, name, columns[name], layout.kinds, options.syntax)
    keep = _labeled_rows(source, columns, plain, options) if plain else slice(None)
    kept = {name: column.take(keep) for name, column in columns.items()}
    ids = row_numbers(source.table.num_rows) if layout.id is None else ids_of(source, layout.id)
    targets = _targets_of(source, kept, plain) if plain else None
    if layout.targets and not plain:
        targets = labels_of(source, layout.targets[0])
    return Examples(
        Table({name: kept[name] for name in layout.features})
        if options.text is None
        else texts_of(source, options.text).take(keep),
        targets,
        ids[keep],
        feature_names=layout.features,
        target_names=layout.targets,
        fields=kept,
        spellings=_spellings_of(source, columns, plain, options, keep),
        place_of=_places_of(source, keep),
        lines=None if options.text is None or layout.targets else _lines(source, keep),
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
    spelled = spellings_of(source, targets[0], columns[targets[0]], options.label_strip)
    return None if spelled is None else spelled[keep]


def _places_of(source: Source, keep: np.ndarray | slice) -> Callable[[int], Mapping[str, Any]]:
    """Where the rows that are kept stand in the file."""

    def place(row: int) -> Mapping[str, Any]:
        original = row if isinstance(keep, slice) else int(keep[row])
        line = {} if source.line_of is None else {"line": source.line_of(original)}
        return {"file": str(source.path), **line}

    return place


def _lines(source: Source, keep: np.ndarray | slice) -> np.ndarray | None:
    """(N,) the lines of some rows; None where the file has no lines."""
    if source.line_of is None:
        return None
    return np.array([*map(source.line_of, range(source.table.num_rows))])[keep]


def _plain_targets(source: Source, layout: Layout) -> tuple[str, ...]:
    """The targets of texts, unless they are lists that have a label for each word."""
    return () if layout.targets and is_list(source, layout.targets[0]) else layout.targets


def _labeled_rows(
    source: Source, columns: Mapping[str, Column], targets: Sequence[str], options: TableOptions
) -> np.ndarray | slice:
    missing = np.any([columns[name].missing for name in targets], axis=0)
    if not missing.any():
        return slice(None)
    if options.drop_missing_labels and not missing.all():
        return np.flatnonzero(~missing)
    row = int(np.argmax(missing))
    name = next(name for name in targets if columns[name].missing[row])
    more = f", here and in {int(missing.sum()) - 1} more rows" if missing.sum() > 1 else ""
    cell = source.table.column(name)[row].as_py()
    word = str(cell).strip() if isinstance(cell, str) else ""
    why = f"; {word!r} stands for a missing value" if word else ""
    if word in DEFAULTS and isinstance(columns[name], CategoricalColumn):
        why += ", unless default_missing_values: false makes it a class"
    message = f"the label is missing{more}{why}; drop_missing_labels: true leaves such rows out"
    raise source.error(message, name, row)


def _targets_of(source: Source, columns: Mapping[str, Column], targets: Sequence[str]) -> np.ndarray:
    if len(targets) == 1:
        _check_nul(source, columns[targets[0]], targets[0])
        return columns[targets[0]].values()
    for name in targets:
        column = columns[name]
        if isinstance(column, CategoricalColumn):
            message = f"several targets must be numbers; this one has {column.categories[0]!r}"
            raise DataError(message, file=str(source.path), key=name)
    return np.stack([columns[name].values() for name in targets], axis=1).astype(np.float64)


def _check_nul(source: Source, column: Column, name: str) -> None:
    """Refuse labels with a NUL, which arrays of words drop at the end: two labels could become one."""
    if isinstance(column, CategoricalColumn):
        wrong = np.array(["\0" in word for word in column.categories], dtype=bool)
        rows = np.flatnonzero(~column.missing & np.append(wrong, False)[column.codes])
        if len(rows):
            word = column.categories[column.codes[rows[0]]]
            raise source.error(f"the label {word!r} has a NUL character", name, int(rows[0]))
