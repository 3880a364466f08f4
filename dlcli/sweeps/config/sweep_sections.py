"""The sections of a sweep file: every key with its type, default and description."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from dlcli.core import NonNegativeInt, PositiveFloat, PositiveInt
from dlcli.settings import ConstrainedName, MetricName
from dlcli.spec import (
    ComponentSpec,
    ExperimentName,
    Mistake,
    OfKind,
    Section,
    WrittenBound,
    mistaken,
)
from dlcli.sweeps.config.mappings import BaseOverrides, SearchSpace

Search = Annotated[ComponentSpec, OfKind("search")]
Pruning = Annotated[ComponentSpec, OfKind("pruning")]

#: trials of a sweep whose budget says nothing
DEFAULT_TRIALS = 20


class ObjectiveSection(Section):
    """What is looked for.

    Args:
        optimize: the one metric that decides which trial is best, as <split>/<metric>; null = what the base says.
        satisfice: constraints that the best trial must meet, such as {latency_ms: "<= 5"}; null = what the base says.
    """

    optimize: MetricName | None = None
    satisfice: dict[ConstrainedName, WrittenBound] | None = None


class BudgetSection(Section):
    """When the sweep is over: at the first of these limits, or when the search has nothing left to try.

    Args:
        trials: how many there are, those of further seeds included; null = no limit, 20 where no other limit is given.
        epochs: of all trials together; null = no limit.
        minutes: of wall time; null = no limit.
    """

    trials: PositiveInt | None = None
    epochs: PositiveInt | None = None
    minutes: PositiveFloat | None = None

    @property
    def is_unlimited(self) -> bool:
        return self.trials is None and self.epochs is None and self.minutes is None


class ExecutionSection(Section):
    """Where and how trials are trained.

    Args:
        engine: local = processes on this machine, ray = a Ray cluster.
        workers: trials trained side by side; null = the cores divided by threads.
        threads: cores that each worker computes with.
        address: of the Ray cluster; null = the one that Ray finds, else a new one on this machine.
        pruning: the rule that ends trials with little hope early; null = every trial is trained to its end.
        seeds: how often each configuration is trained, with another seed each time.
        retries: how often a trial whose process dies is started again.
        max_failures: the sweep stops after so many failed trials in a row; null = never.
    """

    engine: Literal["local", "ray"] = "local"
    workers: PositiveInt | None = None
    threads: PositiveInt = 1
    address: str | None = None
    pruning: Pruning | None = None
    seeds: PositiveInt = 1
    retries: NonNegativeInt = 1
    max_failures: PositiveInt | None = 5

    @model_validator(mode="after")
    def _check_address(self) -> Self:
        if self.address is not None and self.engine == "local":
            raise mistaken(
                [
                    Mistake(
                        ("address",),
                        "is that of a Ray cluster; write engine: ray to train there",
                        "conflicting_options",
                    )
                ]
            )
        return self


class FinalSection(Section):
    """The best configuration trained anew, and evaluated on test once.

    Args:
        seeds: how often it is trained, with another seed each time.
    """

    seeds: PositiveInt = 3


class SweepSections(Section):
    """A search for good hyperparameters.

    Args:
        name: goes into the name of the sweep's folder; left out = the name of this file.
        base: the config that every trial starts from, relative to this file.
        seed: what is tried follows from it; the seed of the training is the base's.
        overrides: keys of the base with other values for every trial, such as {training.epochs: 10}.
        space: what is searched: a key of the base and what it is drawn from, log_uniform(1e-4, 1e-1); or computed by.
        search: how what is tried next is chosen.
        objective: what is looked for.
        budget: when the sweep is over.
        execution: where and how trials are trained.
        final: the best configuration trained anew, and evaluated on test once; null = not done.
    """

    name: ExperimentName = "sweep"
    base: str = Field(min_length=1)
    seed: NonNegativeInt = 0
    overrides: BaseOverrides = Field(default_factory=dict)
    space: SearchSpace
    search: Search = ComponentSpec("search", "random")
    objective: ObjectiveSection = Field(default_factory=ObjectiveSection)
    budget: BudgetSection = Field(default_factory=BudgetSection)
    execution: ExecutionSection = Field(default_factory=ExecutionSection)
    final: FinalSection | None = Field(default_factory=FinalSection)

    @field_validator("budget")
    @classmethod
    def _limited(cls, checked: BudgetSection) -> BudgetSection:
        return BudgetSection(trials=DEFAULT_TRIALS) if checked.is_unlimited else checked

    @field_validator("execution")
    @classmethod
    def _affordable(cls, checked: ExecutionSection, info: ValidationInfo) -> ExecutionSection:
        trials = info.data["budget"].trials if "budget" in info.data else None
        if trials is not None and trials < checked.seeds:
            found = f"each configuration takes {checked.seeds} trials, and the budget has {trials}"
            raise mistaken([Mistake(("seeds",), found)])
        return checked
