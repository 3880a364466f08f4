"""The sections of a config: every key with its type, default and description.

A section's docstring is its documentation, as it is for components: the editor (JSON Schema) and
the file that `commented_template` writes show the text below `Args:`.
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from dlcli.core import NonNegativeFloat, NonNegativeInt, PositiveInt, Spelling, component_modules, show
from dlcli.settings import ConstrainedName, MetricName, Regularization, SplitOptions, TrainingSettings
from dlcli.spec.bound import WrittenBound
from dlcli.spec.component import ComponentSpec, OfClass, OfKind
from dlcli.spec.component_modules import check_module_name
from dlcli.spec.consistency import dropout_mistakes, split_mistakes
from dlcli.spec.dataset import DatasetOrFormat
from dlcli.spec.key_paths import KeyPath
from dlcli.spec.listed import ListedOfKind, ListedSpec
from dlcli.spec.mistake import mistaken
from dlcli.spec.model import ModelSpec
from dlcli.spec.section import Section
from dlcli.spec.text_section import TextSection

Dataset = Annotated[ComponentSpec, DatasetOrFormat()]
Normalization = Annotated[ComponentSpec, OfKind("normalization")]
Augmentation = Annotated[ListedSpec, ListedOfKind("augmentation")]
Task = Annotated[ComponentSpec, OfKind("task")]
Optimizer = Annotated[ComponentSpec, OfKind("optimizer")]
Metric = Annotated[ComponentSpec, OfKind("metric")]


def _check_experiment_name(name: str) -> None:
    if not re.fullmatch(_EXPERIMENT_NAME, name):
        raise ValueError(f"expected letters, digits, '.', '_' and '-', got {show(name)}")


_EXPERIMENT_NAME = "[A-Za-z0-9._-]+"
ExperimentName = Annotated[str, Spelling(_check_experiment_name, _EXPERIMENT_NAME)]
ModuleName = Annotated[str, Spelling(check_module_name, component_modules.MODULE_NAME)]


class DataSection(Section):
    """The examples: where they come from, how they are divided, how they are scaled.

    Args:
        dataset: a registered data set, or {format: csv, …} for files of your own.
        path: folder where the files are looked for first, relative to this file; null = the folder of this file.
        classes: only the examples of these classes, each by its name or label; null = of all.
        split: how the examples are divided; 60/20/20 by default, 80/20 when the data set brings its own test set.
        augment: Random changes of the training images in every epoch, such as [horizontal_flip, random_crop].
        text: how texts become numbers; null = as words, where the data is text.
        normalize: scaling of the inputs, with statistics of the training set only.
        normalize_targets: scaling of the targets of a regression.
    """

    dataset: Dataset
    path: str | None = None
    classes: list[str | int] | None = None
    split: Annotated[SplitOptions, OfClass()] = Field(default_factory=SplitOptions)
    augment: list[Augmentation] = Field(default_factory=list)
    text: Annotated[TextSection, OfClass()] | None = None
    normalize: Normalization = ComponentSpec("normalization", "standard")
    normalize_targets: Normalization = ComponentSpec("normalization", "none")


class EvaluationSection(Section):
    """What is measured, and what decides which model is best.

    Args:
        metrics: what to report; [] = the usual metrics of the task.
        positive_class: name or label of the class that precision, recall, f1, roc_auc and average_precision are about;
            null = by convention the second of 0/1, −1/1, false/true, no/yes or negative/positive.
        optimize: the one metric that decides what is best, as <split>/<metric>; null = the task's.
        satisfice: constraints that the best model must meet, such as {latency_ms: "<= 5"}.
        human_error: error of people on this task, in place of the best possible one; null = unknown.
        batch_size: examples evaluated at once, null = 1024, fewer if they are long sequences; the figures do not depend
            on it. Of a stateful model, in how many parts read side by side a text is evaluated: null = as many as in
            training, 1 = one long pass.
    """

    metrics: list[Metric] = Field(default_factory=list)
    positive_class: str | int | None = None
    optimize: MetricName | None = None
    satisfice: dict[ConstrainedName, WrittenBound] = Field(default_factory=dict)
    human_error: NonNegativeFloat | None = None
    batch_size: PositiveInt | None = None


class Sections(Section):
    """A deep-learning experiment for dlcli.

    Args:
        name: goes into the name of the run's folder; left out = the name of this file.
        seed: every random number follows from it.
        components: installed modules outside dlcli whose components this file names, such as [my_package].
        data: the examples.
        task: the kind of problem; null = seen from the targets.
        model: either a registered architecture with its options beside it, or a list of layers.
        optimizer: the update rule, with its learning rate and schedule.
        regularization: what keeps the model from learning the training set by heart.
        training: the training loop.
        evaluation: what is measured, and what decides which model is best.
    """

    name: ExperimentName = "experiment"
    seed: NonNegativeInt = 0
    components: list[ModuleName] = Field(default_factory=list)
    data: DataSection
    task: Task | None = None
    model: ModelSpec
    optimizer: Optimizer
    regularization: Annotated[Regularization, OfClass()] = Field(default_factory=Regularization)
    training: Annotated[TrainingSettings, OfClass()] = Field(default_factory=TrainingSettings)
    evaluation: EvaluationSection = Field(default_factory=EvaluationSection)

    @field_validator("regularization")
    @classmethod
    def _check_regularization(cls, checked: Regularization, info: ValidationInfo) -> Regularization:
        mistakes = list(dropout_mistakes(info.data["model"], checked.dropout)) if "model" in info.data else []
        metric = checked.early_stopping.metric if checked.early_stopping else None
        if metric is not None and "data" in info.data:
            watched: dict[KeyPath, str] = {("early_stopping", "metric"): metric}
            mistakes += split_mistakes(info.data["data"].split.possible_splits(), watched)
        if mistakes:
            raise mistaken(mistakes)
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
            raise mistaken(mistakes)
        return checked
