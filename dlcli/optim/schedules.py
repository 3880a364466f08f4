"""Learning-rate schedules: `α = α₀ · factor`.

With a warm-up, the rate first rises linearly to α₀; the decay starts after it, so that the peak is the configured rate.
Epochs count from 0 and include the fraction of the current epoch, so that a smooth schedule falls with every step and
has the textbook value at the start of each epoch. Schedules that step down compare exact fractions: 0.6 epochs are
three times 0.2 epochs, although 0.6 // 0.2 is 2 in floating point.
"""

from __future__ import annotations

import fractions
import functools
import math
from dataclasses import dataclass
from typing import ClassVar

from dlcli.core import Fraction, NonNegativeFloat, NonNegativeInt, PositiveFloat, register

#: a number of epochs in a config means the nearest fraction with a denominator up to this: 0.2 is 1/5, 0.8333333333 is
#: 5/6
MAX_DENOMINATOR = 10**6


@dataclass(frozen=True)
class Position:
    """Position of a step in a training run.

    Args:
        step: Number of steps before this one.
        steps_per_epoch: Number of steps in each epoch.
        total_steps: Number of steps of the whole run.
    """

    step: int
    steps_per_epoch: int
    total_steps: int

    @property
    def epoch(self) -> float:
        """Epochs before the step, including the fraction of the current epoch."""
        epoch, batch = divmod(self.step, self.steps_per_epoch)
        return epoch + batch / self.steps_per_epoch

    @property
    def exact_epoch(self) -> fractions.Fraction:
        """`epoch` without rounding."""
        return fractions.Fraction(self.step, self.steps_per_epoch)

    @property
    def progress(self) -> float:
        """Fraction of the training run before the step, 0 … 1; 1 from its end on."""
        return self.step / self.total_steps if self.step < self.total_steps else 1.0

    def after(self, steps: int) -> Position:
        """Return the position relative to a start that is `steps` later, such as the end of the warm-up."""
        return Position(self.step - steps, self.steps_per_epoch, self.total_steps - steps)


@functools.lru_cache(maxsize=1024)
def exact_fraction(epochs: float) -> fractions.Fraction:
    """Return the exact fraction that a number of epochs in a config stands for."""
    value = fractions.Fraction(epochs)
    return value.limit_denominator(MAX_DENOMINATOR) or value  # a tiny positive number must not become 0


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """Base class of the schedules: a pure function of the position in training, so that resuming needs no state.

    Args:
        warmup_steps: Number of steps in which the rate rises linearly to its peak; the decay starts after them.
    """

    registry_kind: ClassVar[str] = "schedule"

    warmup_steps: NonNegativeInt = 0

    def factor(self, position: Position) -> float:
        """Return the factor on the learning rate at a step."""
        if position.step < self.warmup_steps:
            return (position.step + 1) / self.warmup_steps
        try:
            return self.decay(position.after(self.warmup_steps))
        except OverflowError:  # a power of a rate above 1; with such a learning rate, training reports a divergence
            return math.inf

    def decay(self, position: Position) -> float:
        """Return the factor after the warm-up.

        Args:
            position: Position of the step, counted from the end of the warm-up.
        """
        raise NotImplementedError


@register("schedule", "constant")
@dataclass(frozen=True, kw_only=True)
class Constant(Schedule):
    """Constant learning rate (after the warm-up, if there is one).

    Args:
        warmup_steps: Number of steps in which the rate rises linearly to its peak; the decay starts after them.
    """

    def decay(self, position: Position) -> float:  # noqa: ARG002
        return 1.0


@register("schedule", "inverse_time")
@dataclass(frozen=True, kw_only=True)
class InverseTime(Schedule):
    """Inverse-time decay `1 / (1 + decay_rate · epoch)`, with epochs counted from the end of the warm-up.

    Args:
        decay_rate: Speed of the decay; the learning rate is halved after 1 / decay_rate epochs.
        warmup_steps: Number of steps in which the rate rises linearly to its peak; the decay starts after them.
    """

    decay_rate: NonNegativeFloat

    def decay(self, position: Position) -> float:
        return 1 / (1 + self.decay_rate * position.epoch)


