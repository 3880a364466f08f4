"""The section `training`: how long and in what steps a model is trained."""

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
        epochs: passes over the training set.
        max_steps: number of steps after which training stops, even within an epoch; null = no limit.
        batch_size: examples a step; 1 = stochastic, full = all of them.
        shuffle: a new order of the examples every epoch.
        drop_last: leave out a last batch that is smaller than the others.
        stateful: recurrent layers begin a batch where the one before it ended; for a model of one long text.
        gradient_clipping: a bound on the gradients; null = none.
        weight_average: evaluate with an average of the weights; null = with the weights themselves.
        log_every_steps: number of steps between lines of metrics.jsonl within an epoch; null = one line an epoch.
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
    weight_average: WeightAveraging | None = None
    log_every_steps: PositiveInt | None = None
    checkpoint: CheckpointSettings = field(default_factory=CheckpointSettings)
    samples: SampleSettings | None = None
