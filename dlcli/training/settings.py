"""How long and in what steps a model is trained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class TrainingSettings:
    """The plain numbers of a training.

    Args:
        epochs: passes over the training set.
        max_steps: training ends after so many steps, within an epoch or not; None for no limit.
        batch_size: examples in a mini-batch; "full" for the whole training set.
        shuffle: visit the examples in a new order each epoch.
        drop_last: leave out a short last batch.
        stateful: recurrent layers begin a batch where the one before it ended; examples are windows of one sequence.
        max_gradient_norm: the gradient is scaled down to this norm; None for no limit.
        max_gradient_value: each element of the gradient is cut to ± this; None for no limit.
        l1: λ of `λ/m ‖w‖₁`.
        l2: λ of `λ/2m ‖w‖²`.
        weight_decay: decoupled: the weights shrink by learning rate × this at each step.
        log_every_steps: a line of `metrics.jsonl` every so many steps besides the one each epoch; None for none.
        checkpoint_every_epochs: epochs between checkpoints; a new best epoch and the last one are always kept.
        checkpoint_every_steps: steps between checkpoints within an epoch; None for none.
        checkpoint_keep: how many of the newest checkpoints stay, besides the best.
        evaluation_batch_size: examples per forward pass in evaluation.
    """

    epochs: int
    batch_size: int | Literal["full"]
    max_steps: int | None = None
    shuffle: bool = True
    drop_last: bool = False
    stateful: bool = False
    max_gradient_norm: float | None = None
    max_gradient_value: float | None = None
    l1: float = 0.0
    l2: float = 0.0
    weight_decay: float = 0.0
    log_every_steps: int | None = None
    checkpoint_every_epochs: int = 1
    checkpoint_every_steps: int | None = None
    checkpoint_keep: int = 2
    evaluation_batch_size: int = 1024
