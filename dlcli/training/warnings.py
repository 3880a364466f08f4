"""What the user should know about a training before it begins: settings that do not do what they seem to."""

from __future__ import annotations

from collections.abc import Iterator

from dlcli.data import BatchOrder, SequenceSource, Split
from dlcli.losses import ClassWeightedLoss
from dlcli.tasks import StepTask, Task


def training_warnings(train: Split, batches: BatchOrder, task: Task) -> Iterator[str]:
    """One sentence for each setting that has another effect than its name says.

    Args:
        train: the training set.
        batches: the mini-batches of its epochs.
        task: with its loss.
    """
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
