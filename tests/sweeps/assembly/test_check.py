from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dlcli.core import ConfigError, DlcliError, rng
from dlcli.sweeps import SweepSpec, load_sweep
from dlcli.sweeps.assembly import build_space, check_space, check_sweep

Sweep = Callable[[str], SweepSpec]
SWEEPS = sorted((Path(__file__).parents[2] / "configs/sweeps").glob("*.yaml"))

SOUND = """\
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


def problems(spec: SweepSpec) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        check_sweep(spec)
    assert caught.value.exit_code == 2
    return str(caught.value).splitlines()


def test_a_sound_sweep_is_checked_within_a_second(sweep: Sweep) -> None:
    spec = sweep(SOUND)
    space = build_space(spec)
    started = time.perf_counter()
    check_space(spec, space)
    assert time.perf_counter() - started < 1  # 0.1 s measured
    check_sweep(spec)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(seed=st.integers(0, 2**32))
def test_every_point_of_a_sound_sweep_is_a_config(sweep: Sweep, seed: int) -> None:
    spec = sweep(SOUND)
    space = build_space(spec)
    values = space.sample(rng.generator(seed, "test"))
    trial = spec.trial_spec(values)
    assert trial.optimizer.options["learning_rate"] == values["optimizer.learning_rate"]
    assert trial.model.architecture is not None
    assert trial.model.architecture.options["hidden_units"] == values["model.hidden_units"]
    assert trial == spec.trial_spec(space.config_values(values))


@pytest.mark.parametrize(
    ("space", "message"),
    [
        (
            "optimizer.learning_rat: log_uniform(1e-4, 1e-1)",
            "3:27 optimizer.learning_rat: unknown key; did you mean learning_rate?",
        ),
        ("optimiser.learning_rate: log_uniform(1e-4, 1e-1)", "3:28 optimiser: unknown key; did you mean optimizer?"),
        ("training.epoch: int_uniform(1, 3)", "3:19 training.epoch: unknown key; did you mean epochs?"),
        ("optimizer.learning_rate: uniform(-1, 1)", "3:28 optimizer.learning_rate: expected a number greater than 0"),
        ("training.epochs: uniform(1, 3)", "3:20 training.epochs: expected an integer greater than 0, got 1.0"),
        ("training.epochs: int_uniform(0, 3)", "3:20 training.epochs: expected an integer greater than 0, got 0"),
        ("regularization.dropout: uniform(0, 1)", "3:27 regularization.dropout: expected a number at least 0 and less"),
        ("optimizer.name: choice(adam, adamm)", "3:19 optimizer.name: 'adamm': unknown optimizer; did you mean adam"),
        (
            "model.activation: choice(relu, tahn)",  # codespell:ignore tahn
            "3:21 model.activation: expected one of: relu,",
        ),
        ("model.hidden_units: [[8], 16]", "3:3 model.hidden_units: expected a list of integers"),
        ("model.hidden_units[1]: int_uniform(4, 8)", "3:26 model.hidden_units[1]: model.hidden_units has 1 items"),
        ("evaluation.optimize: choice(dev/error, train_dev/error)", "3:24 evaluation.optimize: train_dev/error: data."),
        (
            "data.split.test: uniform(0.1, 0.3)",
            "3:20 data.split: the shares sum to 0.9, expected 1 (train 0.6, dev 0.2, test 0.1) "
            "(base.yaml:1, where data.split.test is 0.1)",
        ),
        (
            "optimizer.name: choice(adam, momentum)",
            "3:19 optimizer.beta1: unknown key; did you mean beta? (beta, learning_rate, schedule); the file's options "
            "are kept under a new name; set optimizer as a whole to drop them "
            '(base.yaml:3, where optimizer.name is "momentum")',
        ),
    ],
)
def test_values_that_no_config_can_have(sweep: Sweep, space: str, message: str) -> None:
    found = problems(sweep(f"space:\n  {space}\n"))
    assert found[0].startswith(f"sweep.yaml:{message}"), found


def test_each_mistake_is_reported_once_and_all_together(sweep: Sweep) -> None:
    found = problems(
        sweep("""\
space:
  optimizer.learning_rate: uniform(-2, -1)
  training.batch_size: [a, b, 32]
  seed: int_uniform(-9, -1)
""")
    )
    assert [line.split(" ")[0] for line in found] == [
        "sweep.yaml:3:28",
        "sweep.yaml:4:3",
        "sweep.yaml:4:3",
        "sweep.yaml:5:9",
    ]
    assert "got 'a'" in found[1]
    assert "found 'b'" in found[2]


def test_a_search_may_refuse_the_space(sweep: Sweep) -> None:
    space = "".join(f"  p{number}: uniform(0, 1)\n" for number in range(9))
    total = " + ".join(f"p{number}" for number in range(9))
    found = problems(sweep(f"space:\n{space}  regularization.l2: {total}\nsearch: {{name: grid, points: 9}}\n"))
    assert found[0].startswith("sweep.yaml:")
    assert "100,000" in found[0]


@pytest.mark.parametrize("file", SWEEPS, ids=lambda file: file.stem)
def test_mutated_sweeps(file: Path, mutated: Callable[[str, int], str], tmp_path: Path) -> None:
    violated = tmp_path / "sweeps/broken.yaml"
    violated.parent.mkdir()
    for name in ("quickstart", "mlp_fashion_mnist", "logistic_breast_cancer"):
        (tmp_path / f"{name}.yaml").write_text((file.parents[1] / f"{name}.yaml").read_text())
    survived = 0
    for seed in range(30):
        violated.write_bytes(mutated(file.read_text(encoding="utf-8"), seed).encode(errors="surrogatepass"))
        try:
            check_sweep(load_sweep(violated))
        except DlcliError as error:
            assert error.exit_code == 2
            assert all(line.startswith(f"{tmp_path}/") for line in str(error).splitlines())
        else:
            survived += 1
    assert 0 < survived < 30
