"""The section `training`: the training loop."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from dlcli.core import PositiveInt
from dlcli.settings.checkpoints import CheckpointSettings
from dlcli.settings.gradient_clipping import GradientClipping
from dlcli.settings.samples import SampleSettings
from dlcli.settings.weight_averaging import WeightAveraging


@dataclass(frozen=True, kw_only=True)
class TrainingSettings:
    """The training loop.

    Args:
        epochs: Number of passes over the training set.
        max_steps: Number of steps after which training stops, even within an epoch; null = no limit.
        batch_size: Number of examples per step; 1 = stochastic, full = all of them.
        shuffle: Whether to shuffle the examples in every epoch.
        drop_last: Whether to drop a last batch that is smaller than the others.
        stateful: Whether recurrent layers start from the last state of the previous batch, for continuous text.
        gradient_clipping: Limits of the gradients; null = none.
        weight_average: Average of the weights to evaluate; null = evaluate the weights themselves.
        log_every_steps: Number of steps between lines of metrics.jsonl within an epoch; null = one line per epoch.
        checkpoint: Schedule of checkpoints.
        samples: Texts that a language model generates into train.log during training; null = none.
    """

    epochs: PositiveInt = 20
    max_steps: PositiveInt | None = None
    batch_size: PositiveInt | Literal["full"] = 64
    shuffle: bool = True
    drop_last: bool = False
    stateful: bool = False
    gradient_clipping: GradientClipping | None = None
    weight_average: WeightAveraging | None = None
    log_every_steps: PositiveInt | None = None
    checkpoint: CheckpointSettings = field(default_factory=CheckpointSettings)
    samples: SampleSettings | None = None
