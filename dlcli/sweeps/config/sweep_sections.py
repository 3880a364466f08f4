"""Sections of a sweep file: every key with its type, default and description."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from dlcli.core import NonNegativeInt, PositiveInt
from dlcli.settings import ConstrainedName, MetricName
from dlcli.spec import (
    BoundField,
    ComponentField,
    ComponentSpec,
    ExperimentName,
    Mistake,
    Section,
    SettingsField,
    validation_error,
)
from dlcli.sweeps.config.mappings import BaseOverrides, SearchSpace
from dlcli.sweeps.config.sweep_settings import SweepBudget, SweepExecution

Search = Annotated[ComponentSpec, ComponentField("search")]


class ObjectiveSection(Section):
    """Objective of the search.

    Args:
        optimize: Metric that determines the best trial, as <split>/<metric>; null = that of the base.
        satisfice: Constraints on the best trial, such as {latency_ms: "<= 5"}; null = those of the base.
    """

    optimize: MetricName | None = None
    satisfice: dict[ConstrainedName, BoundField] | None = None


class FinalSection(Section):
    """Final training of the best configuration from scratch, with a single evaluation on the test set.

    Args:
        seeds: Number of runs, each with a different seed.
    """

    seeds: PositiveInt = 3


class SweepSections(Section):
    """Hyperparameter sweep.

    Args:
        name: Name of the sweep, part of the name of its folder; default = name of this file.
        base: Path of the config that all trials start from, relative to this file.
        seed: Seed of the search; the seed of the training is that of the base.
        overrides: Keys of the base with other values for all trials, such as {training.epochs: 10}.
        space: Search space: keys of the base with distributions, such as log_uniform(1e-4, 1e-1), or expressions.
        search: Search algorithm, which proposes the trials.
        objective: Objective of the search.
        budget: Budget of the sweep.
        execution: Execution of the trials.
        final: Final training of the best configuration, with a single evaluation on the test set; null = none.
    """

    name: ExperimentName = "sweep"
    base: str = Field(min_length=1)
    seed: NonNegativeInt = 0
    overrides: BaseOverrides = Field(default_factory=dict)
    space: SearchSpace
    search: Search = ComponentSpec("search", "random")
    objective: ObjectiveSection = Field(default_factory=ObjectiveSection)
    budget: Annotated[SweepBudget, SettingsField()] = Field(default_factory=SweepBudget)
    execution: Annotated[SweepExecution, SettingsField()] = Field(default_factory=SweepExecution)
    final: FinalSection | None = Field(default_factory=FinalSection)

    @field_validator("execution")
    @classmethod
    def _check_seeds(cls, execution: SweepExecution, info: ValidationInfo) -> SweepExecution:
        trials = info.data["budget"].trials if "budget" in info.data else None
        if trials is not None and trials < execution.seeds:
            message = f"expected at most {trials}, the number of trials in the budget, got {execution.seeds}"
            raise validation_error([Mistake(("seeds",), message, "out_of_range")])
        return execution
