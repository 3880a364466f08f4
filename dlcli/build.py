"""From a checked config to objects: the only place that turns names into classes.

Everything below takes plain typed arguments and knows of no config. A mistake that shows only now, such as layers
whose shapes do not fit, is reported at its place in the file.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import dlcli.components  # noqa: F401  # fills the registry
from dlcli import registry
from dlcli.data import (
    Augmenter,
    ClassLabels,
    Data,
    DatasetReader,
    FileFormat,
    Normalization,
    OnRead,
    Places,
    Preprocessor,
    Pretrained,
    Split,
    TargetKind,
    Targets,
    TextOptions,
    load_data,
    scaling_of,
)
from dlcli.errors import ConfigError, DlcliError, InvalidConfigError, unknown_name
from dlcli.losses.class_weights import ClassWeightedLoss
from dlcli.metrics import Metric
from dlcli.nn import Graph, Layer, Node, with_names
from dlcli.nn.directions import check_causal, check_last_steps
from dlcli.nn.layers import Embedding
from dlcli.optim import Optimizer, WeightAverage
from dlcli.rng import Generators
from dlcli.spec import ComponentSpec, Spec, component_from, plain
from dlcli.tasks import Classification, Task
from dlcli.training import LATENCY, EarlyStopping, Selection, TrainingSettings, higher_is_better

SECTIONS = frozenset(Spec.model_fields)
LOSS = "loss"


@dataclass(frozen=True)
class Experiment:
    """The objects of an experiment, ready to be trained.

    Args:
        spec: what they were made from.
        data: the splits and their preprocessing.
        task: the loss, and what outputs mean.
        model: with its initial weights.
        metrics: what is measured, the deciding ones included.
        selection: which epoch is the best.
        generators: those that the model draws from.
        augmenter: what is changed at random in the training set; None for nothing.
    """

    spec: Spec
    data: Data
    task: Task
    model: Graph
    metrics: tuple[Metric, ...]
    selection: Selection
    generators: Generators
    augmenter: Augmenter | None = None


def build_experiment(spec: Spec, *, dtype: type[np.floating[Any]] = np.float32) -> Experiment:
    """Read the data and make everything that a training or a gradient check needs.

    Raises:
        ConfigError: at the key that asks for what cannot be.
        DataError: the data is missing or not what the config says.
    """
    with located(spec):
        return experiment_on(spec, build_data(spec), dtype=dtype)


def experiment_on(spec: Spec, data: Data, *, dtype: type[np.floating[Any]] = np.float32) -> Experiment:
    """Everything but the data, which has been read."""
    generators = Generators(spec.seed)
    task = build_task(spec, data.preprocessor.targets)
    model = build_model(spec, data.preprocessor, task, generators=generators, dtype=dtype)
    metrics, selection = build_measures(spec, task, data.splits)
    augmenter = build_augmenter(spec, data.splits["train"], task)
    return Experiment(spec, data, task, model, metrics, selection, generators, augmenter)


@contextlib.contextmanager
def located(spec: Spec) -> Iterator[None]:
    """Errors that know their key but not their place get the place in the config file."""
    try:
        yield
    except DlcliError as error:
        problems = error.problems if isinstance(error, InvalidConfigError) else []
        for problem in (*problems, error):
            if problem.file is None and problem.key and problem.key.partition(".")[0] in SECTIONS:
                vars(problem).update(spec.locate(problem.key))
        raise


def create(component: ComponentSpec, *supplied: Any) -> Any:
    """The object that a checked component stands for.

    Args:
        component: its nested components are created first.
        supplied: positional arguments, which come from the code and not from the config.
    """
    options = {key: _created(value) for key, value in component.options.items()}
    return registry.lookup(component.kind, component.name)(*supplied, **options)


def _created(value: Any) -> Any:
    if isinstance(value, ComponentSpec):
        return create(value)
    return [_created(item) for item in value] if isinstance(value, list) else value


# ---- data ----


def build_reader(spec: Spec) -> DatasetReader | FileFormat:
    """What reads the data set."""
    reader: DatasetReader | FileFormat = create(spec.data.dataset)
    return reader


def build_places(spec: Spec, on_read: OnRead | None = None) -> Places:
    """Where its files are looked for, and who is told when reading them takes its time."""
    data_path = Path(spec.data.path) if spec.data.path else None
    return Places(config_folder=spec.file.parent, data_path=data_path, on_read=on_read)


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
    normalization: Normalization = create(section.normalize)
    if isinstance(normalization, Pretrained) and pretrained is not None:
        normalization.scaling = scaling_of(pretrained)
    if section.normalize_targets.name == "pretrained":
        raise ConfigError("scales inputs only", key="data.normalize_targets")
    data = load_data(
        build_reader(spec),
        build_places(spec, on_read),
        split=section.split.options(),
        normalization=normalization,
        target_normalization=create(section.normalize_targets),
        target_kind=_target_kind(spec),
        text=build_text_options(spec),
        classes=section.classes,
        keep_raw=keep_raw or bool(section.augment),
        seed=spec.seed,
    )
    if data.target_kind == "classes" and section.normalize_targets.name != "none":
        raise ConfigError("only values are scaled; the targets of this data are classes", key="data.normalize_targets")
    return data


def build_text_options(spec: Spec) -> TextOptions | None:
    """How texts become tokens; None where the config does not say."""
    section = spec.data.text
    if section is None:
        return None
    return TextOptions(
        tokenizer=create(section.tokenizer),
        min_count=section.vocabulary.min_count,
        max_size=section.vocabulary.max_size,
        max_length=section.max_length,
        too_long=section.too_long,
        window=section.window,
    )


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
            found = "a mixture of two classes has no class to be weighted by; leave out class_weights or mixup"
            raise ConfigError(found, key=f"data.augment[{position}].mixup")
    return Augmenter([create(component) for component in spec.data.augment], train, num_classes=classes)


# ---- task, model, metrics ----


def build_task(spec: Spec, targets: Targets) -> Task:
    """The task that the config names, else the one that the targets and the model speak for."""
    component = spec.task or component_from("task", _inferred_task(spec, targets))
    task: Task = create(component, targets)
    return task


def _inferred_task(spec: Spec, targets: Targets) -> str:
    if not isinstance(targets, ClassLabels):
        return {"tokens": "language_modeling", "token_labels": "sequence_labeling"}.get(targets.kind, "regression")
    two_outputs = spec.model.architecture is not None and spec.model.architecture.name == "softmax_regression"
    return "binary_classification" if len(targets.names) == 2 and not two_outputs else "classification"


def model_nodes(spec: Spec, input_shape: tuple[int, ...], output_units: int) -> list[Node]:
    """The model of the config as named nodes."""
    if spec.model.architecture is not None:
        component = spec.model.architecture
        if spec.regularization.dropout:
            options = component.options | {"dropout_rate": spec.regularization.dropout}
            component = dataclasses.replace(component, options=options)
        nodes: list[Node] = create(component, input_shape, output_units)
        return with_names(nodes)
    layers = spec.model.layers or ()
    return with_names(Node(it.name or "", it.layer.name, plain(it.layer.options), it.inputs) for it in layers)


def build_model(
    spec: Spec,
    preprocessor: Preprocessor,
    task: Task,
    *,
    generators: Generators,
    dtype: type[np.floating[Any]] = np.float32,
) -> Graph:
    """The model with its initial weights.

    Raises:
        ConfigError: the wiring or the shapes do not fit, or the outputs are not what the task needs.
    """
    key_of = "model.layers[{}]".format if spec.model.layers is not None else lambda _: "model"
    vocabulary = preprocessor.vocabulary
    nodes = model_nodes(spec, preprocessor.input_shape, task.output_units)
    model = Graph.build(
        nodes,
        preprocessor.input_shape,
        generators=generators,
        create=functools.partial(create_layer, num_tokens=None if vocabulary is None else len(vocabulary)),
        output=spec.model.output,
        dtype=dtype,
        key_of=key_of,
    )
    positions = {node.name: position for position, node in enumerate(nodes)}
    check_last_steps(model, lambda name: key_of(positions[name]))
    if task.target_kind == "tokens":
        check_causal(model, lambda name: key_of(positions[name]))
    if spec.training.stateful and not model.has_state:
        raise ConfigError("the model has no recurrent layer, whose state could be carried", key="training.stateful")
    needed = task.output_shape(model.input_shape)
    if model.output_shape != needed:
        name = registry.name_of("task", type(task))
        raise ConfigError(
            f"the last layer, {model.output}, gives {shown(model.output_shape)} an example; "
            f"{name} on this data needs {shown(needed)}",
            key="model.output" if spec.model.output else f"model.layers[{len(spec.model.layers or ()) - 1}]",
        )
    return model


def create_layer(node: Node, num_tokens: int | None = None) -> Layer:
    """The layer that a node describes.

    Args:
        node: the description.
        num_tokens: how many tokens the data has, which an embedding needs to know; None where it has none.
    """
    supplied = (num_tokens,) if registry.lookup("layer", node.type) is Embedding else ()
    layer: Layer = create(component_from("layer", {"name": node.type, **node.options}), *supplied)
    return layer


def build_measures(spec: Spec, task: Task, splits: Collection[str]) -> tuple[tuple[Metric, ...], Selection]:
    """What is measured, and how the best epoch is chosen from it.

    The metrics are those of the config, else the task's, and with them every one that chooses, stops or constrains.

    Args:
        spec: the config.
        task: must be able to use the metrics.
        splits: names of the splits there are.

    Raises:
        ConfigError: a name that is no metric, a metric or a human error of another kind of problem.
    """
    human_error = spec.evaluation.human_error
    if isinstance(task, Classification) and human_error is not None and human_error > 1:
        found = f"expected an error rate from 0 to 1, found {human_error:g}; write 0.05 for 5 %"
        raise ConfigError(found, key="evaluation.human_error")
    optimize = spec.evaluation.optimize or f"{'dev' if 'dev' in splits else 'train'}/{task.default_optimize}"
    components = list(spec.evaluation.metrics) or [component_from("metric", name) for name in task.default_metrics]
    metrics: list[Metric] = []
    for index, component in enumerate(components):
        metrics.append(_metric(component, task, f"evaluation.metrics[{index}]"))
    for name, key in _deciding_metrics(spec, task, optimize):
        if name not in (LOSS, LATENCY, *(metric.name for metric in metrics)):
            if name not in registry.names("metric"):
                known = {*registry.names("metric"), *(metric.name for metric in metrics), LOSS}
                raise ConfigError(f"{name!r}: {unknown_name('metric', name, known)}", key=key)
            metrics.append(_metric(component_from("metric", name), task, key))
    better = higher_is_better(optimize, metrics)
    return tuple(metrics), Selection(optimize, better, spec.evaluation.satisfice)


def _metric(component: ComponentSpec, task: Task, key: str) -> Metric:
    metric: Metric = create(component)
    if not task.accepts(metric):
        kind = registry.name_of("task", type(task)).replace("_", " ")
        usable = [name for name in registry.names("metric") if task.accepts(create(component_from("metric", name)))]
        raise ConfigError(f"{metric.name} does not measure a {kind}; these do: {', '.join(usable)}", key=key)
    if isinstance(task, Classification) and metric.positive_class >= task.num_classes:
        found = f"there is no class {metric.positive_class}; the data has {task.num_classes}, counted from 0"
        raise ConfigError(found, key=f"{key}.positive_class")
    return metric


def _deciding_metrics(spec: Spec, task: Task, optimize: str) -> list[tuple[str, str]]:
    """Plain names of the metrics that choose, stop or constrain, and of the report's; each with its key."""
    stopping = spec.regularization.early_stopping
    named = [(optimize, "evaluation.optimize"), (task.default_optimize, "evaluation.metrics")]
    if stopping is not None and stopping.metric is not None:
        named.append((stopping.metric, "regularization.early_stopping.metric"))
    named += [(name, f"evaluation.satisfice.{name}") for name in spec.evaluation.satisfice]
    return [(name.rpartition("/")[2], key) for name, key in named]


