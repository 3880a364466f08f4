"""How an experiment is trained: optimizer, settings, early stopping, averaged weights."""

from __future__ import annotations

from dlcli.assembly.component import create
from dlcli.core import ConfigError
from dlcli.data import Preprocessor
from dlcli.metrics import Metric
from dlcli.optim import Optimizer, WeightAverage
from dlcli.spec import Spec
from dlcli.training import EarlyStopping, Selection, TrainingSettings, direction_of

#: examples, or steps of sequences, that a forward pass in evaluation has at most unless the config says otherwise
MOST_EXAMPLES, MOST_STEPS = 1024, 8192


def build_optimizer(spec: Spec) -> Optimizer:
    """The update rule with its schedule."""
    optimizer: Optimizer = create(spec.optimizer)
    return optimizer


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
    """The rule for stopping before the last epoch, if the config has one.

    Raises:
        ConfigError: its mode is not the direction of its metric.
    """
    options = spec.regularization.early_stopping
    if options is None:
        return None
    metric = options.metric or selection.metric
    direction = direction_of(metric, metrics)
    if options.mode not in (None, direction):
        message = f"expected {direction}: {direction.better} values of {metric} are better, got {options.mode}"
        raise ConfigError(message, key="regularization.early_stopping.mode")
    return EarlyStopping(metric=metric, patience=options.patience, min_delta=options.min_delta, direction=direction)


def build_weight_average(spec: Spec) -> WeightAverage | None:
    """The average of the weights that is used for evaluation, if the config asks for one."""
    options = spec.training.weight_average
    return None if options is None else WeightAverage(options.decay)
