"""How an experiment is trained: optimizer, early stopping, size of the batches in evaluation."""

from __future__ import annotations

from dlcli.assembly.component import create
from dlcli.core import ConfigError
from dlcli.data import Preprocessor
from dlcli.metrics import Metric
from dlcli.optim import Optimizer
from dlcli.spec import Spec
from dlcli.training import EarlyStopping, Selection, direction_of

#: arguments of the trainer → where a config has them
TRAINER_ARGUMENTS = {
    "model": "model",
    "optimizer": "optimizer",
    "learning_rate": "optimizer.learning_rate",
    "settings": "training",
    "regularization": "regularization",
    "selection.metric": "evaluation.optimize",
    "selection.constraints": "evaluation.satisfice",
    "early_stopping": "regularization.early_stopping",
}
#: examples, or steps of sequences, that a forward pass in evaluation has at most unless the config says otherwise
MOST_EXAMPLES, MOST_STEPS = 1024, 8192


def build_optimizer(spec: Spec) -> Optimizer:
    """The update rule with its schedule."""
    optimizer: Optimizer = create(spec.optimizer, at="optimizer")
    return optimizer


def evaluation_batch_size(spec: Spec, preprocessor: Preprocessor) -> int:
    """Examples per forward pass in evaluation; rows of a model that carries its state."""
    if spec.evaluation.batch_size is not None:
        return spec.evaluation.batch_size
    if spec.training.stateful and spec.training.batch_size != "full":
        return spec.training.batch_size
    steps = 1 if preprocessor.text is None else preprocessor.input_shape[0]
    return max(1, min(MOST_EXAMPLES, MOST_STEPS // steps))


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
        raise ConfigError(message, code="conflicting_options", key="regularization.early_stopping.mode")
    return EarlyStopping(options, metric=metric, direction=direction)
