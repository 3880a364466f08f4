"""Synthetic outcomes of sweeps, without any training."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dlcli.core import Condition, Direction, Expression
from dlcli.search import (
    Choice,
    FinalOutcome,
    Importance,
    IntLogUniform,
    IntUniform,
    LogUniform,
    Objective,
    OneMinusLogUniform,
    Parameter,
    Region,
    Space,
    Stage,
    SweepOutcome,
    Trial,
    Uniform,
)

PARAMETERS = (
    Parameter("optimizer.learning_rate", LogUniform(low=1e-4, high=1e-1)),
    Parameter("optimizer.name", Choice(values=["momentum", "adam"])),
    Parameter(
        "optimizer.beta1",
        OneMinusLogUniform(low=0.8, high=0.99),
        condition=Condition.parse("optimizer.name == adam"),
    ),
    Parameter("depth", IntUniform(low=1, high=3), is_auxiliary=True),
    Parameter("width", IntLogUniform(low=16, high=256), is_auxiliary=True),
    Parameter("model.hidden_units", expression=Expression.parse("[width] * depth")),
    Parameter("regularization.dropout", Uniform(low=0, high=0.5)),
)
IMPORTANCES = (
    Importance("optimizer.learning_rate", 0.52, 0.38, 0.66),
    Importance("optimizer.name", 0.14, 0.05, 0.27),
    Importance("depth", 0.12, 0.06, 0.2),
    Importance("width", 0.05, 0.01, 0.11),
    Importance("regularization.dropout", 0.02, 0.0, 0.045),
    Importance("optimizer.beta1", 0.01, 0.0, 0.03),
)
#: Regions of three stages of a search.
REGIONS = (
    Region.whole(),
    Region({"optimizer.learning_rate": (0.35, 0.8), "width": (0.3, 1.0)}, {}),
    Region(
        {"optimizer.learning_rate": (0.45, 0.65), "width": (0.5, 0.95), "regularization.dropout": (0.1, 0.6)},
        {"optimizer.name": (1,)},
    ),
)


def synthetic_error(normalized: dict[str, float], noise: float) -> float:
    """Return an error with a valley along the learning rate and a slope along the width."""
    rate, width = normalized["optimizer.learning_rate"], normalized["width"]
    slow = 0.02 if "optimizer.beta1" in normalized else 0.035
    return slow + 0.35 * (rate - 0.55) ** 2 + 0.02 * (1 - width) ** 2 + abs(0.004 * noise)


def completed_trial(number: int, values: dict[str, Any], value: float, **fields: Any) -> Trial:
    history = tuple(value + 0.3 * 0.6**epoch for epoch in range(1, 11))
    defaults: dict[str, Any] = {
        "status": "done",
        "value": value,
        "history": history,
        "epochs": 10,
        "seconds": 3.0,
        "attempts": 1,
        "metrics": {"dev/error": value},
    }
    return Trial(number=number, values=values, **(defaults | fields))


def sampled_trial(space: Space, number: int, stage: int, generator: np.random.Generator) -> Trial:
    values = space.sample(generator, REGIONS[stage])
    normalized = space.normalized(values)
    value = synthetic_error(normalized, float(generator.normal()))
    trial = completed_trial(number, values, value, stage=stage)
    if normalized["optimizer.learning_rate"] > 0.88:
        reason = "the loss was not finite in epoch 2; linear_1 went first"
        return replace(trial, status="diverged", value=None, history=trial.history[:1], seconds=0.4, reason=reason)
    if number % 11 == 7:
        reason = "no memory for 'model.hidden_units' | 512 MiB"
        return replace(trial, status="failed", value=None, history=(), seconds=0.1, reason=reason)
    if value > 0.06 and number > 5:
        reason = "worse than the median of those before after 3 epochs"
        return replace(
            trial, status="pruned", value=trial.history[2], history=trial.history[:3], seconds=0.9, reason=reason
        )
    return trial


@pytest.fixture
def make_trial() -> Callable[..., Trial]:
    return completed_trial


@pytest.fixture
def space() -> Space:
    return Space(PARAMETERS)


@pytest.fixture
def make_outcome(space: Space) -> Callable[..., SweepOutcome]:
    def make(count: int = 40, **fields: Any) -> SweepOutcome:
        generator = np.random.default_rng(3)
        trials = [sampled_trial(space, number, 0, generator) for number in range(count)]
        defaults: dict[str, Any] = {
            "id": "20261122T101500Z-digits-search-3fa2c1",
            "name": "digits-search",
            "search": "random",
            "objective": Objective("dev/error", direction=Direction.MINIMIZE),
            "space": space,
            "trials": tuple(trials),
            "seconds": math.fsum(trial.seconds for trial in trials),
            "workers": 2,
            "pruning": "median",
            "importances": IMPORTANCES if len(fields.get("trials", trials)) >= 20 else (),
            "config": {"name": "digits-search"},
        }
        return SweepOutcome(**(defaults | fields))

    return make


@pytest.fixture
def outcome(make_outcome: Callable[..., SweepOutcome]) -> SweepOutcome:
    final = FinalOutcome(
        values=(0.0291, 0.0262, 0.0307),
        seeds=(0, 1, 2),
        runs=("final/seed-0", "final/seed-1", "final/seed-2"),
        chosen=1,
        test={"test/macro_f1": 0.968, "test/error": 0.0312},
        intervals={"test/error": (0.0185, 0.0518)},
    )
    return make_outcome(final=final)


@pytest.fixture
def staged(make_outcome: Callable[..., SweepOutcome], space: Space) -> SweepOutcome:
    """Coarse-to-fine search with three stages of 14 trials, the best of each with two more seeds."""
    generator = np.random.default_rng(5)
    trials: list[Trial] = []
    stages: list[Stage] = []
    for number, region in enumerate(REGIONS):
        first = len(trials)
        trials += [sampled_trial(space, first + k, number, generator) for k in range(12)]
        best = min((one for one in trials[first:] if one.status == "done"), key=lambda one: one.value or 0.0)
        assert best.value is not None
        for repeat in (1, 2):
            value = best.value + 0.0015 * repeat
            trials.append(completed_trial(len(trials), dict(best.values), value, repeat=repeat, stage=number))
        values = [one.value for one in trials if one.status == "done" and one.value is not None]
        gain = None if not stages else (stages[-1].best or 0.0) - min(values)
        stages.append(
            Stage(number, region, tuple(range(first, len(trials))), min(values), gain, 0.0015 if number else None)
        )
    return make_outcome(search="coarse_to_fine", trials=tuple(trials), stages=tuple(stages))
