"""The sections of a config: every key with its type, default and description.

A section's docstring is its documentation, as it is for components: the editor (JSON Schema) and
the file that `commented_template` writes show the text below `Args:`.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, WithJsonSchema, field_validator

from dlcli.core import NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt, Rate, component_modules
from dlcli.spec.bound import WrittenBound
from dlcli.spec.component import ComponentSpec, OfKind
from dlcli.spec.component_modules import check_module_name
from dlcli.spec.consistency import dropout_mistakes, split_mistakes
from dlcli.spec.dataset import DatasetOrFormat
from dlcli.spec.expectations import show
from dlcli.spec.key_paths import KeyPath
from dlcli.spec.listed import ListedOfKind, ListedSpec
from dlcli.spec.metric_names import METRIC, METRIC_NAME, check_constrained_name, check_metric_name
from dlcli.spec.mistake import mistaken
from dlcli.spec.model import ModelSpec
from dlcli.spec.section import Section
from dlcli.spec.split_options import SplitSection
from dlcli.spec.text_section import TextSection

Dataset = Annotated[ComponentSpec, DatasetOrFormat()]
Normalization = Annotated[ComponentSpec, OfKind("normalization")]
Augmentation = Annotated[ListedSpec, ListedOfKind("augmentation")]
Task = Annotated[ComponentSpec, OfKind("task")]
Optimizer = Annotated[ComponentSpec, OfKind("optimizer")]
Metric = Annotated[ComponentSpec, OfKind("metric")]


def _check_experiment_name(name: str) -> str:
    if not re.fullmatch(_EXPERIMENT_NAME, name):
        raise ValueError(f"expected letters, digits, '.', '_' and '-', found {show(name)}")
    return name


def _shown_as(pattern: str) -> WithJsonSchema:
    """A text that editors check, too; the validator beside it says in words what is wrong."""
    return WithJsonSchema({"type": "string", "pattern": f"^{pattern}$"})


_EXPERIMENT_NAME = "[A-Za-z0-9._-]+"
ExperimentName = Annotated[str, AfterValidator(_check_experiment_name), _shown_as(_EXPERIMENT_NAME)]
MetricName = Annotated[str, AfterValidator(check_metric_name), _shown_as(METRIC_NAME)]
ModuleName = Annotated[str, AfterValidator(check_module_name), _shown_as(component_modules.MODULE_NAME)]
ConstrainedName = Annotated[str, AfterValidator(check_constrained_name), _shown_as(f"({METRIC_NAME}|{METRIC})")]


class DataSection(Section):
    """The examples: where they come from, how they are divided, how they are scaled.

    Args:
        dataset: a registered data set, or {format: csv, …} for files of your own.
        path: folder where the files are looked for first, relative to this file; null = the folder of this file.
        classes: only the examples of these classes, each by its name or label; null = of all.
        split: how the examples are divided; 60/20/20 by default, 80/20 when the data set brings its own test set.
        augment: what is changed at random in the training pictures, anew in every epoch, such as [mirror, random_crop].
        text: how texts become numbers; null = as words, where the data is text.
        normalize: scaling of the inputs, with statistics of the training set only.
        normalize_targets: scaling of the targets of a regression.
    """

    dataset: Dataset
    path: str | None = None
    classes: list[str | int] | None = None
    split: SplitSection = Field(default_factory=SplitSection)
    augment: list[Augmentation] = Field(default_factory=list)
    text: TextSection | None = None
    normalize: Normalization = ComponentSpec("normalization", "standard")
    normalize_targets: Normalization = ComponentSpec("normalization", "none")


class EarlyStopping(Section):
    """Stop when a metric no longer improves, and go back to the weights that were best.

    Args:
        metric: what must improve, as <split>/<metric>; null = what decides which model is best.
        patience: epochs without improvement before stopping.
        min_delta: what an improvement must exceed.
        mode: min or max, the direction of the metric, where it is to be written down; null = known from the metric.
    """

    metric: MetricName | None = None
    patience: PositiveInt = 5
    min_delta: NonNegativeFloat = 0.0
    mode: Literal["min", "max"] | None = None


class RegularizationSection(Section):
    """What keeps the model from learning the training set by heart.

    Args:
        l1: λ of the penalty λ/m·‖w‖₁ for m training examples, weights only; the share of zeros it brings is reported.
        l2: λ of the penalty λ/2m·‖w‖² for m training examples, weights only (no biases, no γ and β of batch_norm).
        weight_decay: decoupled decay; a step takes learning rate × this share off every weight (not off biases).
        dropout: probability of dropping a unit, for architectures that have dropout.
        early_stopping: when to stop before the last epoch; null = never.
    """

    l1: NonNegativeFloat = 0.0
    l2: NonNegativeFloat = 0.0
    weight_decay: NonNegativeFloat = 0.0
    dropout: Rate = 0.0
    early_stopping: EarlyStopping | None = None


class GradientClipping(Section):
    """A bound on the gradients of a step.

    Args:
        max_norm: scale the whole gradient down to this L2 norm.
        max_value: cut every element to ± this value.
    """

    max_norm: PositiveFloat | None = None
    max_value: PositiveFloat | None = None


class WeightAverage(Section):
    """An exponentially weighted average of the weights, with bias correction.

    With batch_norm, each evaluation estimates the statistics for the average in one pass over the training set, about a
    third of an epoch's work.

    Args:
        decay: weight of the past; the average spans about 1/(1−decay) steps.
    """

    decay: Rate = 0.999


class Checkpointing(Section):
    """How often the state of the training is saved.

    Args:
        every_epochs: epochs between checkpoints.
        every_steps: steps between checkpoints within an epoch; null = none there.
        keep: how many of the latest are kept, beside the best.
    """

    every_epochs: PositiveInt = 1
    every_steps: PositiveInt | None = None
    keep: PositiveInt = 2


class Samples(Section):
    """Texts that a language model writes while it learns, into train.log.

    Args:
        every_epochs: epochs between samples.
        count: how many each time.
        length: the most tokens of each, after the prompt.
        prompt: what they begin with.
        temperature: below 1 more cautious, above 1 more daring.
    """

    every_epochs: PositiveInt = 1
    count: PositiveInt = 3
    length: PositiveInt = 200
    prompt: str = ""
    temperature: NonNegativeFloat = 1.0


class TrainingSection(Section):
    """The training loop.

    Args:
        epochs: passes over the training set.
        max_steps: stop after so many steps, even within an epoch; null = no limit.
        batch_size: examples a step; 1 = stochastic, full = all of them.
        shuffle: a new order of the examples every epoch.
        drop_last: leave out a last batch that is smaller than the others.
        stateful: recurrent layers begin a batch where the one before it ended; for a model of one long text.
        gradient_clipping: a bound on the gradients; null = none.
        weight_average: evaluate with an average of the weights; null = with the weights themselves.
        log_every_steps: write metrics every so many steps too; null = once an epoch.
        checkpoint: how often the state is saved.
        samples: texts of a language model in train.log after some epochs; null = none.
    """

    epochs: PositiveInt = 20
    max_steps: PositiveInt | None = None
    batch_size: PositiveInt | Literal["full"] = 64
    shuffle: bool = True
    drop_last: bool = False
    stateful: bool = False
    gradient_clipping: GradientClipping | None = None
    weight_average: WeightAverage | None = None
    log_every_steps: PositiveInt | None = None
    checkpoint: Checkpointing = Field(default_factory=Checkpointing)
    samples: Samples | None = None


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
    regularization: RegularizationSection = Field(default_factory=RegularizationSection)
    training: TrainingSection = Field(default_factory=TrainingSection)
    evaluation: EvaluationSection = Field(default_factory=EvaluationSection)

    @field_validator("regularization")
    @classmethod
    def _check_regularization(cls, checked: RegularizationSection, info: ValidationInfo) -> RegularizationSection:
        mistakes = list(dropout_mistakes(info.data["model"], checked.dropout)) if "model" in info.data else []
        metric = checked.early_stopping.metric if checked.early_stopping else None
        if metric is not None and "data" in info.data:
            watched: dict[KeyPath, str] = {("early_stopping", "metric"): metric}
            mistakes += split_mistakes(info.data["data"].split.possible(), watched)
        if mistakes:
            raise mistaken(mistakes)
        return checked

    @field_validator("evaluation")
    @classmethod
    def _check_evaluation(cls, checked: EvaluationSection, info: ValidationInfo) -> EvaluationSection:
        deciding: dict[KeyPath, str] = {("satisfice", name): name for name in checked.satisfice if "/" in name}
        if checked.optimize is not None:
            deciding["optimize",] = checked.optimize
        mistakes = list(split_mistakes(info.data["data"].split.possible(), deciding)) if "data" in info.data else []
        if mistakes:
            raise mistaken(mistakes)
        return checked
