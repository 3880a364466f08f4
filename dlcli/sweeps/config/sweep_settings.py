"""What a user may set of the conduct of a sweep: the sections `budget` and `execution`, as the runner takes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from dlcli.core import ConfigError, NonNegativeInt, PositiveFloat, PositiveInt
from dlcli.spec import ComponentSpec, OfKind

#: trials of a sweep whose budget says nothing
DEFAULT_TRIALS = 20


@dataclass(frozen=True, kw_only=True)
class SweepBudget:
    """When the sweep is over: at the first of these limits, or when the search has nothing left to try.

    Args:
        trials: number of trials, those of further seeds included; null = no limit, 20 where no other limit is given.
        epochs: number of epochs of all trials together; null = no limit.
        minutes: wall time; null = no limit.
    """

    trials: PositiveInt | None = None
    epochs: PositiveInt | None = None
    minutes: PositiveFloat | None = None

    def __post_init__(self) -> None:
        if self.trials is None and self.epochs is None and self.minutes is None:
            object.__setattr__(self, "trials", DEFAULT_TRIALS)


@dataclass(frozen=True, kw_only=True)
class SweepExecution:
    """Where and how trials are trained.

    Args:
        engine: local = processes on this machine, ray = a Ray cluster.
        workers: number of trials trained side by side; null = the cores divided by threads.
        threads: number of cores that each worker computes with.
        address: address of the Ray cluster; null = the one that Ray finds, else a new one on this machine.
        pruning: the rule that ends trials with little hope early; null = every trial is trained to its end.
        seeds: number of trainings of each configuration, with another seed each time.
        retries: number of times that a trial whose process dies is started again.
        max_failures: number of failed trials in a row after which the sweep stops; null = never.

    Raises:
        ConfigError: A cluster has an address, and the engine is not Ray.
    """

    engine: Literal["local", "ray"] = "local"
    workers: PositiveInt | None = None
    threads: PositiveInt = 1
    address: str | None = None
    pruning: Annotated[ComponentSpec, OfKind("pruning")] | None = None
    seeds: PositiveInt = 1
    retries: NonNegativeInt = 1
    max_failures: PositiveInt | None = 5

    def __post_init__(self) -> None:
        if self.address is not None and self.engine == "local":
            message = "is that of a Ray cluster; write engine: ray to train there"
            raise ConfigError(message, code="conflicting_options", key="address")
