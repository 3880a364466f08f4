"""What the user should know about a training before it begins: settings that do not do what they seem to."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from dlcli.data import BatchOrder, SequenceSource, Split
from dlcli.losses import ClassWeightedLoss
from dlcli.nn import Activation, Dropout, Graph, SpatialDropout
from dlcli.tasks import StepTask, Task


def training_warnings(train: Split, batches: BatchOrder, task: Task, model: Graph) -> Iterator[str]:
    """One sentence for each setting that has another effect than its name says.

    Args:
        train: the training set.
        batches: the mini-batches of its epochs.
        task: with its loss.
        model: with its output layer.
    """
    yield from _output_warnings(train, task, model)
    if batches.remark is not None:
        yield f"{batches.remark}: batch_norm needs more than one value per channel"
    loss = task.loss_function
    if isinstance(loss, ClassWeightedLoss) and loss.distinguishes_classes and _has_one_loss(train, batches, task):
        yield (
            "class_weights have no effect with batch_size 1: the loss of a step is Σ c ℓ / Σ c over its batch, and the "
            "weight of a single example cancels; use a larger batch_size"
        )


def _has_one_loss(train: Split, batches: BatchOrder, task: Task) -> bool:
    """Whether the loss of every step is that of one example, or of one step of a sequence."""
    longest = 1
    if isinstance(task, StepTask) and isinstance(train.inputs, SequenceSource):
        longest = int(train.inputs.lengths.max())
    return batches.batch_size == 1 and longest == 1


def _output_warnings(train: Split, task: Task, model: Graph) -> Iterator[str]:
    """A sentence if the last layer keeps the model's outputs from what the loss expects."""
    layer = model.layers[model.output]
    if isinstance(layer, Dropout | SpatialDropout):
        yield f"model output {model.output}: dropout after the last trainable layer sets outputs to 0; remove it"
    if not isinstance(layer, Activation) or layer.output_range == (-math.inf, math.inf):
        return
    low, high = layer.output_range
    bounds = f"at least {low:g}" if high == math.inf else f"between {low:g} and {high:g}"
    if task.output_form != "values":
        yield (
            f"model output {model.output}: its values are {bounds}, but the loss expects logits, which may be any "
            "number, and applies the softmax or sigmoid itself; remove this layer"
        )
    elif isinstance(train.targets, np.ndarray):
        outside = int(
            ((train.targets < low) | (train.targets > high)).any(axis=tuple(range(1, train.targets.ndim))).sum()
        )
        if outside:
            yield (
                f"model output {model.output}: its values are {bounds}, and {outside} of {len(train.targets)} training "
                "targets, as normalized, are not; remove this layer or scale the targets into its range"
            )
