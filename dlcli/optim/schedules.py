"""How the learning rate changes during training: `α = α₀ · factor`.

Epochs count from 0 and include the part of the current one, so that a smooth schedule falls with every step and has the
textbook's value at the start of each epoch.
"""

# ruff: noqa: ARG002 - every schedule is told epoch and progress, each needs one

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from dlcli.constraints import Fraction, NonNegativeFloat, NonNegativeInt, PositiveFloat
from dlcli.registry import register


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """Base of the schedules: a pure function of where training is, so that resuming needs no state.

    Args:
        warmup_steps: over this many steps the rate rises linearly to what the schedule says.
    """

    registry_kind: ClassVar[str] = "schedule"

    warmup_steps: NonNegativeInt = 0

    def factor(self, epoch: float, step: int, total_steps: int) -> float:
        """What the learning rate is multiplied by.

        Args:
            epoch: epochs before this step, with the part of the current one.
            step: steps before this one.
            total_steps: steps of the whole training.
        """
        warmup = (step + 1) / self.warmup_steps if step < self.warmup_steps else 1.0
        return warmup * self.decay(epoch, step / total_steps)

    def decay(self, epoch: float, progress: float) -> float:
        """The factor without the warm-up.

        Args:
            epoch: epochs before this step.
            progress: the part of the training before this step, 0 … 1.
        """
        raise NotImplementedError


@register("schedule", "constant")
@dataclass(frozen=True, kw_only=True)
class Constant(Schedule):
    """The same learning rate throughout; with a warm-up, after it.

    Args:
        warmup_steps: over this many steps the rate rises linearly to what the schedule says.
    """

    def decay(self, epoch: float, progress: float) -> float:
        return 1.0


@register("schedule", "inverse_time")
@dataclass(frozen=True, kw_only=True)
class InverseTime(Schedule):
    """Falls as `1 / (1 + decay_rate · epoch)`.

    Args:
        decay_rate: the rate has halved after 1 / decay_rate epochs.
        warmup_steps: over this many steps the rate rises linearly to what the schedule says.
    """

    decay_rate: NonNegativeFloat

    def decay(self, epoch: float, progress: float) -> float:
        return 1 / (1 + self.decay_rate * epoch)


@register("schedule", "exponential")
@dataclass(frozen=True, kw_only=True)
class Exponential(Schedule):
    """Falls as `rate ^ epoch`.

    Args:
        rate: what an epoch leaves of the learning rate, such as 0.95.
        warmup_steps: over this many steps the rate rises linearly to what the schedule says.
    """

    rate: PositiveFloat

    def decay(self, epoch: float, progress: float) -> float:
        return float(self.rate**epoch)


@register("schedule", "inverse_sqrt")
@dataclass(frozen=True, kw_only=True)
class InverseSquareRoot(Schedule):
    """Falls as `scale / √(epoch + 1)`; the + 1 because epochs count from 0 here.

    Args:
        scale: the factor in the first epoch.
        warmup_steps: over this many steps the rate rises linearly to what the schedule says.
    """

    scale: PositiveFloat = 1.0

    def decay(self, epoch: float, progress: float) -> float:
        return self.scale / math.sqrt(epoch + 1)


@register("schedule", "staircase")
@dataclass(frozen=True, kw_only=True)
class Staircase(Schedule):
    """Steps down at equal distances: `rate ^ ⌊epoch / every⌋`.

    Args:
        every: epochs between two steps down.
        rate: what a step leaves of the learning rate.
        warmup_steps: over this many steps the rate rises linearly to what the schedule says.
    """

    every: PositiveFloat
    rate: PositiveFloat = 0.1

    def decay(self, epoch: float, progress: float) -> float:
        return float(self.rate ** (epoch // self.every))


@register("schedule", "milestones")
@dataclass(frozen=True, kw_only=True)
class Milestones(Schedule):
    """Steps down at chosen epochs: `rate ^ (milestones passed)`.

    Args:
        epochs: the epochs before which the rate steps down, such as [80, 120].
        rate: what a step leaves of the learning rate.
        warmup_steps: over this many steps the rate rises linearly to what the schedule says.
    """

    epochs: list[NonNegativeFloat]
    rate: PositiveFloat = 0.1

    def decay(self, epoch: float, progress: float) -> float:
        return float(self.rate ** sum(epoch >= milestone for milestone in self.epochs))


@register("schedule", "cosine")
@dataclass(frozen=True, kw_only=True)
class Cosine(Schedule):
    """Half a cosine from 1 to `minimum` over the whole training (Loshchilov & Hutter 2017, without restarts).

    Args:
        minimum: the factor at the end.
        warmup_steps: over this many steps the rate rises linearly to what the schedule says.
    """

    minimum: Fraction = 0.0

    def decay(self, epoch: float, progress: float) -> float:
        return self.minimum + (1 - self.minimum) * (1 + math.cos(math.pi * progress)) / 2


@register("schedule", "polynomial")
@dataclass(frozen=True, kw_only=True)
class Polynomial(Schedule):
    """From 1 to `minimum` over the whole training as `(1 − progress) ^ power`; a straight line for power 1.

    Args:
        power: 1 is linear, 2 quadratic.
        minimum: the factor at the end.
        warmup_steps: over this many steps the rate rises linearly to what the schedule says.
    """

    power: PositiveFloat = 1.0
    minimum: Fraction = 0.0

    def decay(self, epoch: float, progress: float) -> float:
        return self.minimum + (1 - self.minimum) * float((1 - progress) ** self.power)
