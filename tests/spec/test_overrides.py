from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlcli.core import ConfigError, InvalidConfigError
from dlcli.spec import ComponentSpec, Override, Place, Spec, format_path, spec_from_text

Check = Callable[..., Spec]


def failures(text: str, overrides: Sequence[str] | Mapping[str, Any]) -> list[ConfigError]:
    with pytest.raises(InvalidConfigError) as caught:
        spec_from_text(text, file="config.yaml", overrides=overrides)
    return list(caught.value.problems)


@pytest.mark.parametrize(
    ("override", "key", "value"),
    [
        ("seed=3", ("seed",), 3),
        ("optimizer.learning_rate=1e-2", ("optimizer", "learning_rate"), 0.01),
        ("optimizer.beta1 = 0.5", ("optimizer", "beta1"), 0.5),
        ("model.hidden_units=[8]", ("model", "hidden_units"), [8]),
        ("model.hidden_units[0]=8", ("model", "hidden_units"), [8, 32]),
        ("model.hidden_units[-1]=8", ("model", "hidden_units"), [64, 8]),
        ("model.hidden_units+=8", ("model", "hidden_units"), [64, 32, 8]),
        ("model.hidden_units+=[8, 4]", ("model", "hidden_units"), [64, 32, 8, 4]),
        ("training={epochs: 3}", ("training", "batch_size"), 64),
        ("training.checkpoint.keep=5", ("training", "checkpoint", "keep"), 5),
        ("regularization.early_stopping=null", ("regularization", "early_stopping"), None),
        ("regularization.early_stopping=", ("regularization", "early_stopping"), None),
        ("training.weight_average.decay=0.9", ("training", "weight_average"), {"decay": 0.9}),
        ("evaluation.satisfice.latency_ms=<= 7", ("evaluation", "satisfice"), {"latency_ms": "<= 7"}),
        ('evaluation.satisfice.dev/recall=">= 0.9"', ("evaluation", "satisfice", "dev/recall"), ">= 0.9"),
        ("evaluation.metrics[1].beta=3", ("evaluation", "metrics", 1, "beta"), 3.0),
        ("evaluation.optimize=dev/loss", ("evaluation", "optimize"), "dev/loss"),
        ("name=no", ("name",), "no"),
    ],
)
def test_set(check: Check, good: str, override: str, key: tuple[str | int, ...], value: Any) -> None:
    result: Any = check(good, override).resolved()
    for step in key:
        result = result[step]
    assert result == value


def test_overrides_are_applied_in_their_order(check: Check, good: str) -> None:
    overrides = ("training.epochs=3", "training.epochs=4", "training.gradient_clipping.max_value=1")
    spec = check(good, *overrides)
    assert spec.training.epochs == 4
    assert spec.training.gradient_clipping is not None
    assert spec.training.gradient_clipping.max_norm == 5.0
    assert spec.overrides == overrides


def test_a_component_is_replaced_with_its_options(check: Check, good: str) -> None:
    assert check(good, "optimizer={name: sgd, learning_rate: 0.5}").optimizer.name == "sgd"
    assert check(good, "optimizer=adam").optimizer.options["schedule"] is None


def test_a_new_name_keeps_the_options(check: Check, good: str) -> None:
    sgd = check(good, "optimizer.name=sgd").optimizer
    assert sgd.options["schedule"] == ComponentSpec("schedule", "inverse_time", {"decay_rate": 0.01})
    assert sgd.options["learning_rate"] == 0.001


def test_a_new_name_with_options_of_another_component_has_a_hint(good: str) -> None:
    text = good.replace("learning_rate: 1e-3", "learning_rate: 1e-3, beta1: 0.8")
    [error] = failures(text, ["optimizer.name=sgd"])
    assert (error.file, error.line, error.column, error.key) == ("config.yaml", 12, 46, "optimizer.beta1")
    assert error.code == "unknown_key"
    assert "as a whole" in error.message


def test_a_new_name_of_the_experiment_has_no_such_hint(good: str) -> None:
    [error] = failures(good + "trainig: {}\n", ["name=other"])  # codespell:ignore trainig
    assert "as a whole" not in error.message


