"""Files that the training never saw, read and treated as the training data was."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from dlcli.core import DataError
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
from dlcli.data.labels import SHOWN, Values, abbreviated
from dlcli.data.preprocessing import Preprocessor
from dlcli.data.readers import DatasetReader, FileFormat
from dlcli.data.table import Kind, NumericColumn, Table
from dlcli.data.targets import encode_targets, raw_values
from dlcli.data.text.preparation import prepare_texts
from dlcli.data.text.stream import TextInputs
from dlcli.data.text.texts import Sentences, Texts
from dlcli.data.unseen_categories import unseen_categories

#: a table whose categories become more bytes than this is encoded batch by batch
MOST_ENCODED_BYTES = 1 << 28

#: a table that becomes fewer columns than this for each of its own stays in memory, encoded, whatever its size is
LEAST_UNFOLDING = 8


def new_data(
    path: Path,
    reader: DatasetReader | FileFormat,
    preprocessor: Preprocessor,
    *,
    require_targets: bool,
    targets_path: Path | None = None,
    group_by: str | None = None,
) -> Split:
    """Examples of a file, ready for a model that was trained on other data.

    The file's ending says its format; the options of the training data's reader hold for its own format. Columns are
    matched by name, in any order; what is not needed is ignored and noted.

    Args:
        path: of the file: csv, parquet, jsonl, npz, npy, idx; a text, a picture, or a folder of such.
        reader: what the training data was read with.
        preprocessor: what the training data was treated with.
        require_targets: whether targets are needed; otherwise they are not read.
        targets_path: the file of targets for npy and idx; None = for idx, the file beside it that is called labels.
        group_by: column that says which examples were sampled together; it may be absent.

    Raises:
        DataError: the file cannot be read, or lacks what the model needs, or has what the model does not know.
    """
    if not path.exists():
        raise DataError("no such file", code="missing_file", file=str(path))
    check_regular(path)
    notes: tuple[str, ...] = ()
    if preprocessor.text is not None:
        examples, notes = new_texts(path, reader, preprocessor, require_targets=require_targets)
        made = prepare(examples, examples.all_rows, preprocessor, "new", notes)
        return grouped(made, examples, examples.all_rows, group_by)
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
        examples = file_format.read_new(path, _targets_beside(path, targets_path) if require_targets else None)
    rows = np.arange(len(examples))
    notes += unseen_categories({"new": (examples, rows)}, preprocessor)
    return grouped(prepare(examples, rows, preprocessor, "new", notes), examples, rows, group_by)


def encode_given_texts(
    texts: Sequence[str] | Sequence[Sequence[str]] | np.ndarray, preprocessor: Preprocessor
) -> Split:
    """Texts from code, or sentences as lists of words, ready for a model.

    Raises:
        DataError: they are no texts.
    """
    if isinstance(texts, str):
        raise DataError("a list of texts is expected, found one text; put it in brackets", code="wrong_type")
    given = list(texts)
    inputs: Texts | Sentences
    if all(isinstance(text, str) for text in given):
        inputs = Texts.of(map(without_surrogates, given))
    elif all(isinstance(text, list | tuple) and all(isinstance(word, str) for word in text) for text in given):
        inputs = Sentences([tuple(map(without_surrogates, words)) for words in given])
    else:
        raise DataError(
            "a list of texts is expected, or of lists of words; this model was trained on texts", code="wrong_type"
        )
    if not given:
        raise DataError("there is no text", code="empty_data")
    rows = np.arange(len(given))
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
    """Some rows of examples, ready for a model.

    Args:
        examples: as they were read.
        rows: (n,) which of them.
        preprocessor: fit on the training set.
        name: of the split.
        notes: what the user should hear about them.
        lazily: transform inputs when they are asked for, as it is done with those that stay in a file.
    """
    if isinstance(examples.inputs, TextInputs):
        return prepare_texts(examples, rows, preprocessor, name, notes)
    inputs: np.ndarray | TransformedRows
    if isinstance(examples.inputs, np.ndarray) and (lazily or isinstance(examples.inputs, np.memmap)):
        inputs = TransformedRows(preprocessor.shaped(examples.inputs), rows, preprocessor)
    elif isinstance(examples.inputs, Table) and _unfolds(examples.inputs, len(rows), preprocessor):
        inputs = TransformedRows(examples.inputs, rows, preprocessor)
    else:
        inputs = preprocessor.inputs(examples.inputs, rows)
    targets = None if examples.targets is None else encode_targets(examples, rows, preprocessor.targets, name)
    return Split(name, inputs, targets, examples.ids[rows], notes, raw_values(examples, rows, preprocessor.targets))


def _unfolds(table: Table, count: int, preprocessor: Preprocessor) -> bool:
    """Whether one-hot columns make a table of `count` rows so large that it is encoded batch by batch."""
    width = math.prod(preprocessor.input_shape)
    return width >= LEAST_UNFOLDING * len(table.columns) and 4 * count * width > MOST_ENCODED_BYTES


def grouped(split: Split, examples: Examples, rows: np.ndarray, column: str | None) -> Split:
    """The split with the group of each of its examples, where they have the column that says it.

    Args:
        split: rows of `examples`, ready for a model.
        examples: examples as they were read.
        rows: (n,) which of them.
        column: name of the column; None for no groups.
    """
    if column is None or column not in examples.fields or examples.fields[column].missing.any():
        return split
    return replace(split, groups=examples.fields[column].values().take(rows))


def format_of(path: Path, reader: DatasetReader | FileFormat) -> FileFormat:
    """How to read a file: by its ending, else as the training data.

    Raises:
        DataError: an ending that says nothing, for a model whose data was not read from a file.
    """
    name = path.name.lower()
    kinds: tuple[type[FileFormat], ...] = (Csv, Parquet, Jsonl, Npz, Npy, Idx)
    ending = next((kind for kind in kinds if name.endswith(kind.endings)), None)
    if isinstance(reader, FileFormat) and (ending is None or isinstance(reader, ending)):
        return reader
    if ending is None:
        known = ", ".join(ending for kind in kinds for ending in kind.endings)
        raise DataError(f"the ending of the file does not say its format; these do: {known}", file=str(path))
    if ending is Csv:
        return Csv(dialect=Dialect(delimiter="\t" if name.endswith(".tsv") else ","))
    if ending is Npy:
        return Npy(path=str(path), targets_path="")
    if ending is Idx:
        return Idx(path=str(path), targets_path="")
    if ending is Jsonl:
        return Jsonl()
    return Parquet() if ending is Parquet else Npz()


def _targets_beside(path: Path, targets_path: Path | None) -> Path:
    """The file of targets: the one given, or the neighbor in the way MNIST's files are called.

    Raises:
        DataError: there is none.
    """
    if targets_path is not None:
        return targets_path
    beside = path.with_name(path.name.replace("images-idx3", "labels-idx1"))
    if beside == path or not beside.is_file():
        raise DataError("the file has inputs only; give the file of targets, too, or use .npz", file=str(path))
    return beside


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
    expected = Layout(preprocessor.feature_names, preprocessor.target_names, options.id, kinds)
    source = file_format.open_new(path, expected)
    features, targets = _columns(source, preprocessor)
    require_columns(source, features)
    if require_targets:
        require_columns(source, targets or ("a column of targets",))
    known_id = options.id if options.id in source else None
    kinds = (kinds or dict.fromkeys(features, "numeric")) | preprocessor.label_kinds(targets)
    if isinstance(preprocessor.targets, Values):
        kinds |= dict.fromkeys(targets, "numeric")
    layout = Layout(tuple(features), tuple(targets) if require_targets else (), known_id, kinds)
    examples = examples_of(source, layout, options)
    if preprocessor.encoder is None:
        examples = _as_array(source, examples, preprocessor)
    used = {*features, *targets, options.id, *(options.exclude or ()), *(source.names if options.features else ())}
    ignored = [name for name in source.names if name not in used]
    notes = (f"{path.name}: columns ignored: {abbreviated(ignored, SHOWN)}",) if ignored else ()
    return examples, (*source.warnings, *notes)


def _columns(source: Source, preprocessor: Preprocessor) -> tuple[Sequence[str], Sequence[str]]:
    """The columns of features and of targets in a file of new data.

    A model that was trained on arrays without names takes all columns but the targets' in their order; one column
    too many is the target, and is the last one.
    """
    targets = preprocessor.target_names
    if preprocessor.feature_names:
        return preprocessor.feature_names, targets
    count = math.prod(preprocessor.input_shape)
    numbering = index_columns(source)
    features = [name for name in source.names if name not in targets and name not in numbering]
    has_targets = bool(targets) and set(targets) <= set(source.names)
    if not has_targets and len(features) == count + 1:
        features, targets = features[:-1], (features[-1],)
    if len(features) != count:
        found = f"{count} columns of inputs are expected; the file has {len(features)}"
        raise DataError(found, file=str(source.path))
    return features, targets


def _as_array(source: Source, examples: Examples, preprocessor: Preprocessor) -> Examples:
    assert isinstance(examples.inputs, Table)
    columns = examples.inputs.columns
    for name, column in columns.items():
        if column.missing.any():
            raise source.error(
                "the value is missing, and the model has learned no substitute", name, int(np.argmax(column.missing))
            )
    numbers = np.stack([column.numbers for column in columns.values() if isinstance(column, NumericColumn)], axis=1)
    made = array_examples(preprocessor.shaped(numbers), examples.targets, file=source.path)
    return replace(examples, inputs=made.inputs, targets=made.targets)
