"""Creation of the data of an experiment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dlcli import runs
from dlcli.assembly.component import create
from dlcli.assembly.known_words import known_words
from dlcli.core import ConfigError, under
from dlcli.data import (
    Augmentation,
    Augmenter,
    Data,
    DataPaths,
    DatasetReader,
    FileFormat,
    HeadKind,
    Normalization,
    OnRead,
    Preprocessor,
    Pretrained,
    Split,
    TextOptions,
    load_data,
    load_rows,
    scaling_of,
)
from dlcli.losses import ClassWeightedLoss
from dlcli.spec import ComponentSpec, Spec, component_from
from dlcli.tasks import Head, Task, task_class

#: Arguments of `load_data` → paths in the config, for those that are not keys of `data`.
_ARGUMENTS = {
    "reader": "data.dataset",
    "class_names": "data.dataset.class_names",
    "normalization": "data.normalize",
    "target_normalization": "data.normalize_targets",
    "targets": "task",
}


def build_reader(spec: Spec) -> DatasetReader | FileFormat:
    """Create the reader of the data set."""
    reader: DatasetReader | FileFormat = create(spec.data.dataset, at="data.dataset")
    return reader


def build_data_paths(spec: Spec, on_read: OnRead | None = None) -> DataPaths:
    """Return the folders that are searched for the files of the data.

    Args:
        spec: Config of the experiment.
        on_read: Callback for the progress of slow reading; None for no callback.
    """
    data_path = Path(spec.data.path) if spec.data.path else None
    moved_path = runs.data_folder(spec.file.parent)
    return DataPaths(config_folder=spec.file.parent, data_path=data_path, on_read=on_read, moved_path=moved_path)


def build_data(
    spec: Spec, *, pretrained: Preprocessor | None = None, on_read: OnRead | None = None, keep_raw: bool = False
) -> Data:
    """Read the splits, and preprocess them with statistics of the training set.

    Args:
        spec: Config of the experiment.
        pretrained: Preprocessing of the pretrained model, for the normalization `pretrained`.
        on_read: Callback for the number of files read, when reading is slow.
        keep_raw: Whether to transform the training set only on access, as for augmentation.

    Raises:
        ConfigError: Options conflict with each other or with the data.
        DataError: The data is missing or does not match the config.
    """
    section = spec.data
    normalization: Normalization = create(section.normalize, at="data.normalize")
    if isinstance(normalization, Pretrained):
        normalization.scaling = None if pretrained is None else scaling_of(pretrained)
        normalization.architecture = None if spec.model.architecture is None else spec.model.architecture.name
    if section.normalize_targets.name == "pretrained":
        raise ConfigError("pretrained scales inputs only", code="not_applicable", key="data.normalize_targets")
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
            targets=None if spec.task is None else task_class(spec.task.name).targets,
            task_options=None if spec.task is None else _target_options(spec.task),
            text=text,
            classes=section.classes,
            keep_raw=keep_raw or bool(section.augment),
            seed=spec.seed,
        )
    if data.class_names is not None and section.normalize_targets.name != "none":
        raise ConfigError(
            "the targets of this data are classes, which cannot be scaled",
            code="not_applicable",
            key="data.normalize_targets",
        )
    return data


def read_rows(spec: Spec, name: str, rows: np.ndarray, preprocessor: Preprocessor) -> tuple[Split, Mapping[str, str]]:
    """Read a split of a run's data by its row numbers, with the preprocessing of the run.

    Args:
        spec: Config of the run.
        name: Name of the split.
        rows: Row numbers, as in the splits.npz of the run.
        preprocessor: Preprocessing of the run.

    Returns:
        Split, and the SHA-256 of every file that was read.

    Raises:
        DataError: The data is missing, or lacks a row.
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
    """Return the tokenization and vocabulary of texts; None if the config has no options for them.

    Args:
        spec: Config of the experiment.
        data_paths: Folders that are searched for files.
        pretrained: Preprocessing of a trained model; its words are used instead of those in the word vector files.

    Raises:
        ConfigError: The config sets `vector_words`, but the model has no word vectors.
        DataError: A word vector file is missing or invalid.
    """
    words = known_words(spec, data_paths, pretrained)
    section = spec.data.text
    if section is None:
        return TextOptions(known_words=words) if words else None
    tokenizer = create(section.tokenizer, at="data.text.tokenizer")
    return TextOptions(tokenizer=tokenizer, settings=section.settings, known_words=words)


def _target_options(task: ComponentSpec) -> dict[str, Any]:
    """Return the options of a task that its targets are fitted with; those of a head describe the head's targets."""
    options = {name: task.options[name] for name in task_class(task.name).target_options}
    if "heads" in options:
        options["heads"] = {name: _head_kind(head) for name, head in options["heads"].items()}
    return options


def _head_kind(head: Head) -> HeadKind:
    if head.task is None:
        return HeadKind()
    task = component_from("task", head.task)
    return HeadKind(task_class(task.name).targets, _target_options(task))


def build_augmenter(spec: Spec, train: Split, task: Task) -> Augmenter | None:
    """Create the augmentation of the training set; None if the config has none.

    Args:
        spec: Config of the experiment.
        train: Training set.
        task: Task of the experiment.

    Raises:
        ConfigError: An augmentation does not apply to the data or the loss.
    """
    if not spec.data.augment:
        return None
    classes = task.num_mixed_classes
    weighted = any(isinstance(loss, ClassWeightedLoss) and loss.class_weights is not None for loss in task.losses)
    for position, component in enumerate(spec.data.augment):
        if component.name == "mixup" and task.parts:
            message = "the targets of several heads cannot be mixed; remove mixup"
            raise ConfigError(message, code="not_applicable", key=f"data.augment[{position}].mixup")
        if component.name == "mixup" and weighted and classes is None:
            message = "a mixture of two classes has no class weight; remove class_weights or mixup"
            raise ConfigError(message, code="conflicting_options", key=f"data.augment[{position}].mixup")
    augmentations: list[Augmentation] = [
        create(component, at=f"data.augment[{position}].{component.name}")
        for position, component in enumerate(spec.data.augment)
    ]
    _check_places(spec, task, augmentations)
    with under("data", {"augmentations": "data.augment", "train.normalization": "data.normalize"}):
        return Augmenter(augmentations, train, num_classes=classes)


def _check_places(spec: Spec, task: Task, augmentations: Sequence[Augmentation]) -> None:
    """Check that no augmentation moves things in an image whose places are the targets.

    Raises:
        ConfigError: One does; the key is its path in the config.
    """
    for position, augmentation in enumerate(augmentations):
        if task.targets.are_places and not augmentation.keeps_places:
            name = spec.data.augment[position].name
            message = f"{name} moves things in an image, whose {task.targets.plural} would then be wrong; remove it"
            raise ConfigError(message, code="not_applicable", key=f"data.augment[{position}].{name}")
