"""The sections of a config: every key with its type, default and description.

The docstring of a section is its documentation, as for components: editors (by the JSON Schema) and the file that
`commented_template` writes show the entries of `Args:`.
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from dlcli.core import NonNegativeFloat, NonNegativeInt, PositiveInt, Spelling, component_modules, show
from dlcli.settings import ConstrainedName, MetricName, Regularization, SplitOptions, TrainingSettings
from dlcli.spec.bound import BoundField
from dlcli.spec.component import ComponentField, ComponentSpec, SettingsField
from dlcli.spec.component_modules import check_module_name
from dlcli.spec.consistency import dropout_mistakes, split_mistakes
from dlcli.spec.dataset import DatasetField
from dlcli.spec.key_paths import KeyPath
from dlcli.spec.listed import ListedComponentField, ListedSpec
from dlcli.spec.mistake import validation_error
from dlcli.spec.model import ModelSpec
from dlcli.spec.section import Section
from dlcli.spec.text_section import TextSection

Dataset = Annotated[ComponentSpec, DatasetField()]
Normalization = Annotated[ComponentSpec, ComponentField("normalization")]
Augmentation = Annotated[ListedSpec, ListedComponentField("augmentation")]
Task = Annotated[ComponentSpec, ComponentField("task")]
Optimizer = Annotated[ComponentSpec, ComponentField("optimizer")]
Metric = Annotated[ComponentSpec, ComponentField("metric")]


def _check_experiment_name(name: str) -> None:
    if not re.fullmatch(_EXPERIMENT_NAME, name):
        raise ValueError(f"expected letters, digits, '.', '_' and '-', got {show(name)}")


_EXPERIMENT_NAME = "[A-Za-z0-9._-]+"
ExperimentName = Annotated[str, Spelling(_check_experiment_name, _EXPERIMENT_NAME)]
ModuleName = Annotated[str, Spelling(check_module_name, component_modules.MODULE_NAME)]


class DataSection(Section):
    """Data set, splits and preprocessing.

    Args:
        dataset: Registered data set, or {format: csv, …} for your own files.
        path: Folder that is searched first for files, relative to this file; null = the folder of this file.
        classes: Names or labels of the classes to use; null = all.
        split: Division of the examples; 60/20/20 by default, 80/20 for a data set with its own test set.
        augment: Random changes of the training images in every epoch, such as [horizontal_flip, random_crop].
        text: Tokenization and vocabulary of texts; null = words, if the data is text.
        normalize: Scaling of the inputs, with statistics of the training set.
        normalize_targets: Scaling of the targets of a regression.
    """

    dataset: Dataset
    path: str | None = None
    classes: list[str | int] | None = None
    split: Annotated[SplitOptions, SettingsField()] = Field(default_factory=SplitOptions)
    augment: list[Augmentation] = Field(default_factory=list)
    text: Annotated[TextSection, SettingsField()] | None = None
    normalize: Normalization = ComponentSpec("normalization", "standard")
    normalize_targets: Normalization = ComponentSpec("normalization", "none")


class EvaluationSection(Section):
    """Metrics, and the selection of the best model.

    Args:
        metrics: Metrics to report; [] = the default metrics of the task.
        positive_class: Name or label of the positive class of precision, recall, f1, roc_auc and average_precision;
            null = by convention the second of 0/1, −1/1, false/true, no/yes or negative/positive.
        optimize: Metric that selects the best model, as <split>/<metric>; null = that of the task.
        satisfice: Constraints on the best model, such as {latency_ms: "<= 5"}.
        human_error: Human-level error on this task, a proxy for the Bayes error; null = unknown.
        batch_size: Number of examples evaluated at once; null = 1024, or fewer for long sequences. The metrics do not
            depend on it. For a stateful model, the number of parts of a text that are evaluated in parallel; null = as
            in training, 1 = a single pass.
    """

    metrics: list[Metric] = Field(default_factory=list)
    positive_class: str | int | None = None
    optimize: MetricName | None = None
    satisfice: dict[ConstrainedName, BoundField] = Field(default_factory=dict)
    human_error: NonNegativeFloat | None = None
    batch_size: PositiveInt | None = None


class Sections(Section):
    """A deep-learning experiment for dlcli.

    Args:
        name: Name of the experiment, a part of the run's folder; omitted = the name of this file.
        seed: Seed of all random numbers.
        components: Installed modules outside dlcli whose components this file names, such as [my_package].
        data: Data set, splits and preprocessing.
        task: Kind of problem; null = inferred from the targets.
        model: Registered architecture next to its options, or a list of layers.
        optimizer: Optimizer with its learning rate and schedule.
        regularization: Methods against overfitting.
        training: Settings of the training loop.
        evaluation: Metrics, and the selection of the best model.
    """

    name: ExperimentName = "experiment"
    seed: NonNegativeInt = 0
    components: list[ModuleName] = Field(default_factory=list)
    data: DataSection
    task: Task | None = None
    model: ModelSpec
    optimizer: Optimizer
    regularization: Annotated[Regularization, SettingsField()] = Field(default_factory=Regularization)
    training: Annotated[TrainingSettings, SettingsField()] = Field(default_factory=TrainingSettings)
    evaluation: EvaluationSection = Field(default_factory=EvaluationSection)

    @field_validator("regularization")
    @classmethod
    def _check_regularization(cls, checked: Regularization, info: ValidationInfo) -> Regularization:
        mistakes = list(dropout_mistakes(info.data["model"], checked.dropout)) if "model" in info.data else []
        metric = checked.early_stopping.metric if checked.early_stopping else None
        if metric is not None and "data" in info.data:
            monitored: dict[KeyPath, str] = {("early_stopping", "metric"): metric}
            mistakes += split_mistakes(info.data["data"].split.possible_splits(), monitored)
        if mistakes:
            raise validation_error(mistakes)
        return checked

    @field_validator("evaluation")
    @classmethod
    def _check_evaluation(cls, checked: EvaluationSection, info: ValidationInfo) -> EvaluationSection:
        deciding: dict[KeyPath, str] = {("satisfice", name): name for name in checked.satisfice if "/" in name}
        if checked.optimize is not None:
            deciding["optimize",] = checked.optimize
        mistakes = (
            list(split_mistakes(info.data["data"].split.possible_splits(), deciding)) if "data" in info.data else []
        )
        if mistakes:
            raise validation_error(mistakes)
        return checked