def shown(shape: tuple[int, ...]) -> str:
    """A shape as people say it: `3 numbers`, `8 × 8 × 1 numbers`."""
    return " × ".join(map(str, shape)) + (" number" if shape == (1,) else " numbers")


# ---- training ----


def build_optimizer(spec: Spec) -> Optimizer:
    """The update rule with its schedule."""
    optimizer: Optimizer = create(spec.optimizer)
    return optimizer


#: examples, or steps of sequences, that a forward pass in evaluation has at most unless the config says otherwise
MOST_EXAMPLES, MOST_STEPS = 1024, 8192


def evaluation_batch_size(spec: Spec, preprocessor: Preprocessor) -> int:
    """Examples per forward pass in evaluation; rows of a model that carries its state."""
    if spec.evaluation.batch_size is not None:
        return spec.evaluation.batch_size
    if spec.training.stateful and spec.training.batch_size != "full":
        return spec.training.batch_size
    steps = 1 if preprocessor.text is None else preprocessor.input_shape[0]
    return max(1, min(MOST_EXAMPLES, MOST_STEPS // steps))


def build_settings(spec: Spec, preprocessor: Preprocessor) -> TrainingSettings:
    """The plain numbers of the training."""
    training, regularization = spec.training, spec.regularization
    clipping = training.gradient_clipping
    return TrainingSettings(
        epochs=training.epochs,
        batch_size=training.batch_size,
        shuffle=training.shuffle,
        max_steps=training.max_steps,
        drop_last=training.drop_last,
        stateful=training.stateful,
        max_gradient_norm=None if clipping is None else clipping.max_norm,
        max_gradient_value=None if clipping is None else clipping.max_value,
        l1=regularization.l1,
        l2=regularization.l2,
        weight_decay=regularization.weight_decay,
        log_every_steps=training.log_every_steps,
        checkpoint_every_epochs=training.checkpoint.every_epochs,
        checkpoint_every_steps=training.checkpoint.every_steps,
        checkpoint_keep=training.checkpoint.keep,
        evaluation_batch_size=evaluation_batch_size(spec, preprocessor),
    )


def build_early_stopping(spec: Spec, metrics: tuple[Metric, ...], selection: Selection) -> EarlyStopping | None:
    """The rule for stopping before the last epoch, if the config has one."""
    options = spec.regularization.early_stopping
    if options is None:
        return None
    metric = options.metric or selection.metric
    better = higher_is_better(metric, metrics) if options.mode is None else options.mode == "max"
    return EarlyStopping(metric=metric, patience=options.patience, min_delta=options.min_delta, higher_is_better=better)


def build_weight_average(spec: Spec) -> WeightAverage | None:
    """The average of the weights that is used for evaluation, if the config asks for one."""
    options = spec.training.weight_average
    return None if options is None else WeightAverage(options.decay)
