"""The sections of a sweep file: every key with its type, default and description."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from dlcli.core import NonNegativeInt, PositiveInt
from dlcli.settings import ConstrainedName, MetricName
from dlcli.spec import (
    ComponentSpec,
    ExperimentName,
    Mistake,
    OfClass,
    OfKind,
    Section,
    WrittenBound,
    mistaken,
)
from dlcli.sweeps.config.mappings import BaseOverrides, SearchSpace
from dlcli.sweeps.config.sweep_settings import SweepBudget, SweepExecution

Search = Annotated[ComponentSpec, OfKind("search")]


class ObjectiveSection(Section):
    """What is looked for.

    Args:
        optimize: the one metric that decides which trial is best, as <split>/<metric>; null = what the base says.
        satisfice: constraints that the best trial must meet, such as {latency_ms: "<= 5"}; null = what the base says.
    """

    optimize: MetricName | None = None
    satisfice: dict[ConstrainedName, WrittenBound] | None = None


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
    budget: Annotated[SweepBudget, OfClass()] = Field(default_factory=SweepBudget)
    execution: Annotated[SweepExecution, OfClass()] = Field(default_factory=SweepExecution)
    final: FinalSection | None = Field(default_factory=FinalSection)

    @field_validator("execution")
    @classmethod
    def _affordable(cls, checked: SweepExecution, info: ValidationInfo) -> SweepExecution:
        trials = info.data["budget"].trials if "budget" in info.data else None
        if trials is not None and trials < checked.seeds:
            found = f"each configuration takes {checked.seeds} trials, and the budget has {trials}"
            raise mistaken([Mistake(("seeds",), found)])
        return checked