def test_options_can_be_added_to_a_name(check: Check, good: str) -> None:
    assert check(good, "data.normalize.per=channel").data.normalize.options == {"per": "channel"}
    assert check(good, "task.name=classification").task == ComponentSpec("task", "classification", {"loss": None})


def test_layers(check: Check, layered: str) -> None:
    layers = check(
        layered, "model.layers[0].linear.units=5", "model.layers[2].relu.name=stem", "model.layers[4]=relu"
    ).model.layers
    assert layers is not None
    assert (layers[0].layer.options["units"], layers[2].name, layers[4].layer.name) == (5, "stem", "relu")


def test_a_name_can_be_added_to_a_layer(check: Check, layered: str) -> None:
    layers = check(layered, "model.layers[1].batch_norm.name=norm").model.layers
    assert layers is not None
    assert layers[1].name == "norm"


def test_an_omitted_list_is_empty_before_appending(check: Check, layered: str) -> None:
    metrics = check(layered, "evaluation.metrics+=accuracy", "evaluation.metrics+=f_score").evaluation.metrics
    assert [metric.name for metric in metrics] == ["accuracy", "f_score"]


@pytest.mark.parametrize(
    ("override", "key", "code", "words"),
    [
        ("optimizer.learning_rate=abc", "optimizer.learning_rate", "wrong_type", "got 'abc'"),
        ("optimizer.learning_rat=1", "optimizer.learning_rat", "unknown_key", "did you mean learning_rate?"),
        ("optimiser.learning_rate=1", "optimiser", "unknown_key", "did you mean optimizer?"),
        ("epochs=3", "epochs", "unknown_key", "did you mean training.epochs?"),
        ("training.epochs={a: 1}", "training.epochs", "wrong_type", "got a mapping"),
        ("seed.x=3", "seed", "wrong_type", "got a mapping"),
        ("model.hidden_units[2]=3", "model.hidden_units[2]", "out_of_range", "2 items"),
        ("model.hidden_units[-3]=3", "model.hidden_units[-3]", "out_of_range", "2 items"),
        ("model.hidden_units.x=3", "model.hidden_units.x", "wrong_type", "model.hidden_units[0]"),
        ("training[0]=3", "training[0]", "wrong_type", "list"),
        ("training.epochs[0]=3", "training.epochs[0]", "wrong_type", "list"),
        ("training.epochs+=3", "training.epochs", "wrong_type", "+="),
        ("model.hidden_units+=x", "model.hidden_units[2]", "wrong_type", "got 'x'"),
        ("training=null", "training", "wrong_type", "got null"),
    ],
)
def test_mistakes_are_located_at_the_override(good: str, override: str, key: str, code: str, words: str) -> None:
    [error] = failures(good, [override])
    assert (error.file, error.line, error.key, error.code) == (f"--set {override}", None, key, code)
    assert words in error.message


def test_a_sum_is_located_at_the_section(good: str) -> None:
    [error] = failures(good, ["data.split.test=0.3"])
    assert (error.file, error.line, error.column, error.key) == ("config.yaml", 5, 3, "data.split")
    assert "got 1.1" in error.message


@pytest.mark.parametrize(
    ("override", "code", "words"),
    [
        ("seed", "usage", "KEY=VALUE"),
        ("=3", "usage", "KEY=VALUE"),
        ("", "usage", "KEY=VALUE"),
        ("a..b=3", "syntax_error", "'a..b'"),
        ("a[x]=3", "syntax_error", "'a[x]'"),
        ("seed=[1", "syntax_error", "YAML"),
        ("seed={a: 1, a: 2}", "syntax_error", "duplicate"),
    ],
)
def test_overrides_that_cannot_be_parsed(good: str, override: str, code: str, words: str) -> None:
    [error] = failures(good, [override])
    assert (error.file, error.key, error.code) == (f"--set {override}", None, code)
    assert words in error.message


