"""Load the data of an experiment: read, divide and preprocess it, and collect warnings for the user."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dlcli.core import SPLITS, ConfigError, DataError, formatting, under
from dlcli.data.batches import Split
from dlcli.data.class_choice import ClassChoice
from dlcli.data.data_paths import DataPaths
from dlcli.data.examples import Examples
from dlcli.data.labels import LabelError, distinct_labels
from dlcli.data.leaks import find_leaks
from dlcli.data.new_data import prepare, with_groups
from dlcli.data.normalization import NoNormalization, Normalization, Standard
from dlcli.data.overlap import Overlap, check_disjoint, check_no_overlap, find_overlaps, row_hashes, shared_groups
from dlcli.data.preprocessing import Preprocessor
from dlcli.data.raw_data import RawData
from dlcli.data.readers import DatasetReader, FileFormat
from dlcli.data.splits import limit_training_set, read_indices, sizes_moved_by_ties, split_examples, with_train_dev
from dlcli.data.targets import Targets, infer_targets
from dlcli.data.text.options import TextOptions
from dlcli.data.text.stream import TextStream, check_divisible
from dlcli.data.unseen_categories import unseen_categories
from dlcli.settings import SplitOptions

#: from this number of distinct values on, integer labels may be quantities
MIN_QUANTITIES = 5

#: maximum number of classes that are numbered from 0, as digits are, without a remark that they may be quantities
MAX_NUMBERED_CLASSES = 10

#: how to declare that integers are quantities
_AS_VALUES = "to predict a number, set task: regression"


@dataclass(frozen=True)
class RawSplit:
    """A split before preprocessing.

    Args:
        examples: Examples of a file.
        rows: (n,) row numbers of the split; for continuous text, (2,) first byte and stop byte.
    """

    examples: Examples
    rows: np.ndarray


@dataclass(frozen=True)
class Data:
    """The data of an experiment.

    Args:
        splits: Split → its data, in the order train, train_dev, dev, test.
        preprocessor: Preprocessor fit on the training set.
        indices: Split → row numbers in its file; for continuous text, first byte and stop byte.
        description: One line about the data.
        fingerprint: File name → SHA-256.
        overlaps: Pairs of splits that share identical examples; empty if they were not searched for.
        warnings: Warnings for the user, overlaps included.
        has_own_test_set: Whether the data came with a separate test set.
    """

    splits: Mapping[str, Split]
    preprocessor: Preprocessor
    indices: Mapping[str, np.ndarray]
    description: str
    fingerprint: Mapping[str, str]
    overlaps: tuple[Overlap, ...]
    warnings: tuple[str, ...]
    has_own_test_set: bool = False

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one input of the model."""
        return self.preprocessor.input_shape

    @property
    def class_names(self) -> tuple[str, ...] | None:
        """Names of the classes in the order of the model's outputs; None if the targets are values."""
        return self.preprocessor.targets.class_names


