"""What CSV and Parquet share: which columns are features, targets and ids, and how they become examples."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dlcli.data.examples import Examples, RawData, row_numbers
from dlcli.data.formats.columns import Source, ids_of, spellings_of, suspicion, typed_columns
from dlcli.data.formats.text_columns import is_list, labels_of, texts_of
from dlcli.data.places import Places, sha256
from dlcli.data.readers import FileFormat, SplitFiles, WrittenClassNames
from dlcli.data.table import CategoricalColumn, Column, Kind, NumericColumn, Table
from dlcli.errors import ConfigError, DataError, unknown_name

MISSING_VALUES = ("", "?", "NA", "N/A", "NaN", "nan", "null")


@dataclass(frozen=True)
class TableOptions:
    """The options that every table format has; see `Csv` for what they mean."""

    label: int | str | list[str] | None
    features: list[str] | None
    exclude: list[str] | None
    numeric: list[str] | None
    categorical: list[str] | None
    missing_values: list[str] | None
    id: str | None
    label_strip: str | None
    drop_missing_labels: bool
    text: str | None = None

    @property
    def missing(self) -> Sequence[str]:
        return MISSING_VALUES if self.missing_values is None else self.missing_values


@dataclass(frozen=True)
class Layout:
    """Which column is what.

    Args:
        features: the columns that are inputs, in order.
        targets: the columns to predict; empty where they are not needed.
        id: the column by which the user knows an example.
        kinds: column → numeric or categorical; columns not named here decide for themselves.
    """

    features: tuple[str, ...]
    targets: tuple[str, ...]
    id: str | None
    kinds: Mapping[str, Kind]


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

    def read(self, places: Places) -> RawData:
        path = self.find(places, self.require_path())
        files = {"train": path}
        source = self.open(path)
        layout = self.layout(source)
        examples = examples_of(source, layout, self.table)
        guessed = [name for name in layout.features if name not in layout.kinds and name != self.table.text]
        warnings = filter(None, (suspicion(source, name, examples.fields[name]) for name in guessed))
        test = None
        if self.test_path is not None:
            files["test"] = self.find(places, self.test_path)
            test = self._read_like(self.open(files["test"], is_test=True), examples)
        fingerprint = {file.name: sha256(file) for file in files.values()}
        described = f"{path.name}: {len(examples)} examples of {len(layout.features)} columns"
        return RawData(examples, fingerprint, described, test, self.class_names, warnings=tuple(warnings))

    def read_splits(self, files: Mapping[str, Path], places: Places) -> SplitFiles:  # noqa: ARG002
        source = self.open(files["train"])
        train = examples_of(source, self.layout(source), self.table)
        others = {split: self._read_like(self.open(path), train) for split, path in files.items() if split != "train"}
        return SplitFiles.of({"train": train} | others, files)

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
        targets = self._targets(source)
        set_aside = {*targets, *(table.exclude or []), *([] if table.id is None else [table.id])}
        features = tuple(table.features or (name for name in source.names if name not in set_aside))
        if table.text is not None and table.features:
            raise ConfigError(
                "the text is all there is to predict from; leave features out", key="data.dataset.features"
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
                if name not in source.names:
                    known = unknown_name("column", name, source.names)
                    raise DataError(f"{name!r} in {source.path}: {known}", key=f"data.dataset.{option}")
        for name in features:
            if name in set_aside:
                raise ConfigError(
                    f"{name!r} is a feature and also the label, the id or excluded", key="data.dataset.features"
                )
        if not features:
            raise DataError(f"{source.path} has no column left for the inputs", key="data.dataset.features")
        both = set(table.numeric or ()) & set(table.categorical or ())
        if both:
            raise ConfigError(
                f"{sorted(both)[0]!r} is listed as numeric and as categorical", key="data.dataset.categorical"
            )
        kinds: dict[str, Kind] = dict.fromkeys(table.numeric or (), "numeric")
        kinds |= dict.fromkeys(table.categorical or (), "categorical")
        return Layout(features, targets, table.id, kinds)

    def _targets(self, source: Source) -> tuple[str, ...]:
        label = self.table.label
        if label is None:
            left = [name for name in source.names if name not in (self.table.text, self.table.id)]
            return tuple(left[-1:]) if self.table.text is not None else (source.names[-1],)
        if isinstance(label, str):
            return (label,)
        if isinstance(label, int):
            if not -len(source.names) <= label < len(source.names):
                found = f"there is no column {label} in {source.path}; it has {len(source.names)}, counted from 0"
                raise DataError(found, key="data.dataset.label")
            return (source.names[label],)
        return tuple(label)


def kinds_of(columns: Mapping[str, Column], names: Sequence[str]) -> dict[str, Kind]:
    return {name: "numeric" if isinstance(columns[name], NumericColumn) else "categorical" for name in names}


def require_columns(source: Source, names: Sequence[str]) -> None:
    """Refuse a file that lacks columns.

    Raises:
        DataError: naming all of them, and what is nearest to the first.
    """
    absent = [name for name in names if name not in source.names]
    if absent:
        listed = ", ".join(absent)
        near = unknown_name("column", absent[0], source.names)
        raise DataError(f"the file lacks {listed}; {absent[0]}: {near}", file=str(source.path))


def examples_of(source: Source, layout: Layout, options: TableOptions) -> Examples:
    """The rows of a file as examples.

    Raises:
        DataError: no row, a cell that is not what its column is, or a missing label.
    """
    if source.table.num_rows == 0:
        raise DataError("the file has a header but no rows", file=str(source.path))
    strip = {} if options.label_strip is None else dict.fromkeys(layout.targets, options.label_strip)
    if options.text is not None:
        return _texts(source, layout, options, strip)
    columns = typed_columns(source, (*layout.features, *layout.targets), layout.kinds, options.missing, strip)
    ids = row_numbers(source.table.num_rows) if layout.id is None else ids_of(source, layout.id)
    keep = slice(None) if not layout.targets else _labeled_rows(source, columns, layout.targets, options)
    kept = {name: column.take(keep) for name, column in columns.items()}
    return Examples(
        Table({name: kept[name] for name in layout.features}),
        _targets_of(source, kept, layout.targets) if layout.targets else None,
        ids[keep],
        feature_names=layout.features,
        target_names=layout.targets,
        fields=kept,
        spellings=_spellings_of(source, columns, layout.targets, options, keep),
        place_of=_places_of(source, keep),
    )


def _texts(source: Source, layout: Layout, options: TableOptions, strip: Mapping[str, str]) -> Examples:
    """The rows of a file as texts; the other columns are targets, or fields."""
    assert options.text is not None
    nested = bool(layout.targets) and is_list(source, layout.targets[0])
    required = () if nested else layout.targets
    columns = typed_columns(source.without(options.text), required, layout.kinds, options.missing, strip)
    keep = _labeled_rows(source, columns, required, options) if required else slice(None)
    kept = {name: column.take(keep) for name, column in columns.items()}
    ids = row_numbers(source.table.num_rows) if layout.id is None else ids_of(source, layout.id)
    return Examples(
        texts_of(source, options.text).take(keep),
        labels_of(source, layout.targets[0]) if nested else _targets_of(source, kept, required) if required else None,
        ids[keep],
        feature_names=layout.features,
        target_names=layout.targets,
        fields=kept,
        spellings=_spellings_of(source, columns, required, options, keep),
        place_of=_places_of(source, keep),
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
    spelled = spellings_of(source, targets[0], columns[targets[0]], options.missing, options.label_strip)
    return None if spelled is None else spelled[keep]


def _places_of(source: Source, keep: np.ndarray | slice) -> Callable[[int], Mapping[str, Any]]:
    """Where the rows that are kept stand in the file."""

    def place(row: int) -> Mapping[str, Any]:
        original = row if isinstance(keep, slice) else int(keep[row])
        line = {} if source.line_of is None else {"line": source.line_of(original)}
        return {"file": str(source.path), **line}

    return place


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
    raise source.error(f"the label is missing{more}; drop_missing_labels: true leaves such rows out", name, row)


def _targets_of(source: Source, columns: Mapping[str, Column], targets: Sequence[str]) -> np.ndarray:
    if len(targets) == 1:
        return columns[targets[0]].values()
    for name in targets:
        column = columns[name]
        if isinstance(column, CategoricalColumn):
            found = f"several targets must be numbers; this one has {column.categories[0]!r}"
            raise DataError(found, file=str(source.path), key=name)
    return np.stack([columns[name].values() for name in targets], axis=1).astype(np.float64)
