"""From a reader to everything a training needs: splits, their treatment, and what the user should know about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dlcli.core import SPLITS, ConfigError, DataError, formatting, under
from dlcli.data.batches import Split
from dlcli.data.class_choice import ClassChoice
from dlcli.data.data_paths import DataPaths
from dlcli.data.examples import Examples, RawData
from dlcli.data.labels import LabelError, TargetKind, constant_targets, distinct_labels
from dlcli.data.leaks import find_leaks
from dlcli.data.new_data import grouped, prepare
from dlcli.data.normalization import NoNormalization, Normalization, Standard
from dlcli.data.overlap import Overlap, check_disjoint, find_overlaps, row_hashes, shared_groups
from dlcli.data.preprocessing import Preprocessor
from dlcli.data.readers import DatasetReader, FileFormat
from dlcli.data.splits import limited, read_indices, sizes_moved_by_ties, split_examples, with_train_dev
from dlcli.data.targets import infer_kind
from dlcli.data.text.options import TextOptions
from dlcli.data.text.stream import TextStream, check_divisible
from dlcli.data.unseen_categories import unseen_categories
from dlcli.settings import SplitOptions

#: this many different integers may well be amounts, unless they number classes as digits do, from 0 to at most 9
MANY_INTEGERS, TEN = 5, 10

_AS_VALUES = "to predict a number, set task: regression"


@dataclass(frozen=True)
class Part:
    """A split before it is treated: some rows of some examples."""

    examples: Examples
    rows: np.ndarray


@dataclass(frozen=True)
class Data:
    """The data of an experiment.

    Args:
        splits: train and, where they were asked for, train_dev, dev and test, in this order.
        preprocessor: what was learned from the training set and is applied to everything.
        indices: split → row numbers in the file it is from; of a running text, the first byte and the one behind the
            last.
        description: one line about the data.
        fingerprint: file name → sha256.
        overlaps: splits that have identical examples.
        warnings: what the user should hear, overlaps included.
    """

    splits: Mapping[str, Split]
    preprocessor: Preprocessor
    indices: Mapping[str, np.ndarray]
    description: str
    fingerprint: Mapping[str, str]
    overlaps: tuple[Overlap, ...]
    warnings: tuple[str, ...]

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one example as the model gets it."""
        return self.preprocessor.input_shape

    @property
    def target_kind(self) -> TargetKind:
        return self.preprocessor.target_kind

    @property
    def class_names(self) -> tuple[str, ...] | None:
        """The classes in the order of the model's outputs; None where the targets are values."""
        return self.preprocessor.class_names


