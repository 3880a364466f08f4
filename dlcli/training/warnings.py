"""Warnings about settings of a training that do not have the effect that the user would expect."""

from __future__ import annotations

import math
from collections.abc import Iterator

from dlcli.core import node_of
from dlcli.data import BatchOrder, SequenceSource, Split
from dlcli.losses import ClassWeightedLoss
from dlcli.nn import Activation, Dropout, Graph, SpatialDropout
from dlcli.optim import Optimizer, Position
from dlcli.tasks import Task

#: Forms of outputs that are logits, all of them or some.
_LOGITS = ("class logits", "one logit", "heads")


def training_warnings(
    train: Split, batches: BatchOrder, task: Task, model: Graph, optimizer: Optimizer, total_steps: int
) -> Iterator[str]:
    """Yield one warning for each setting that does not have the expected effect.

    Args:
        train: Training set.
        batches: Mini-batches of the training set.
        task: Task with its loss.
        model: Model to train.
        optimizer: Optimizer with its schedule.
        total_steps: Number of steps of the whole training.
    """
    yield from _output_warnings(train, task, model)
    if batches.remark is not None:
        yield f"{batches.remark}: batch_norm needs more than one value per channel"
    has_class_weights = any(isinstance(loss, ClassWeightedLoss) and loss.distinguishes_classes for loss in task.losses)
    if has_class_weights and _has_one_loss_per_step(train, batches, task):
        yield (
            "class_weights have no effect with batch_size 1: the loss of a step is Σ c ℓ / Σ c over its batch, and the "
            "weight of a single example cancels; use a larger batch_size"
        )
    schedule = optimizer.schedule
    if schedule is not None and schedule.warmup_steps > total_steps:
        highest = optimizer.learning_rate_at(Position(total_steps - 1, len(batches), total_steps))
        yield (
            f"warmup_steps {schedule.warmup_steps:,} is more than the number of training steps, {total_steps:,}: the "
            f"learning rate rises to {highest:.3g} and never reaches {optimizer.learning_rate:g}; reduce warmup_steps"
        )


def _has_one_loss_per_step(train: Split, batches: BatchOrder, task: Task) -> bool:
    """Return whether the loss of every optimizer step is that of one example, or of one time step of a sequence."""
    max_length = 1
    if task.targets.per_step and isinstance(train.inputs, SequenceSource):
        max_length = int(train.inputs.lengths.max())
    return batches.batch_size == 1 and max_length == 1


def _output_warnings(train: Split, task: Task, model: Graph) -> Iterator[str]:
    """Yield a warning if the output layer has a range that does not match the loss or the targets."""
    layer = model.layers[node_of(model.output)]
    if isinstance(layer, Dropout | SpatialDropout):
        yield f"model output {model.output}: dropout after the last trainable layer sets outputs to 0; remove it"
    if not isinstance(layer, Activation) or layer.output_range == (-math.inf, math.inf):
        return
    low, high = layer.output_range
    bounds = f"at least {low:g}" if high == math.inf else f"between {low:g} and {high:g}"
    if task.output_form in _LOGITS:
        yield (
            f"model output {model.output}: its values are {bounds}, but the loss expects unbounded logits and applies "
            "the softmax or sigmoid itself; remove this layer"
        )
    elif task.output_form == "values" and train.targets is not None:
        outside = int(
            ((train.targets < low) | (train.targets > high)).any(axis=tuple(range(1, train.targets.ndim))).sum()
        )
        if outside:
            yield (
                f"model output {model.output}: its values are {bounds}, and {outside} of {len(train.targets)} training "
                "targets, as normalized, are not; remove this layer or scale the targets into its range"
            )
