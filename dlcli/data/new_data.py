"""Read new data and prepare it like the training data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from dlcli.core import DataError, formatting
from dlcli.data.batches import Split, TransformedRows
from dlcli.data.data_paths import check_regular
from dlcli.data.decoding import without_surrogates
from dlcli.data.examples import Examples
from dlcli.data.formats.arrays import PairedFiles, array_examples
from dlcli.data.formats.columns import Source
from dlcli.data.formats.csv import Csv
from dlcli.data.formats.csv_text import Dialect
from dlcli.data.formats.idx import Idx
from dlcli.data.formats.index_columns import index_columns
from dlcli.data.formats.jsonl import Jsonl
from dlcli.data.formats.new_images import are_images, new_images
from dlcli.data.formats.new_texts import new_texts
from dlcli.data.formats.npy import Npy
from dlcli.data.formats.npz import Npz
from dlcli.data.formats.parquet import Parquet
from dlcli.data.formats.tables import Layout, TableFormat, examples_of, require_columns
from dlcli.data.labels import MAX_LISTED, abbreviated
from dlcli.data.preprocessing import Preprocessor
from dlcli.data.readers import DatasetReader, FileFormat
from dlcli.data.table import Kind, NumericColumn, Table
from dlcli.data.text.preparation import prepare_texts
from dlcli.data.text.stream import TextInputs
from dlcli.data.text.texts import Sentences, Texts
from dlcli.data.unseen_categories import unseen_categories

#: a table of more encoded bytes than this is encoded batch by batch
MAX_ENCODED_BYTES = 1 << 28

#: a table with fewer encoded columns than this per column is always encoded in memory
MIN_EXPANSION = 8


def new_data(
    path: Path,
    reader: DatasetReader | FileFormat,
    preprocessor: Preprocessor,
    *,
    require_targets: bool,
    targets_path: Path | None = None,
    group_by: str | None = None,
) -> Split:
    """Read a file and prepare its examples for a model that was trained on other data.

    The file name extension determines the format; the options of the training data's reader apply to its own format.
    Columns are matched by name, in any order; other columns are ignored with a remark.

    Args:
        path: Path of a file (csv, parquet, jsonl, npz, npy, idx), a text, an image, or a folder of texts or images.
        reader: Reader of the training data.
        preprocessor: Preprocessor of the training data.
        require_targets: Whether targets are needed; otherwise they are not read.
        targets_path: File of the targets for npy and idx; None = for idx, the file of labels in the same folder.
        group_by: Name of the column of groups that were sampled together; it may be absent.

    Raises:
        DataError: The file cannot be read, lacks inputs or targets, or has values that the model does not know.
    """
    if not path.exists():
        raise DataError("no such file", code="missing_file", file=str(path))
    check_regular(path)
    notes: tuple[str, ...] = ()
    if preprocessor.text is not None:
        examples, notes = new_texts(path, reader, preprocessor, require_targets=require_targets)
        split = prepare(examples, examples.all_rows, preprocessor, "new", notes)
        return with_groups(split, examples, examples.all_rows, group_by)
    if are_images(path, reader):
        examples, notes = new_images(path, reader, preprocessor, require_targets=require_targets)
        return prepare(examples, np.arange(len(examples)), preprocessor, "new", notes)
    file_format = format_of(path, reader)
    if isinstance(file_format, TableFormat):
        examples, notes = _from_table(path, file_format, reader, preprocessor, require_targets=require_targets)
    elif isinstance(file_format, Npz):
        examples = file_format.read_new(path, require_targets=require_targets)
    else:
        assert isinstance(file_format, PairedFiles)
        examples = file_format.read_new(path, _find_targets(path, targets_path) if require_targets else None)
    rows = np.arange(len(examples))
    notes += unseen_categories({"new": (examples, rows)}, preprocessor)
    return with_groups(prepare(examples, rows, preprocessor, "new", notes), examples, rows, group_by)


def encode_texts(texts: Sequence[str] | Sequence[Sequence[str]] | np.ndarray, preprocessor: Preprocessor) -> Split:
    """Prepare texts, or sentences as lists of words, for a model.

    Raises:
        DataError: They are not texts.
    """
    if isinstance(texts, str):
        raise DataError("expected a list of texts, got one text; put it in brackets", code="wrong_type")
    items = list(texts)
    inputs: Texts | Sentences
    if all(isinstance(text, str) for text in items):
        inputs = Texts.of(map(without_surrogates, items))
    elif all(isinstance(text, list | tuple) and all(isinstance(word, str) for word in text) for text in items):
        inputs = Sentences([tuple(map(without_surrogates, words)) for words in items])
    else:
        raise DataError(
            "expected a list of texts or of lists of words, since the model was trained on texts", code="wrong_type"
        )
    if not items:
        raise DataError("expected at least one text, got none", code="empty_data")
    rows = np.arange(len(items))
    return prepare_texts(Examples(inputs, None, rows), rows, preprocessor, "new")


def prepare(
    examples: Examples,
    rows: np.ndarray,
    preprocessor: Preprocessor,
    name: str,
    notes: tuple[str, ...] = (),
    *,
    lazily: bool = False,
) -> Split:
    """Prepare some examples for a model.

    Args:
        examples: Raw examples.
        rows: (n,) row numbers of the examples to use.
        preprocessor: Preprocessor fit on the training set.
        name: Name of the split.
        notes: Remarks for the user about these examples.
        lazily: Whether to transform inputs batch by batch, as for memory-mapped inputs.
    """
    if isinstance(examples.inputs, TextInputs):
        return prepare_texts(examples, rows, preprocessor, name, notes)
    inputs: np.ndarray | TransformedRows
    if isinstance(examples.inputs, np.ndarray) and (lazily or isinstance(examples.inputs, np.memmap)):
        inputs = TransformedRows(preprocessor.shaped(examples.inputs), rows, preprocessor)
    elif isinstance(examples.inputs, Table) and _is_large_encoded(examples.inputs, len(rows), preprocessor):
        inputs = TransformedRows(examples.inputs, rows, preprocessor)
    else:
        inputs = preprocessor.inputs(examples.inputs, rows)
    targets = preprocessor.targets.encode(examples, rows, name)
    return Split(name, inputs, targets, examples.ids[rows], notes, preprocessor.targets.raw_values(examples, rows))


def _is_large_encoded(table: Table, count: int, preprocessor: Preprocessor) -> bool:
    """Return whether one-hot columns make `count` rows of a table too large to encode at once."""
    width = math.prod(preprocessor.input_shape)
    return width >= MIN_EXPANSION * len(table.columns) and 4 * count * width > MAX_ENCODED_BYTES


def with_groups(split: Split, examples: Examples, rows: np.ndarray, column: str | None) -> Split:
    """Add the group of each example to a split, if the examples have the column of groups.

    Args:
        split: Prepared examples.
        examples: Raw examples.
        rows: (n,) row numbers of the split's examples.
        column: Name of the column of groups; None = no groups.
    """
    if column is None or column not in examples.fields or examples.fields[column].missing.any():
        return split
    return replace(split, groups=examples.fields[column].values().take(rows))


def format_of(path: Path, reader: DatasetReader | FileFormat) -> FileFormat:
    """Return the format of a file by its extension, else the format of the training data.

    Raises:
        DataError: The extension is unknown, and the training data was not read from a file.
    """
    name = path.name.lower()
    kinds: tuple[type[FileFormat], ...] = (Csv, Parquet, Jsonl, Npz, Npy, Idx)
    ending = next((kind for kind in kinds if name.endswith(kind.endings)), None)
    if isinstance(reader, FileFormat) and (ending is None or isinstance(reader, ending)):
        return reader
    if ending is None:
        known = ", ".join(ending for kind in kinds for ending in kind.endings)
        raise DataError(f"unknown file name extension; expected one of {known}", code="wrong_format", file=str(path))
    if ending is Csv:
        return Csv(dialect=Dialect(delimiter="\t" if name.endswith(".tsv") else ","))
    if ending is Npy:
        return Npy(path=str(path), targets_path="")
    if ending is Idx:
        return Idx(path=str(path), targets_path="")
    if ending is Jsonl:
        return Jsonl()
    return Parquet() if ending is Parquet else Npz()


def _find_targets(path: Path, targets_path: Path | None) -> Path:
    """Return the file of targets: `targets_path`, or the file in the same folder with MNIST's name for labels.

    Raises:
        DataError: There is none.
    """
    if targets_path is not None:
        return targets_path
    labels_path = path.with_name(path.name.replace("images-idx3", "labels-idx1"))
    if labels_path == path or not labels_path.is_file():
        message = "the file has only inputs; pass the file of targets, too, or use .npz"
        raise DataError(message, code="missing_file", file=str(path))
    return labels_path


def _from_table(
    path: Path,
    file_format: TableFormat,
    reader: DatasetReader | FileFormat,
    preprocessor: Preprocessor,
    *,
    require_targets: bool,
) -> tuple[Examples, tuple[str, ...]]:
    options = reader.table if isinstance(reader, TableFormat) else file_format.table
    kinds: dict[str, Kind] = {}
    if preprocessor.encoder is not None:
        kinds = {feature.name: feature.kind for feature in preprocessor.encoder.features}
    expected = Layout(preprocessor.feature_names, preprocessor.targets.columns, options.id, kinds)
    source = file_format.open_new(path, expected)
    features, targets = _columns(source, preprocessor)
    require_columns(source, features)
    if require_targets:
        require_columns(source, targets or ("target column",))
    known_id = options.id if options.id in source else None
    kinds = (kinds or dict.fromkeys(features, "numeric")) | preprocessor.targets.column_kinds(targets)
    layout = Layout(tuple(features), tuple(targets) if require_targets else (), known_id, kinds)
    examples = examples_of(source, layout, options)
    if preprocessor.encoder is None:
        examples = _as_array(source, examples, preprocessor)
    used = {*features, *targets, options.id, *(options.exclude or ()), *(source.names if options.features else ())}
    ignored = [name for name in source.names if name not in used]
    notes = (f"{path.name}: columns ignored: {abbreviated(ignored, MAX_LISTED)}",) if ignored else ()
    return examples, (*source.warnings, *notes)


def _columns(source: Source, preprocessor: Preprocessor) -> tuple[Sequence[str], Sequence[str]]:
    """Return the feature columns and the target columns of a file of new data.

    A model that was trained on arrays without names takes all columns but the targets in their order. If there is one
    column too many, the last one is the target.
    """
    targets = preprocessor.targets.columns
    if preprocessor.feature_names:
        return preprocessor.feature_names, targets
    count = math.prod(preprocessor.input_shape)
    numbering = index_columns(source)
    features = [name for name in source.names if name not in targets and name not in numbering]
    has_targets = bool(targets) and set(targets) <= set(source.names)
    if not has_targets and len(features) == count + 1:
        features, targets = features[:-1], (features[-1],)
    if len(features) != count:
        message = f"expected {formatting.count(count, 'column')} of inputs, got {len(features)}"
        raise DataError(message, code="wrong_shape", file=str(source.path))
    return features, targets


def _as_array(source: Source, examples: Examples, preprocessor: Preprocessor) -> Examples:
    assert isinstance(examples.inputs, Table)
    columns = examples.inputs.columns
    for name, column in columns.items():
        if column.missing.any():
            raise source.error(
                "the value is missing, and the model has no substitute for it",
                name,
                int(np.argmax(column.missing)),
                "missing_value",
            )
    numbers = np.stack([column.numbers for column in columns.values() if isinstance(column, NumericColumn)], axis=1)
    arrays = array_examples(preprocessor.shaped(numbers), examples.targets, file=source.path)
    return replace(examples, inputs=arrays.inputs, targets=arrays.targets)