def test_mistakes_of_the_file_and_of_overrides_are_reported_together(good: str) -> None:
    errors = failures(good.replace("seed: 7", "seed: x"), ["training.epochs=0", "nonsense"])
    assert [(error.file, error.key) for error in errors] == [
        ("config.yaml", "seed"),
        ("--set nonsense", None),
        ("--set training.epochs=0", "training.epochs"),
    ]


def test_an_override_can_repair_a_mistake_of_the_file(check: Check, good: str) -> None:
    assert check(good.replace("seed: 7", "seed: x"), "seed=3").seed == 3


def test_python_values(good: str) -> None:
    overrides = {
        "optimizer.learning_rate": np.float64(0.5),
        "model.hidden_units": np.array([8, 4]),
        "evaluation.metrics": ("accuracy",),
        "data.path": Path("/data"),
        "training.epochs": 3,
        "task": {"name": "classification"},
    }
    spec = spec_from_text(good, file="config.yaml", overrides=overrides)
    assert spec.optimizer.options["learning_rate"] == 0.5
    assert spec.model.architecture is not None
    assert spec.model.architecture.options["hidden_units"] == [8, 4]
    assert (spec.data.path, spec.training.epochs) == ("/data", 3)
    assert spec.overrides[:2] == ("optimizer.learning_rate=0.5", "model.hidden_units=[8, 4]")


@pytest.mark.parametrize(
    ("overrides", "key", "code", "words"),
    [
        ({"seed": "x"}, "seed", "wrong_type", "got 'x'"),
        ({"seed": object()}, None, "syntax_error", "object"),
        ({"training": {3: 4}}, None, "syntax_error", "keys"),
        ({"a..b": 3}, None, "syntax_error", "'a..b'"),
        ({"": {}}, None, "usage", "key"),
    ],
)
def test_mistakes_in_python_values(
    good: str, overrides: Mapping[str, Any], key: str | None, code: str, words: str
) -> None:
    [error] = failures(good, overrides)
    assert (error.file, error.key, error.code) == (f"overrides[{next(iter(overrides))!r}]", key, code)
    assert words in error.message


def test_the_recorded_overrides_result_in_the_same_spec(check: Check, good: str) -> None:
    spec = spec_from_text(good, file="config.yaml", overrides={"name": "1e-3", "training": {"epochs": 3}})
    assert check(good, *spec.overrides) == spec


def test_override_objects_have_their_own_places(check: Check, good: str) -> None:
    place = Place("sweep.yaml", 4, 28)
    rate = Override(("optimizer", "learning_rate"), 0.5, False, place)
    metrics = Override(("evaluation", "metrics"), ["accuracy"], True, place)
    spec = spec_from_text(good, file="config.yaml", overrides=["training.epochs=3", rate, metrics])
    assert spec.overrides == ("training.epochs=3", "optimizer.learning_rate=0.5", "evaluation.metrics+=[accuracy]")
    for path, value in ((("optimizer", "learning_rate"), -1), (("model", "hidden_units", 7), 3)):
        with pytest.raises(InvalidConfigError) as caught:
            spec_from_text(good, file="config.yaml", overrides=[Override(path, value, False, place)])
        error = caught.value
        assert (error.file, error.line, error.column, error.key) == ("sweep.yaml", 4, 28, format_path(path))
        assert error.code == "out_of_range"


def test_relative_paths_start_at_the_file_of_the_override(good: str, tmp_path: Path) -> None:
    override = Override(("data", "path"), "shared", False, Place(str(tmp_path / "sweeps/one.yaml"), 4, 28))
    spec = spec_from_text(good, file="config.yaml", overrides=[override])
    assert spec.data.path == str(tmp_path / "sweeps/shared")


def test_the_value_of_an_override_is_not_changed_by_later_ones(good: str) -> None:
    adam = {"name": "adam"}
    overrides = {"optimizer": adam, "optimizer.beta1": 0.5}
    assert spec_from_text(good, file="config.yaml", overrides=overrides).optimizer.options["beta1"] == 0.5
    assert adam == {"name": "adam"}