def load_data(
    reader: DatasetReader | FileFormat,
    data_paths: DataPaths,
    *,
    split: SplitOptions,
    seed: int,
    normalization: Normalization | None = None,
    target_normalization: Normalization | None = None,
    targets: type[Targets] | None = None,
    task_options: Mapping[str, Any] | None = None,
    classes: Sequence[str | int] | None = None,
    keep_raw: bool = False,
    text: TextOptions | None = None,
) -> Data:
    """Read data, divide it, and normalize it by statistics of the training set.

    Args:
        reader: Reader of the data.
        data_paths: Folders to look for files in.
        split: Options of the division.
        seed: Seed of the experiment, unless `split` has one.
        normalization: Normalization of the inputs; None = standard.
        target_normalization: Normalization of numeric targets; None = none.
        targets: Kind of the targets; None = the reader's kind, or inferred from the targets.
        task_options: Options of the task that its targets are fitted with; None = the targets need none.
        classes: Names or labels of the classes to use; None = all.
        keep_raw: Whether to transform the training set batch by batch, so that raw images can be augmented.
        text: Options of text preparation; None = the defaults of `TextOptions`.

    Raises:
        ConfigError: Options conflict with each other or with the data.
        DataError: The data is invalid; the error has its place.
    """
    raw, sources = _sources(reader, data_paths, split)
    seed = split.draw_seed(seed)
    kind = targets or raw.targets or infer_targets(raw.examples)
    choice = None
    if classes is not None:
        choice = ClassChoice.of(classes, kind.selectable_labels(raw.examples), raw.class_names)
    with under("split"):
        parts, size_remarks = _divide(raw, sources, data_paths, split, choice, seed=seed, targets=kind)
    train = parts["train"]
    preprocessor = Preprocessor.fit(
        train.examples,
        train.rows,
        normalization=normalization or Standard(),
        target_normalization=target_normalization or NoNormalization(),
        targets=kind,
        task_options=task_options or {},
        class_names=raw.class_names if choice is None else choice.class_names,
        text=text,
        data_paths=data_paths,
    )
    try:
        splits = _prepare_splits(parts, preprocessor, split.group_by, keep_raw=keep_raw)
    except LabelError as error:
        if not _may_be_values(raw, targets):
            raise
        raise LabelError(f"{error.message}; {_AS_VALUES}", code=error.code) from error
    overlaps = _find_overlaps(parts, splits) if split.overlap != "ignore" else ()
    groups = _shared_groups(splits) if split.overlap != "ignore" else ()
    if split.overlap == "error":
        with under("split"):
            check_no_overlap(overlaps, groups, {name: part.ids for name, part in splits.items()})
    return Data(
        splits=splits,
        preprocessor=preprocessor,
        indices={name: part.rows for name, part in parts.items()},
        description=raw.description,
        fingerprint=_fingerprint(raw, text, data_paths),
        overlaps=overlaps,
        warnings=(
            *raw.warnings,
            *_integer_class_remarks(raw, train, targets),
            *size_remarks,
            *find_leaks(train.examples, train.rows, kind, explained=train.examples.uninformative),
            *map(str, overlaps),
            *_split_warnings(parts, splits, preprocessor),
            *groups,
            *_group_warnings(train.examples, split.group_by),
        ),
        has_own_test_set=raw.test is not None,
    )


def load_rows(
    reader: DatasetReader | FileFormat,
    data_paths: DataPaths,
    *,
    split: SplitOptions,
    name: str,
    rows: np.ndarray,
    preprocessor: Preprocessor,
    text: TextOptions | None = None,
) -> tuple[Split, Mapping[str, str]]:
    """Load one split of an earlier division with its preprocessor; nothing is drawn or fit.

    Args:
        reader: Reader of the data.
        data_paths: Folders to look for files in.
        split: Options of the division, which determine the file of the split.
        name: Name of the split.
        rows: (n,) row numbers of the split in its file; for continuous text, (2,) first byte and stop byte.
        preprocessor: Preprocessor fit on the training set.
        text: Options of text preparation.

    Returns:
        The split, and the SHA-256 of every file that was read.

    Raises:
        DataError: The data is missing, or does not have the rows.
    """
    raw, sources = _sources(reader, data_paths, split)
    if sources:
        file = next(file for file, shares in split.shares_of_files().items() if name in shares)
        examples = sources[file]
    else:
        examples = raw.test if name == "test" and raw.test is not None else raw.examples
    fingerprint = _fingerprint(raw, text, data_paths)
    if len(rows) and (rows.min() < 0 or rows.max() >= len(examples) + isinstance(examples.inputs, TextStream)):
        row, count = rows.min() if rows.min() < 0 else rows.max(), formatting.count(len(examples), "row")
        message = f"the {name} split has row {row}, but the data has only {count}; it has changed"
        raise DataError(message, code="changed_data")
    notes = unseen_categories({name: (examples, rows)}, preprocessor)
    return with_groups(prepare(examples, rows, preprocessor, name, notes), examples, rows, split.group_by), fingerprint


