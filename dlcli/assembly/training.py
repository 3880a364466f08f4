"""Creation of the optimizer and early stopping, and the batch size of evaluation."""

from __future__ import annotations

from dlcli.assembly.component import create
from dlcli.core import ConfigError
from dlcli.data import Preprocessor
from dlcli.metrics import Metric
from dlcli.optim import Optimizer
from dlcli.spec import Spec
from dlcli.training import EarlyStopping, Selection, direction_of

#: Arguments of the trainer → paths in the config.
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
#: Default maximum number of examples, and of time steps of sequences, in a forward pass of evaluation.
MAX_EXAMPLES, MAX_STEPS = 1024, 8192


def build_optimizer(spec: Spec) -> Optimizer:
    """Create the optimizer with its schedule."""
    optimizer: Optimizer = create(spec.optimizer, at="optimizer")
    return optimizer


def evaluation_batch_size(spec: Spec, preprocessor: Preprocessor) -> int:
    """Return the number of examples per forward pass of evaluation; for a stateful model, of parallel texts."""
    if spec.evaluation.batch_size is not None:
        return spec.evaluation.batch_size
    if spec.training.stateful and spec.training.batch_size != "full":
        return spec.training.batch_size
    steps = 1 if preprocessor.text is None else preprocessor.input_shape[0]
    return max(1, min(MAX_EXAMPLES, MAX_STEPS // steps))


def build_early_stopping(spec: Spec, metrics: tuple[Metric, ...], selection: Selection) -> EarlyStopping | None:
    """Create the rule for early stopping; None if the config has none.

    Args:
        spec: Config of the experiment.
        metrics: Metrics of the experiment.
        selection: Rule for the best epoch, whose metric is the default.

    Raises:
        ConfigError: The mode is not the direction of the metric.
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
