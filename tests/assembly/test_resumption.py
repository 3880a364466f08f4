from __future__ import annotations

import copy
from typing import Any

import pytest

from dlcli.assembly import check_epochs_left, check_resumable
from dlcli.core import ConfigError, InvalidConfigError

CONFIG: dict[str, Any] = {
    "seed": 0,
    "optimizer": {"name": "adam", "learning_rate": 0.1},
    "model": {"architecture": "mlp", "hidden_units": [4]},
    "regularization": {"l2": 0.0, "early_stopping": {"metric": "dev/error", "patience": 5}},
    "training": {"epochs": 5, "batch_size": 64, "checkpoint": {"keep": 2}},
    "evaluation": {"metrics": [{"name": "accuracy"}]},
}


def changed(path: str, value: Any) -> dict[str, Any]:
    config = copy.deepcopy(CONFIG)
    *parents, key = path.split(".")
    section = config
    for parent in parents:
        section = section[parent]
    section[key] = value
    return config


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("training.epochs", 9),
        ("training.checkpoint.keep", 9),
        ("regularization.early_stopping.patience", 9),
        ("evaluation.metrics", [{"name": "macro_f1"}]),
        ("seed", 0),
    ],
)
def test_options_that_do_not_affect_finished_epochs_may_change(path: str, value: Any) -> None:
    check_resumable(CONFIG, changed(path, value))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("seed", 1),
        ("training.batch_size", 32),
        ("optimizer.learning_rate", 0.2),
        ("regularization.early_stopping.metric", "dev/loss"),
        ("model.hidden_units", [4, 4]),
    ],
)
def test_other_options_must_not_change(path: str, value: Any) -> None:
    with pytest.raises(InvalidConfigError) as caught:
        check_resumable(CONFIG, changed(path, value))
    assert [problem.key for problem in caught.value.problems] == [path]


def test_all_differences_are_reported() -> None:
    new = changed("optimizer.learning_rate", 0.2)
    new["seed"], new["training"]["epochs"] = 1, 9
    with pytest.raises(InvalidConfigError) as caught:
        check_resumable(CONFIG, new)
    seed, rate = caught.value.problems
    assert (seed.key, rate.key) == ("seed", "optimizer.learning_rate")
    assert {seed.code, rate.code} == {"changed_option"}
    assert all(value in rate.message for value in ("0.1", "0.2"))


def test_a_finished_run_needs_more_epochs() -> None:
    check_epochs_left(run="r", finished=4, epochs=5)
    with pytest.raises(ConfigError) as caught:
        check_epochs_left(run="r", finished=5, epochs=5)
    assert caught.value.key == "training.epochs"
