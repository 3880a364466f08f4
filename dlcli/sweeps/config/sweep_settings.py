"""Settings of the sweep runner: the sections `budget` and `execution` of a sweep file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from dlcli.core import ConfigError, NonNegativeInt, PositiveFloat, PositiveInt
from dlcli.spec import ComponentField, ComponentSpec

#: Number of trials if the budget has no limit.
DEFAULT_TRIALS = 20


@dataclass(frozen=True, kw_only=True)
class SweepBudget:
    """Budget of a sweep: it ends at the first of these limits, or when the search has nothing left to try.

    Args:
        trials: Number of trials, including further seeds; null = no limit, 20 if no other limit is set.
        epochs: Total number of epochs of all trials; null = no limit.
        minutes: Wall time in minutes; null = no limit.
    """

    trials: PositiveInt | None = None
    epochs: PositiveInt | None = None
    minutes: PositiveFloat | None = None

    def __post_init__(self) -> None:
        if self.trials is None and self.epochs is None and self.minutes is None:
            object.__setattr__(self, "trials", DEFAULT_TRIALS)


@dataclass(frozen=True, kw_only=True)
class SweepExecution:
    """Execution of the trials of a sweep.

    Args:
        engine: Engine that runs the workers: local = processes on this machine, ray = a Ray cluster.
        workers: Number of trials trained in parallel; null = number of cores divided by threads.
        threads: Number of cores of each worker.
        address: Address of the Ray cluster; null = the one that Ray finds, or a new one on this machine.
        pruning: Rule that ends unpromising trials early; null = all trials are trained to the end.
        seeds: Number of seeds with which each configuration is trained.
        retries: Number of restarts of a trial whose process dies.
        max_failures: Number of consecutive failed trials after which the sweep stops; null = no limit.

    Raises:
        ConfigError: An address is given, but the engine is not ray.
    """

    engine: Literal["local", "ray"] = "local"
    workers: PositiveInt | None = None
    threads: PositiveInt = 1
    address: str | None = None
    pruning: Annotated[ComponentSpec, ComponentField("pruning")] | None = None
    seeds: PositiveInt = 1
    retries: NonNegativeInt = 1
    max_failures: PositiveInt | None = 5

    def __post_init__(self) -> None:
        if self.address is not None and self.engine == "local":
            message = "the address of a Ray cluster requires engine: ray"
            raise ConfigError(message, code="conflicting_options", key="address")