def _fingerprint(raw: RawData, text: TextOptions | None, data_paths: DataPaths) -> Mapping[str, str]:
    return raw.fingerprint if text is None else {**raw.fingerprint, **text.tokenizer.fingerprint(data_paths)}


def _sources(
    reader: DatasetReader | FileFormat, data_paths: DataPaths, split: SplitOptions
) -> tuple[RawData, Mapping[str, Examples]]:
    """Read the data; return it and, if every split has a file, split → examples of its file."""
    if split.files is None:
        with under("reader"):
            return reader.read(data_paths), {}
    if not isinstance(reader, FileFormat):
        raise ConfigError(
            "files apply only to your own data, not to a built-in data set", code="not_applicable", key="split.files"
        )
    with under("split"):
        reader.check_files_of_splits()
    with under("reader"):
        paths: dict[str, Path] = {name: reader.find(data_paths, file) for name, file in split.files.items()}
        files = reader.read_splits(paths, data_paths)
    sizes = ", ".join(
        f"{paths[name].name}: {formatting.count(len(examples), 'example')}" for name, examples in files.examples.items()
    )
    raw = RawData(
        files.examples["train"],
        files.fingerprint,
        sizes,
        class_names=reader.class_names,
        warnings=files.warnings,
    )
    return raw, files.examples


def _divide(
    raw: RawData,
    sources: Mapping[str, Examples],
    data_paths: DataPaths,
    split: SplitOptions,
    choice: ClassChoice | None,
    *,
    seed: int,
    targets: type[Targets],
) -> tuple[dict[str, RawSplit], tuple[str, ...]]:
    """Return the splits, in their order, and remarks on their sizes."""
    if isinstance(raw.examples.inputs, TextStream):
        return _divide_stream(raw, sources, split), ()

    def usable(examples: Examples) -> np.ndarray:
        return np.arange(len(examples)) if choice is None else choice.rows(examples)

    parts: dict[str, RawSplit] = {}
    remarks: tuple[str, ...] = ()
    if sources:
        for file, shares in split.shares_of_files().items():
            examples = sources[file]
            rows = split_examples(examples, shares, split, seed=seed, targets=targets, rows=usable(examples))
            remarks += _size_remarks(rows, shares, split)
            parts |= {name: RawSplit(examples, members) for name, members in rows.items()}
    else:
        has_test = raw.test is not None
        if split.indices is not None:
            indices = read_indices(data_paths.find(split.indices), len(raw.examples), has_test=has_test)
            indices = {name: _intersect(rows, usable(raw.examples), name) for name, rows in indices.items()}
            rows = with_train_dev(raw.examples, indices, split, seed=seed, targets=targets)
        else:
            shares = split.shares(has_test=has_test)
            rows = split_examples(raw.examples, shares, split, seed=seed, targets=targets, rows=usable(raw.examples))
            remarks = _size_remarks(rows, shares, split)
        check_disjoint(rows)
        parts |= {name: RawSplit(raw.examples, members) for name, members in rows.items()}
    if raw.test is not None:
        parts["test"] = RawSplit(raw.test, usable(raw.test))
    train = parts["train"]
    parts["train"] = RawSplit(
        train.examples, limit_training_set(train.examples, train.rows, split, seed=seed, targets=targets)
    )
    return {name: parts[name] for name in SPLITS if name in parts}, remarks


def _prepare_splits(
    parts: Mapping[str, RawSplit], preprocessor: Preprocessor, group_by: str | None, *, keep_raw: bool
) -> dict[str, Split]:
    """Preprocess the splits; with `keep_raw`, the training set is transformed batch by batch."""
    splits: dict[str, Split] = {}
    for name, part in parts.items():
        prepared = prepare(part.examples, part.rows, preprocessor, name, lazily=keep_raw and name == "train")
        splits[name] = with_groups(prepared, part.examples, part.rows, group_by)
    return splits


