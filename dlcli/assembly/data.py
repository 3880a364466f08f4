"""The data of an experiment."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from dlcli import runs
from dlcli.assembly.component import create
from dlcli.assembly.known_words import known_words
from dlcli.core import ConfigError, registry, under
from dlcli.data import (
    Augmenter,
    Data,
    DataPaths,
    DatasetReader,
    FileFormat,
    Normalization,
    OnRead,
    Preprocessor,
    Pretrained,
    Split,
    TargetKind,
    TextOptions,
    load_data,
    load_rows,
    scaling_of,
)
from dlcli.losses import ClassWeightedLoss
from dlcli.spec import Spec
from dlcli.tasks import Classification, Task

#: arguments of `load_data` → where a config has them, for those that are not keys of `data`
_ARGUMENTS = {
    "reader": "data.dataset",
    "class_names": "data.dataset.class_names",
    "normalization": "data.normalize",
    "target_normalization": "data.normalize_targets",
    "target_kind": "task",
}


def build_reader(spec: Spec) -> DatasetReader | FileFormat:
    """What reads the data set."""
    reader: DatasetReader | FileFormat = create(spec.data.dataset, at="data.dataset")
    return reader


def build_data_paths(spec: Spec, on_read: OnRead | None = None) -> DataPaths:
    """Where its files are looked for, and who is told when reading them takes its time."""
    data_path = Path(spec.data.path) if spec.data.path else None
    moved_path = runs.data_folder(spec.file.parent)
    return DataPaths(config_folder=spec.file.parent, data_path=data_path, on_read=on_read, moved_path=moved_path)


def build_data(
    spec: Spec, *, pretrained: Preprocessor | None = None, on_read: OnRead | None = None, keep_raw: bool = False
) -> Data:
    """The splits, preprocessed with statistics of the training set.

    Args:
        spec: the config.
        pretrained: the treatment that the scaling called `pretrained` is taken from.
        on_read: is told how many files are read, where that takes its time.
        keep_raw: the training set is transformed only when it is asked for, as it is where it is augmented.

    Raises:
        ConfigError: options that contradict each other or the data.
        DataError: the data is missing or not what the config says.
    """
    section = spec.data
    normalization: Normalization = create(section.normalize, at="data.normalize")
    if isinstance(normalization, Pretrained):
        normalization.scaling = None if pretrained is None else scaling_of(pretrained)
        normalization.architecture = None if spec.model.architecture is None else spec.model.architecture.name
    if section.normalize_targets.name == "pretrained":
        raise ConfigError("scales inputs only", code="not_applicable", key="data.normalize_targets")
    target_normalization: Normalization = create(section.normalize_targets, at="data.normalize_targets")
    data_paths = build_data_paths(spec, on_read)
    reader, text = build_reader(spec), build_text_options(spec, data_paths, pretrained)
    with under("data", _ARGUMENTS):
        data = load_data(
            reader,
            data_paths,
            split=section.split,
            normalization=normalization,
            target_normalization=target_normalization,
            target_kind=_target_kind(spec),
            text=text,
            classes=section.classes,
            keep_raw=keep_raw or bool(section.augment),
            seed=spec.seed,
        )
    if data.target_kind == "classes" and section.normalize_targets.name != "none":
        raise ConfigError(
            "only values are scaled; the targets of this data are classes",
            code="not_applicable",
            key="data.normalize_targets",
        )
    return data


def read_rows(spec: Spec, name: str, rows: np.ndarray, preprocessor: Preprocessor) -> tuple[Split, Mapping[str, str]]:
    """A split of a run's data by its row numbers, treated as it was when the run began.

    Args:
        spec: config of the run.
        name: name of the split.
        rows: row numbers, as a run's splits.npz holds them.
        preprocessor: treatment that the run has stored.

    Returns:
        the split, and the SHA-256 of every file that was read.

    Raises:
        DataError: the data is missing, or has no such rows.
    """
    data_paths = build_data_paths(spec)
    reader, text = build_reader(spec), build_text_options(spec, data_paths, preprocessor)
    with under("data", _ARGUMENTS):
        return load_rows(
            reader,
            data_paths,
            split=spec.data.split,
            name=name,
            rows=rows,
            preprocessor=preprocessor,
            text=text,
        )


def build_text_options(spec: Spec, data_paths: DataPaths, pretrained: Preprocessor | None = None) -> TextOptions | None:
    """How texts become tokens; None where the config does not say.

    Args:
        spec: the config.
        data_paths: where files are looked for.
        pretrained: a treatment that is there already; what it knows beyond the training set needs no file.

    Raises:
        ConfigError: words with vectors are asked for, and there are no vectors.
        DataError: the file of vectors is missing or no such file.
    """
    words = known_words(spec, data_paths, pretrained)
    section = spec.data.text
    if section is None:
        return TextOptions(known_words=words) if words else None
    tokenizer = create(section.tokenizer, at="data.text.tokenizer")
    return TextOptions(tokenizer=tokenizer, settings=section.settings, known_words=words)


def _target_kind(spec: Spec) -> TargetKind | None:
    """What the task predicts; None lets the targets speak for themselves."""
    if spec.task is None:
        return None
    task_class = registry.lookup("task", spec.task.name)
    assert isinstance(task_class, type) and issubclass(task_class, Task)
    return task_class.target_kind


def build_augmenter(spec: Spec, train: Split, task: Task) -> Augmenter | None:
    """What the config changes at random in the training set; None for nothing.

    Raises:
        ConfigError: an augmentation does not fit the data or the loss.
    """
    if not spec.data.augment:
        return None
    classes = task.num_classes if isinstance(task, Classification) and task.output_units > 1 else None
    loss = task.loss_function
    weighted = isinstance(loss, ClassWeightedLoss) and loss.class_weights is not None
    for position, component in enumerate(spec.data.augment):
        if component.name == "mixup" and weighted and classes is None:
            message = "a mixture of two classes has no class to be weighted by; leave out class_weights or mixup"
            raise ConfigError(message, key=f"data.augment[{position}].mixup")
    augmentations = [
        create(component, at=f"data.augment[{position}].{component.name}")
        for position, component in enumerate(spec.data.augment)
    ]
    with under("data", {"augmentations": "data.augment", "train.normalization": "data.normalize"}):
        return Augmenter(augmentations, train, num_classes=classes)
