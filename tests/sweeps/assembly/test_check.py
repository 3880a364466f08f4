"""Checks of sweeps before training."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dlcli.core import ConfigError, DlcliError, InvalidConfigError, rng
from dlcli.sweeps import SweepSpec, load_sweep
from dlcli.sweeps.assembly import build_space, check_space, check_sweep

Sweep = Callable[[str], SweepSpec]
SWEEPS = sorted((Path(__file__).parents[2] / "configs/sweeps").glob("*.yaml"))

VALID = """\
overrides: {optimizer: adam}
space:
  optimizer.learning_rate: log_uniform(1e-4, 1e-1)
  optimizer.name: choice(adam, momentum)
  optimizer.beta1: one_minus_log_uniform(0.5, 0.99) when optimizer.name == adam
  optimizer.beta: one_minus_log_uniform(0.5, 0.99) when optimizer.name == momentum
  depth: int_uniform(1, 3)
  width: int_log_uniform(4, 64)
  model.hidden_units: "[width] * depth"
  training.batch_size: [16, full]
"""


def problems(spec: SweepSpec) -> list[ConfigError]:
    with pytest.raises(ConfigError) as caught:
        check_sweep(spec)
    assert caught.value.exit_code == 2
    return caught.value.problems if isinstance(caught.value, InvalidConfigError) else [caught.value]


def test_check_of_valid_sweep_is_fast(sweep: Sweep) -> None:
    spec = sweep(VALID)
    space = build_space(spec)
    started = time.process_time()
    check_space(spec, space)
    assert time.process_time() - started < 1  # 0.1 s measured
    check_sweep(spec)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(seed=st.integers(0, 2**32))
def test_every_point_of_valid_sweep_has_config(sweep: Sweep, seed: int) -> None:
    spec = sweep(VALID)
    space = build_space(spec)
    values = space.sample(rng.generator(seed, "test"))
    trial = spec.trial_spec(values)
    assert trial.optimizer.options["learning_rate"] == values["optimizer.learning_rate"]
    assert trial.model.architecture is not None
    assert trial.model.architecture.options["hidden_units"] == values["model.hidden_units"]
    assert trial == spec.trial_spec(space.config_values(values))


@pytest.mark.parametrize(
    ("space", "column", "key", "code", "words"),
    [
        ("optimizer.learning_rat: log_uniform(1e-4, 1e-1)", 27, "optimizer.learning_rat", "unknown_key", ["rate?"]),
        ("optimizers.learning_rate: log_uniform(1e-4, 1e-1)", 29, "optimizers", "unknown_key", ["optimizer?"]),
        ("training.epoch: int_uniform(1, 3)", 19, "training.epoch", "unknown_key", ["epochs?"]),
        ("optimizer.learning_rate: uniform(-1, 1)", 28, "optimizer.learning_rate", "out_of_range", []),
        ("training.epochs: uniform(1, 3)", 20, "training.epochs", "wrong_type", ["1.0"]),
        ("training.epochs: int_uniform(0, 3)", 20, "training.epochs", "out_of_range", ["0"]),
        ("regularization.dropout: uniform(0, 1)", 27, "regularization.dropout", "out_of_range", []),
        ("optimizer.name: choice(adam, adamm)", 19, "optimizer.name", "unknown_name", ["'adamm'", "adam?"]),
        (
            "model.activation: choice(relu, tahn)",  # codespell:ignore tahn
            21,
            "model.activation",
            "unknown_name",
            ["tanh"],
        ),
        ("model.hidden_units: [[8], 16]", 3, "model.hidden_units", "wrong_type", []),
        ("model.hidden_units[1]: int_uniform(4, 8)", 26, "model.hidden_units[1]", "out_of_range", []),
        (
            "evaluation.optimize: choice(dev/error, train_dev/error)",
            24,
            "evaluation.optimize",
            "unknown_name",
            ["train_dev/error"],
        ),
        (
            "data.split.test: uniform(0.1, 0.3)",
            20,
            "data.split",
            "invalid_value",
            ["0.9", "train 0.6, dev 0.2, test 0.1", "(base.yaml:1, where data.split.test is 0.1)"],
        ),
        (
            "optimizer.name: choice(adam, momentum)",
            19,
            "optimizer.beta1",
            "unknown_key",
            ["(beta, learning_rate, schedule)", '(base.yaml:3, where optimizer.name is "momentum")'],
        ),
    ],
)
def test_values_without_valid_config(
    sweep: Sweep, space: str, column: int, key: str, code: str, words: list[str]
) -> None:
    problem = problems(sweep(f"space:\n  {space}\n"))[0]
    assert (problem.file, problem.line, problem.column) == ("sweep.yaml", 3, column)
    assert (problem.key, problem.code) == (key, code)
    assert [word for word in words if word not in problem.message] == []


def test_all_mistakes_are_reported_once(sweep: Sweep) -> None:
    reported = problems(
        sweep("""\
space:
  optimizer.learning_rate: uniform(-2, -1)
  training.batch_size: [a, b, 32]
  seed: int_uniform(-9, -1)
""")
    )
    assert [(problem.line, problem.column) for problem in reported] == [(3, 28), (4, 3), (4, 3), (5, 9)]
    assert "'a'" in reported[1].message
    assert "'b'" in reported[2].message


def test_search_refuses_space(sweep: Sweep) -> None:
    space = "".join(f"  p{number}: uniform(0, 1)\n" for number in range(9))
    total = " + ".join(f"p{number}" for number in range(9))
    reported = problems(sweep(f"space:\n{space}  regularization.l2: {total}\nsearch: {{name: grid, points: 9}}\n"))
    assert (reported[0].file, reported[0].code) == ("sweep.yaml", "too_large")
    assert "100,000" in reported[0].message


@pytest.mark.parametrize("file", SWEEPS, ids=lambda file: file.stem)
def test_mutated_sweeps(file: Path, mutated: Callable[[str, int], str], tmp_path: Path) -> None:
    broken = tmp_path / "sweeps/broken.yaml"
    broken.parent.mkdir()
    for name in ("quickstart", "mlp_fashion_mnist", "logistic_breast_cancer"):
        (tmp_path / f"{name}.yaml").write_text((file.parents[1] / f"{name}.yaml").read_text())
    survived = 0
    for seed in range(30):
        broken.write_bytes(mutated(file.read_text(encoding="utf-8"), seed).encode(errors="surrogatepass"))
        try:
            check_sweep(load_sweep(broken))
        except DlcliError as error:
            assert error.exit_code == 2
            assert all(line.startswith(f"{tmp_path}/") for line in str(error).splitlines())
        else:
            survived += 1
    assert 0 < survived < 30
