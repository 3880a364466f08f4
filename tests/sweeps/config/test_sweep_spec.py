"""Checked sweeps and the configs of their trials."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dlcli.core import Bound, InvalidConfigError
from dlcli.sweeps import SweepSpec

Load = Callable[..., SweepSpec]


def test_base_has_overrides_and_objective(load: Load, good_sweep: str) -> None:
    base = load(good_sweep).base_spec()
    assert (base.training.epochs, base.training.batch_size, base.seed) == (10, 64, 7)
    assert base.evaluation.optimize == "dev/loss"
    assert base.evaluation.satisfice == {"latency_ms": Bound("<=", 3)}


def test_default_objective_is_that_of_base(load: Load) -> None:
    base = load("base: base.yaml\nspace: {training.batch_size: [32]}").base_spec()
    assert base.evaluation.optimize == "dev/error"
    assert base.evaluation.satisfice == {"latency_ms": Bound("<=", 5)}


def test_constraints_replace_those_of_base(load: Load) -> None:
    text = "base: base.yaml\nspace: {training.batch_size: [32]}\nobjective: {satisfice: {dev/recall: '> 0.5'}}"
    assert load(text).base_spec().evaluation.satisfice == {"dev/recall": Bound(">", 0.5)}
    assert load(text.replace("{dev/recall: '> 0.5'}", "{}")).base_spec().evaluation.satisfice == {}


def test_trial_spec_has_values(load: Load, good_sweep: str) -> None:
    spec = load(good_sweep)
    values = {
        "optimizer.name": "adam",
        "optimizer.beta1": 0.95,
        "optimizer.learning_rate": 0.5,
        "depth": 2,
        "width": 20,
        "model.hidden_units": [20, 20],
    }
    trial = spec.trial_spec(values)
    assert trial.optimizer.options["beta1"] == 0.95
    assert trial.optimizer.options["learning_rate"] == 0.5
    assert trial.model.architecture is not None
    assert trial.model.architecture.options["hidden_units"] == [20, 20]
    assert (trial.training.epochs, trial.training.batch_size, trial.seed) == (10, 64, 7)
    assert trial.file == spec.base_file
    assert spec.base_spec().optimizer.options["learning_rate"] == 0.001  # the base is not changed


def test_container_is_set_before_its_elements(load: Load) -> None:
    text = "base: base.yaml\nspace: {optimizer.beta1: [0.5], optimizer: [adam, {name: adam, epsilon: 1.0}]}"
    spec, optimizer_value = load(text), {"name": "adam", "epsilon": 1.0}
    optimizer = spec.trial_spec({"optimizer.beta1": 0.5, "optimizer": optimizer_value}).optimizer
    assert (optimizer.options["beta1"], optimizer.options["epsilon"]) == (0.5, 1.0)
    assert optimizer_value == {"name": "adam", "epsilon": 1.0}  # not changed by the trial


def test_seed_offset_is_added_to_seed_of_base(load: Load, good_sweep: str) -> None:
    spec = load(good_sweep)
    assert [spec.trial_spec({}, seed_offset=offset).seed for offset in (0, 1, 2)] == [7, 8, 9]
    assert load(good_sweep, overrides=["seed=3"]).trial_spec({}, seed_offset=2).seed == 5
    searched = load("base: base.yaml\nspace: {seed: [1, 2]}")
    assert searched.trial_spec({"seed": 2}, seed_offset=10).seed == 12


def test_mistakes_of_trial_are_located_at_parameters(load: Load, good_sweep: str) -> None:
    spec = load(good_sweep)
    with pytest.raises(InvalidConfigError) as caught:
        spec.trial_spec({"optimizer.learning_rate": -1.0, "optimizer.name": "adma", "training.batch_size": 0})
    assert [str(problem).split(": ")[0] for problem in caught.value.problems] == [
        "sweep.yaml:5:19 optimizer.name",
        "sweep.yaml:10:3 training.batch_size",
    ]
    with pytest.raises(InvalidConfigError) as caught:
        spec.trial_spec({"optimizer.learning_rate": -1.0})
    [problem] = caught.value.problems
    assert (problem.file, problem.line, problem.column) == ("sweep.yaml", 4, 28)
    assert (problem.key, problem.code) == ("optimizer.learning_rate", "out_of_range")


def test_locate(load: Load, good_sweep: str) -> None:
    spec = load(good_sweep)
    assert spec.locate("space.optimizer.name") == {
        "file": "sweep.yaml",
        "line": 5,
        "column": 19,
        "key": "space.optimizer.name",
    }
    places = [
        (spec.locate(key)["line"], spec.locate(key)["column"])
        for key in ("overrides.training.epochs", "search.stages", "budget.minutes", "execution.pruning", "final.seeds")
    ]
    assert places == [(2, 30), (11, 40), (13, 1), (14, 34), (15, 16)]
    assert spec.locate_option("optimizer.learning_rate", "high")["column"] == 28 + len("log_uniform(1e-4, ")


def test_resolved_loads_back_equal(load: Load, good_sweep: str) -> None:
    spec = load(good_sweep)
    resolved = spec.resolved()
    assert resolved["space"]["model.hidden_units"] == "[width] * depth"
    assert resolved["budget"] == {"trials": 12, "epochs": None, "minutes": None}
    assert load(spec.to_yaml()) == spec
    assert load(good_sweep.replace("stages: 3", "stages: 4")) != spec
    assert load(good_sweep.replace("int_uniform(1, 3)", "int_uniform(1, 4)")) != spec
    assert spec != resolved