def load_data(
    reader: DatasetReader | FileFormat,
    data_paths: DataPaths,
    *,
    split: SplitOptions,
    seed: int,
    normalization: Normalization | None = None,
    target_normalization: Normalization | None = None,
    target_kind: TargetKind | None = None,
    classes: Sequence[str | int] | None = None,
    keep_raw: bool = False,
    text: TextOptions | None = None,
) -> Data:
    """Read, divide, and normalize with the training set's statistics.

    Args:
        reader: of the data.
        data_paths: where its files are looked for.
        split: how it is divided.
        seed: of the experiment; that of the draw where `split` has none of its own.
        normalization: of the inputs; None = standard.
        target_normalization: of the targets, where they are values; None = none.
        target_kind: what the targets are; None = as the reader knows or the values look.
        classes: names or labels of those that are wanted; None = all.
        keep_raw: the training set is transformed only when it is asked for, so that it can be augmented before.
        text: how texts become tokens; None = as `TextOptions` says.

    Raises:
        ConfigError: options that contradict each other.
        DataError: whatever is wrong with the data, with its place.
    """
    raw, sources = _sources(reader, data_paths, split)
    seed = split.draw_seed(seed)
    kind = target_kind or raw.target_kind or infer_kind(raw.examples)
    choice = None if classes is None else _choice(classes, raw, kind)
    with under("split"):
        parts, moved = _parts(raw, sources, data_paths, split, choice, seed=seed, target_kind=kind)
    train = parts["train"]
    preprocessor = Preprocessor.fit(
        train.examples,
        train.rows,
        normalization=normalization or Standard(),
        target_normalization=target_normalization or NoNormalization(),
        target_kind=kind,
        class_names=raw.class_names if choice is None else choice.class_names,
        text=text,
        data_paths=data_paths,
    )
    try:
        splits = {
            name: grouped(
                prepare(part.examples, part.rows, preprocessor, name, lazily=keep_raw and name == "train"),
                part.examples,
                part.rows,
                split.group_by,
            )
            for name, part in parts.items()
        }
    except LabelError as error:
        if not _may_be_values(raw, target_kind):
            raise
        raise LabelError(f"{error.message}; {_AS_VALUES}", code=error.code) from error
    overlaps = find_overlaps(
        {
            name: row_hashes(part.examples.inputs, part.rows)
            for name, part in parts.items()
            if not isinstance(part.examples.inputs, TextStream)
        },
        {name: made.targets for name, made in splits.items() if made.targets is not None},
    )
    leaks = find_leaks(train.examples, train.rows, kind, explained=train.examples.uninformative)
    remarks = (*raw.warnings, *_other_reading(raw, train, target_kind), *moved, *leaks)
    unseen = unseen_categories(
        {name: (part.examples, part.rows) for name, part in parts.items()},
        preprocessor,
        explained=train.examples.uninformative | train.examples.misread,
    )
    warnings = [*remarks, *map(str, overlaps), *unseen, *(note for made in splits.values() for note in made.notes)]
    if kind == "values" and train.examples.targets is not None:
        warnings += constant_targets(train.examples.targets[train.rows], train.examples.target_names)
    if split.group_by is not None:
        warnings += shared_groups({name: made.groups for name, made in splits.items() if made.groups is not None})
    if split.group_by in train.examples.feature_names:
        warnings.append(f"{split.group_by} groups the examples and is also an input; list it under exclude")
    return Data(
        splits=splits,
        preprocessor=preprocessor,
        indices={name: part.rows for name, part in parts.items()},
        description=raw.description,
        fingerprint=_fingerprint(raw, text, data_paths),
        overlaps=tuple(overlaps),
        warnings=tuple(warnings),
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
    """One split of data that was divided before, treated as it was then: nothing is drawn and nothing is fitted.

    Args:
        reader: reader of the data.
        data_paths: where its files are looked for.
        split: how the data was divided; says which file the split is in.
        name: name of the split.
        rows: (n,) its row numbers in that file; of a running text, (2,) its first byte and the one behind its last.
        preprocessor: treatment that was fitted to the training set.
        text: how texts become tokens.

    Returns:
        the split, and the SHA-256 of every file that was read.

    Raises:
        DataError: the data is missing, or has no such rows.
    """
    raw, sources = _sources(reader, data_paths, split)
    if sources:
        file = next(file for file, shares in split.shares_of_files().items() if name in shares)
        examples = sources[file]
    else:
        examples = raw.test if name == "test" and raw.test is not None else raw.examples
    fingerprint = _fingerprint(raw, text, data_paths)
    if len(rows) and (rows.min() < 0 or rows.max() >= len(examples) + isinstance(examples.inputs, TextStream)):
        raise DataError(
            f"the {name} split has row {rows.max()}, the data has {len(examples)}; it has changed", code="changed_data"
        )
    notes = unseen_categories({name: (examples, rows)}, preprocessor)
    return grouped(prepare(examples, rows, preprocessor, name, notes), examples, rows, split.group_by), fingerprint


def _fingerprint(raw: RawData, text: TextOptions | None, data_paths: DataPaths) -> Mapping[str, str]:
    return raw.fingerprint if text is None else {**raw.fingerprint, **text.tokenizer.fingerprint(data_paths)}


def _sources(
    reader: DatasetReader | FileFormat, data_paths: DataPaths, split: SplitOptions
) -> tuple[RawData, Mapping[str, Examples]]:
    """What the reader returns, and the examples of the files that the splits have, if they have."""
    if split.files is None:
        with under("reader"):
            return reader.read(data_paths), {}
    if not isinstance(reader, FileFormat):
        raise ConfigError(
            "files are for data of your own; this data set has none", code="not_applicable", key="split.files"
        )
    with under("split"):
        reader.check_files_of_splits()
    with under("reader"):
        paths: dict[str, Path] = {name: reader.find(data_paths, file) for name, file in split.files.items()}
        found = reader.read_splits(paths, data_paths)
    described = ", ".join(
        f"{paths[name].name}: {formatting.count(len(examples), 'example')}" for name, examples in found.examples.items()
    )
    raw = RawData(
        found.examples["train"],
        found.fingerprint,
        described,
        class_names=reader.class_names,
        warnings=found.warnings,
    )
    return raw, found.examples


def _parts(
    raw: RawData,
    sources: Mapping[str, Examples],
    data_paths: DataPaths,
    split: SplitOptions,
    choice: ClassChoice | None,
    *,
    seed: int,
    target_kind: TargetKind,
) -> tuple[dict[str, Part], tuple[str, ...]]:
    """The splits, in their order, and what the user should hear about their sizes."""
    if isinstance(raw.examples.inputs, TextStream):
        return _parts_of_stream(raw, sources, split), ()

    def usable(examples: Examples) -> np.ndarray:
        return np.arange(len(examples)) if choice is None else choice.rows(examples)

    parts: dict[str, Part] = {}
    moved: tuple[str, ...] = ()
    if sources:
        for file, shares in split.shares_of_files().items():
            examples = sources[file]
            rows = split_examples(examples, shares, split, seed=seed, target_kind=target_kind, rows=usable(examples))
            moved += _moved(rows, shares, split)
            parts |= {name: Part(examples, chosen) for name, chosen in rows.items()}
    else:
        has_test = raw.test is not None
        if split.indices is not None:
            given = read_indices(data_paths.find(split.indices), len(raw.examples), has_test=has_test)
            given = {name: _only(rows, usable(raw.examples), name) for name, rows in given.items()}
            rows = with_train_dev(raw.examples, given, split, seed=seed, target_kind=target_kind)
        else:
            shares = split.shares(has_test=has_test)
            rows = split_examples(
                raw.examples, shares, split, seed=seed, target_kind=target_kind, rows=usable(raw.examples)
            )
            moved = _moved(rows, shares, split)
        check_disjoint(rows)
        parts |= {name: Part(raw.examples, chosen) for name, chosen in rows.items()}
    if raw.test is not None:
        parts["test"] = Part(raw.test, usable(raw.test))
    train = parts["train"]
    parts["train"] = Part(
        train.examples, limited(train.examples, train.rows, split, seed=seed, target_kind=target_kind)
    )
    return {name: parts[name] for name in SPLITS if name in parts}, moved


def _moved(rows: Mapping[str, np.ndarray], shares: Mapping[str, float], split: SplitOptions) -> tuple[str, ...]:
    """What equal times have done to the sizes of splits, of which train_dev is a part of train."""
    if split.order_by is None:
        return ()
    whole = {name: chosen for name, chosen in rows.items() if name != "train_dev"}
    if "train_dev" in rows and "train" in rows:
        whole["train"] = np.concatenate([rows["train"], rows["train_dev"]])
    return sizes_moved_by_ties(whole, shares, split.order_by)


def _may_be_values(raw: RawData, target_kind: TargetKind | None) -> bool:
    """Whether integers are taken as classes although neither the config nor the data set says so."""
    targets = raw.examples.targets
    if target_kind is not None or raw.target_kind is not None or targets is None or raw.class_names is not None:
        return False
    is_numeric = raw.examples.spellings is None and targets.dtype.kind in "iuf"
    return is_numeric and infer_kind(raw.examples) == "classes"


def _other_reading(raw: RawData, train: Part, target_kind: TargetKind | None) -> tuple[str, ...]:
    """What integers are taken for, where neither the config nor the data set says whether they are classes."""
    targets = raw.examples.targets
    if targets is None or not _may_be_values(raw, target_kind):
        return ()
    labels = distinct_labels(targets)
    numbered = labels == list(range(len(labels))) and len(labels) <= TEN
    if len(labels) < MANY_INTEGERS or numbered:
        return ()
    name = next(iter(train.examples.target_names), "the targets")
    found = f"{name}: {len(labels)} different integers, {labels[0]} to {labels[-1]}, are taken as classes"
    return (f"{found}; {_AS_VALUES}",)


def _parts_of_stream(raw: RawData, sources: Mapping[str, Examples], split: SplitOptions) -> dict[str, Part]:
    """Stretches of a running text, or of several, that are the splits; their rows are the first byte and the last."""
    check_divisible(split)
    shares = split.shares_of_files() if sources else {"train": split.shares(has_test=False)}
    parts: dict[str, Part] = {}
    for file, of_file in shares.items():
        examples = sources[file] if sources else raw.examples
        assert isinstance(examples.inputs, TextStream)
        parts |= {name: Part(examples, rows) for name, rows in examples.inputs.divide(of_file).items()}
    return {name: parts[name] for name in SPLITS if name in parts}


def _choice(classes: Sequence[str | int], raw: RawData, target_kind: TargetKind) -> ClassChoice:
    if target_kind != "classes":
        raise ConfigError(
            "the targets of this data are values; there are no classes to choose",
            code="not_applicable",
            key="classes",
        )
    if raw.examples.targets is None:
        raise DataError(
            "the data has no targets, so there are no classes to choose", code="not_applicable", key="classes"
        )
    return ClassChoice.of(classes, distinct_labels(raw.examples.targets, raw.examples.spellings), raw.class_names)


def _only(rows: np.ndarray, usable: np.ndarray, split: str) -> np.ndarray:
    """Those of the given rows that are usable, in their order."""
    kept: np.ndarray = rows[np.isin(rows, usable)]
    if len(kept) == 0:
        raise DataError(
            f"none of the rows given for {split} is of a chosen class", code="too_few_examples", key="indices"
        )
    return kept