@register("schedule", "exponential")
@dataclass(frozen=True, kw_only=True)
class Exponential(Schedule):
    """Exponential decay `rate ^ epoch`, with epochs counted from the end of the warm-up.

    Args:
        rate: Factor on the learning rate per epoch, such as 0.95.
        warmup_steps: Number of steps in which the rate rises linearly to its peak; the decay starts after them.
    """

    rate: PositiveFloat

    def decay(self, position: Position) -> float:
        return float(self.rate**position.epoch)


@register("schedule", "inverse_sqrt")
@dataclass(frozen=True, kw_only=True)
class InverseSquareRoot(Schedule):
    """Inverse-square-root decay `scale / √(epoch + 1)`, with epochs counted from 0 at the end of the warm-up.

    Args:
        scale: Factor at the start of the first epoch.
        warmup_steps: Number of steps in which the rate rises linearly to its peak; the decay starts after them.
    """

    scale: PositiveFloat = 1.0

    def decay(self, position: Position) -> float:
        return self.scale / math.sqrt(position.epoch + 1)


@register("schedule", "staircase")
@dataclass(frozen=True, kw_only=True)
class Staircase(Schedule):
    """Step decay at equal intervals `rate ^ ⌊epoch / every⌋`, with epochs counted from the end of the warm-up.

    Args:
        every: Number of epochs between two steps down; 0.2 is one fifth of an epoch.
        rate: Factor on the learning rate at each step down.
        warmup_steps: Number of steps in which the rate rises linearly to its peak; the decay starts after them.
    """

    every: PositiveFloat
    rate: PositiveFloat = 0.1

    def decay(self, position: Position) -> float:
        return float(self.rate ** (position.exact_epoch // exact_fraction(self.every)))


@register("schedule", "milestones")
@dataclass(frozen=True, kw_only=True)
class Milestones(Schedule):
    """Step decay at given epochs of training: `rate ^ (number of milestones passed)`.

    Args:
        epochs: Epochs at whose start the learning rate steps down, such as [80, 120].
        rate: Factor on the learning rate at each step down.
        warmup_steps: Number of steps in which the rate rises linearly to its peak; the decay starts after them.
    """

    epochs: list[NonNegativeFloat]
    rate: PositiveFloat = 0.1

    def decay(self, position: Position) -> float:
        epoch = position.after(-self.warmup_steps).exact_epoch  # milestones count from the start of training
        return float(self.rate ** sum(epoch >= exact_fraction(milestone) for milestone in self.epochs))


@register("schedule", "cosine")
@dataclass(frozen=True, kw_only=True)
class Cosine(Schedule):
    """Cosine annealing from 1 to `minimum`, from the end of the warm-up to the end of training.

    Loshchilov & Hutter 2017, arXiv:1608.03983, without restarts.

    Args:
        minimum: Factor at the end of training.
        warmup_steps: Number of steps in which the rate rises linearly to its peak; the decay starts after them.
    """

    minimum: Fraction = 0.0

    def decay(self, position: Position) -> float:
        return self.minimum + (1 - self.minimum) * (1 + math.cos(math.pi * position.progress)) / 2


@register("schedule", "polynomial")
@dataclass(frozen=True, kw_only=True)
class Polynomial(Schedule):
    """Polynomial decay `(1 − progress) ^ power` from 1 to `minimum`, between the ends of the warm-up and of training.

    Args:
        power: Exponent of the polynomial; 1 is linear, 2 quadratic.
        minimum: Factor at the end of training.
        warmup_steps: Number of steps in which the rate rises linearly to its peak; the decay starts after them.
    """

    power: PositiveFloat = 1.0
    minimum: Fraction = 0.0

    def decay(self, position: Position) -> float:
        return self.minimum + (1 - self.minimum) * float((1 - position.progress) ** self.power)
