"""How the learning rate changes during training: `α = α₀ · factor`.

With a warm-up the rate first rises linearly to α₀; the decay starts after it, so that the peak is the configured rate.
Epochs count from 0 and include the part of the current one, so that a smooth schedule falls with every step and has the
textbook's value at the start of each epoch. Schedules that step down compare exact fractions of steps: 0.6 epochs are
three times 0.2, although 0.6 // 0.2 is 2 in floating point.
"""

from __future__ import annotations

import fractions
import functools
import math
from dataclasses import dataclass
from typing import ClassVar

from dlcli.core import Fraction, NonNegativeFloat, NonNegativeInt, PositiveFloat, register

#: numbers of epochs in a config mean the nearest fraction with a denominator up to this: 0.2 is 1/5, 0.8333333333 5/6
FINEST = 10**6


@dataclass(frozen=True)
class Position:
    """Where in a training a step is.

    Args:
        step: number of steps before it.
        steps_per_epoch: number of steps in each epoch.
        total_steps: number of steps of the whole training.
    """

    step: int
    steps_per_epoch: int
    total_steps: int

    @property
    def epoch(self) -> float:
        """Epochs before the step, with the part of the current one."""
        epoch, batch = divmod(self.step, self.steps_per_epoch)
        return epoch + batch / self.steps_per_epoch

    @property
    def exact_epoch(self) -> fractions.Fraction:
        """`epoch` without rounding."""
        return fractions.Fraction(self.step, self.steps_per_epoch)

    @property
    def progress(self) -> float:
        """The part of the training before the step, 0 … 1."""
        return self.step / self.total_steps

    def after(self, steps: int) -> Position:
        """The position counted from a later beginning."""
        return Position(self.step - steps, self.steps_per_epoch, self.total_steps - steps)


@functools.lru_cache(maxsize=1024)
def exact(epochs: float) -> fractions.Fraction:
    """The fraction of epochs that a number in a config stands for."""
    written = fractions.Fraction(epochs)
    return written.limit_denominator(FINEST) or written


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """Base of the schedules: a pure function of where training is, so that resuming needs no state.

    Args:
        warmup_steps: number of steps in which the rate rises linearly to its peak; the decay starts after them.
    """

    registry_kind: ClassVar[str] = "schedule"

    warmup_steps: NonNegativeInt = 0

    def factor(self, position: Position) -> float:
        """The factor of the learning rate in a step."""
        if position.step < self.warmup_steps:
            return (position.step + 1) / self.warmup_steps
        return self.decay(position.after(self.warmup_steps))

    def decay(self, position: Position) -> float:
        """The factor after the warm-up.

        Args:
            position: of the step, counted from the end of the warm-up.
        """
        raise NotImplementedError


@register("schedule", "constant")
@dataclass(frozen=True, kw_only=True)
class Constant(Schedule):
    """The same learning rate throughout; with a warm-up, after it.

    Args:
        warmup_steps: number of steps in which the rate rises linearly to its peak; the decay starts after them.
    """

    def decay(self, position: Position) -> float:  # noqa: ARG002
        return 1.0


@register("schedule", "inverse_time")
@dataclass(frozen=True, kw_only=True)
class InverseTime(Schedule):
    """Falls as `1 / (1 + decay_rate · epoch)`, epochs counted from the end of the warm-up.

    Args:
        decay_rate: the rate has halved after 1 / decay_rate epochs.
        warmup_steps: number of steps in which the rate rises linearly to its peak; the decay starts after them.
    """

    decay_rate: NonNegativeFloat

    def decay(self, position: Position) -> float:
        return 1 / (1 + self.decay_rate * position.epoch)


@register("schedule", "exponential")
@dataclass(frozen=True, kw_only=True)
class Exponential(Schedule):
    """Falls as `rate ^ epoch`, epochs counted from the end of the warm-up.

    Args:
        rate: what an epoch leaves of the learning rate, such as 0.95.
        warmup_steps: number of steps in which the rate rises linearly to its peak; the decay starts after them.
    """

    rate: PositiveFloat

    def decay(self, position: Position) -> float:
        return float(self.rate**position.epoch)


@register("schedule", "inverse_sqrt")
@dataclass(frozen=True, kw_only=True)
class InverseSquareRoot(Schedule):
    """Falls as `scale / √(epoch + 1)`, epochs counted from 0 at the end of the warm-up.

    Args:
        scale: the factor in the first epoch.
        warmup_steps: number of steps in which the rate rises linearly to its peak; the decay starts after them.
    """

    scale: PositiveFloat = 1.0

    def decay(self, position: Position) -> float:
        return self.scale / math.sqrt(position.epoch + 1)


@register("schedule", "staircase")
@dataclass(frozen=True, kw_only=True)
class Staircase(Schedule):
    """Steps down at equal distances: `rate ^ ⌊epoch / every⌋`, epochs counted from the end of the warm-up.

    Args:
        every: number of epochs between two steps down; 0.2 is one fifth of an epoch.
        rate: what a step leaves of the learning rate.
        warmup_steps: number of steps in which the rate rises linearly to its peak; the decay starts after them.
    """

    every: PositiveFloat
    rate: PositiveFloat = 0.1

    def decay(self, position: Position) -> float:
        return float(self.rate ** (position.exact_epoch // exact(self.every)))


@register("schedule", "milestones")
@dataclass(frozen=True, kw_only=True)
class Milestones(Schedule):
    """Steps down at chosen epochs of the training: `rate ^ (milestones passed)`.

    Args:
        epochs: the epochs before which the rate steps down, such as [80, 120].
        rate: what a step leaves of the learning rate.
        warmup_steps: number of steps in which the rate rises linearly to its peak; the decay starts after them.
    """

    epochs: list[NonNegativeFloat]
    rate: PositiveFloat = 0.1

    def decay(self, position: Position) -> float:
        epoch = position.after(-self.warmup_steps).exact_epoch  # milestones are epochs of the training
        return float(self.rate ** sum(epoch >= exact(milestone) for milestone in self.epochs))


@register("schedule", "cosine")
@dataclass(frozen=True, kw_only=True)
class Cosine(Schedule):
    """Half a cosine from 1 to `minimum` from the end of the warm-up to that of the training.

    That of Loshchilov & Hutter 2017, arXiv:1608.03983, without restarts.

    Args:
        minimum: the factor at the end.
        warmup_steps: number of steps in which the rate rises linearly to its peak; the decay starts after them.
    """

    minimum: Fraction = 0.0

    def decay(self, position: Position) -> float:
        return self.minimum + (1 - self.minimum) * (1 + math.cos(math.pi * position.progress)) / 2


@register("schedule", "polynomial")
@dataclass(frozen=True, kw_only=True)
class Polynomial(Schedule):
    """From 1 to `minimum` as `(1 − progress) ^ power`, from the end of the warm-up to that of the training.

    Args:
        power: 1 is linear, 2 quadratic.
        minimum: the factor at the end.
        warmup_steps: number of steps in which the rate rises linearly to its peak; the decay starts after them.
    """

    power: PositiveFloat = 1.0
    minimum: Fraction = 0.0

    def decay(self, position: Position) -> float:
        return self.minimum + (1 - self.minimum) * float((1 - position.progress) ** self.power)