def _find_overlaps(parts: Mapping[str, RawSplit], splits: Mapping[str, Split]) -> tuple[Overlap, ...]:
    """Return the pairs of splits that share examples; parts of continuous text have none."""
    hashes = {
        name: row_hashes(part.examples.inputs, part.rows)
        for name, part in parts.items()
        if not isinstance(part.examples.inputs, TextStream)
    }
    targets = {name: split.targets for name, split in splits.items() if split.targets is not None}
    return tuple(find_overlaps(hashes, targets))


def _split_warnings(
    parts: Mapping[str, RawSplit], splits: Mapping[str, Split], preprocessor: Preprocessor
) -> Iterator[str]:
    """Yield warnings about new categories, remarks on the preparation, and warnings about constant targets."""
    train = parts["train"]
    yield from unseen_categories(
        {name: (part.examples, part.rows) for name, part in parts.items()},
        preprocessor,
        explained=train.examples.uninformative | train.examples.misread,
    )
    for split in splits.values():
        yield from split.notes
    yield from preprocessor.targets.remarks(train.examples, train.rows)


def _shared_groups(splits: Mapping[str, Split]) -> tuple[str, ...]:
    """Return sentences about groups that splits share."""
    groups = {name: split.groups for name, split in splits.items() if split.groups is not None}
    return tuple(shared_groups(groups))


def _group_warnings(train: Examples, group_by: str | None) -> Iterator[str]:
    """Yield a warning about a column of groups that is an input."""
    if group_by is not None and group_by in train.feature_names:
        yield f"{group_by} groups the examples and is also an input; exclude it"


def _size_remarks(rows: Mapping[str, np.ndarray], shares: Mapping[str, float], split: SplitOptions) -> tuple[str, ...]:
    """Return remarks on sizes that deviate because of equal times; train_dev counts as part of train."""
    if split.order_by is None:
        return ()
    merged = {name: members for name, members in rows.items() if name != "train_dev"}
    if "train_dev" in rows and "train" in rows:
        merged["train"] = np.concatenate([rows["train"], rows["train_dev"]])
    return sizes_moved_by_ties(merged, shares, split.order_by)


def _may_be_values(raw: RawData, targets: type[Targets] | None) -> bool:
    """Return whether integers are classes only by inference, not by the config or the data set."""
    is_inferred = targets is None and raw.targets is None and raw.class_names is None
    return is_inferred and infer_targets(raw.examples).is_uncertain(raw.examples)


def _integer_class_remarks(raw: RawData, train: RawSplit, targets: type[Targets] | None) -> tuple[str, ...]:
    """Return a remark if integers are classes only by inference and may be quantities."""
    if raw.examples.targets is None or not _may_be_values(raw, targets):
        return ()
    labels = distinct_labels(raw.examples.targets)
    numbered = labels == list(range(len(labels))) and len(labels) <= MAX_NUMBERED_CLASSES
    if len(labels) < MIN_QUANTITIES or numbered:
        return ()
    name = next(iter(train.examples.target_names), "the targets")
    integers = f"{len(labels)} distinct integers, {labels[0]} to {labels[-1]}"
    return (f"{name}: {integers}, are treated as classes; {_AS_VALUES}",)


def _divide_stream(raw: RawData, sources: Mapping[str, Examples], split: SplitOptions) -> dict[str, RawSplit]:
    """Divide continuous text, or one text per file, into splits; their rows are first byte and stop byte."""
    check_divisible(split)
    shares = split.shares_of_files() if sources else {"train": split.shares(has_test=False)}
    parts: dict[str, RawSplit] = {}
    for file, file_shares in shares.items():
        examples = sources[file] if sources else raw.examples
        assert isinstance(examples.inputs, TextStream)
        parts |= {name: RawSplit(examples, rows) for name, rows in examples.inputs.divide(file_shares).items()}
    return {name: parts[name] for name in SPLITS if name in parts}


def _intersect(rows: np.ndarray, usable: np.ndarray, split: str) -> np.ndarray:
    """Return the rows that are usable, in their order."""
    intersection: np.ndarray = rows[np.isin(rows, usable)]
    if len(intersection) == 0:
        raise DataError(f"no row of {split} is of a selected class", code="too_few_examples", key="indices")
    return intersection
