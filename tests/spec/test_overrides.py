from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlcli.core import InvalidConfigError
from dlcli.spec import ComponentSpec, Override, Place, Spec, spec_from_text

Check = Callable[..., Spec]


def failure(text: str, overrides: Sequence[str] | Mapping[str, Any]) -> str:
    with pytest.raises(InvalidConfigError) as caught:
        spec_from_text(text, file="config.yaml", overrides=overrides)
    return str(caught.value)


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
    found: Any = check(good, override).resolved()
    for step in key:
        found = found[step]
    assert found == value


def test_later_overrides_win_and_earlier_sections_stay(check: Check, good: str) -> None:
    spec = check(good, "training.epochs=3", "training.epochs=4", "training.gradient_clipping.max_value=1")
    assert spec.training.epochs == 4
    assert spec.training.gradient_clipping is not None
    assert spec.training.gradient_clipping.max_norm == 5.0
    assert spec.overrides == ("training.epochs=3", "training.epochs=4", "training.gradient_clipping.max_value=1")


def test_a_component_is_replaced_with_its_options(check: Check, good: str) -> None:
    assert check(good, "optimizer={name: sgd, learning_rate: 0.5}").optimizer.name == "sgd"
    assert check(good, "optimizer=adam").optimizer.options["schedule"] is None


def test_a_new_name_keeps_the_options(check: Check, good: str) -> None:
    sgd = check(good, "optimizer.name=sgd").optimizer
    assert sgd.options["schedule"] == ComponentSpec("schedule", "inverse_time", {"decay_rate": 0.01})
    assert sgd.options["learning_rate"] == 0.001


def test_kept_options_that_the_new_component_lacks_are_explained(good: str) -> None:
    text = good.replace("learning_rate: 1e-3", "learning_rate: 1e-3, beta1: 0.8")
    assert failure(text, ["optimizer.name=sgd"]) == (
        "config.yaml:12:46 optimizer.beta1: unknown key; expected one of these: (learning_rate, nesterov, schedule); "
        "the file's options are kept under a new name; set optimizer as a whole to drop them"
    )


def test_a_new_name_of_the_experiment_is_no_new_component(good: str) -> None:
    assert "kept under" not in failure(good + "trainig: {}\n", ["name=other"])  # codespell:ignore trainig


def test_a_bare_name_takes_options(check: Check, good: str) -> None:
    assert check(good, "data.normalize.per=channel").data.normalize.options == {"per": "channel"}
    assert check(good, "task.name=classification").task == ComponentSpec("task", "classification", {"loss": None})


def test_layers(check: Check, layered: str) -> None:
    layers = check(
        layered, "model.layers[0].linear.units=5", "model.layers[2].relu.name=stem", "model.layers[4]=relu"
    ).model.layers
    assert layers is not None
    assert (layers[0].layer.options["units"], layers[2].name, layers[4].layer.name) == (5, "stem", "relu")


def test_a_bare_layer_takes_a_name(check: Check, layered: str) -> None:
    layers = check(layered, "model.layers[1].batch_norm.name=norm").model.layers
    assert layers is not None
    assert layers[1].name == "norm"


def test_a_list_that_the_file_leaves_out_begins_empty(check: Check, layered: str) -> None:
    metrics = check(layered, "evaluation.metrics+=accuracy", "evaluation.metrics+=f_score").evaluation.metrics
    assert [metric.name for metric in metrics] == ["accuracy", "f_score"]


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("optimizer.learning_rate=abc", "optimizer.learning_rate: expected a number greater than 0, got 'abc'"),
        ("optimizer.learning_rat=1", "optimizer.learning_rat: unknown key; did you mean learning_rate?"),
        ("optimiser.learning_rate=1", "optimiser: unknown key; did you mean optimizer?"),
        ("epochs=3", "epochs: unknown key; "),
        ("training.epochs={a: 1}", "training.epochs: expected an integer greater than 0, got a mapping"),
        ("seed.x=3", "seed: expected an integer at least 0, got a mapping"),
        ("model.hidden_units[2]=3", "model.hidden_units[2]: model.hidden_units has 2 items; there is no [2]"),
        ("model.hidden_units[-3]=3", "model.hidden_units[-3]: model.hidden_units has 2 items; there is no [-3]"),
        (
            "model.hidden_units.x=3",
            "model.hidden_units.x: model.hidden_units is a list; its items are model.hidden_units[0]",
        ),
        ("training[0]=3", "training[0]: training is not a list"),
        ("training.epochs[0]=3", "training.epochs[0]: training.epochs is not a list"),
        ("training.epochs+=3", "training.epochs: training.epochs is not a list; += adds to lists"),
        ("model.hidden_units+=x", "model.hidden_units[2]: expected an integer greater than 0, got 'x'"),
        ("training=null", "training: expected a mapping of keys, got null"),
        ("data.split.test=0.3", "data.split: the shares sum to 1.1"),
    ],
)
def test_mistakes_are_located_at_the_override(good: str, override: str, message: str) -> None:
    [line] = failure(good, [override]).splitlines()
    place = "config.yaml:5:3" if override.startswith("data.split") else f"--set {override}"
    assert line.startswith(f"{place} {message}")


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("seed", "expected KEY=VALUE, such as optimizer.learning_rate=1e-2"),
        ("=3", "expected KEY=VALUE, such as optimizer.learning_rate=1e-2"),
        ("", "expected KEY=VALUE, such as optimizer.learning_rate=1e-2"),
        ("a..b=3", "'a..b' is not a path such as model.layers[0].linear.units"),
        ("a[x]=3", "'a[x]' is not a path such as model.layers[0].linear.units"),
        ("seed=[1", "the value is not YAML: this [ is not closed (or a comma is missing before line 2)"),
        ("seed={a: 1, a: 2}", "the value is not YAML: duplicate key; it is already on line 1"),
    ],
)
def test_overrides_that_cannot_be_read(good: str, override: str, message: str) -> None:
    assert failure(good, [override]) == f"--set {override}: {message}"


def test_mistakes_of_the_file_and_of_overrides_come_together(good: str) -> None:
    lines = failure(good.replace("seed: 7", "seed: x"), ["training.epochs=0", "nonsense"]).splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "config.yaml",
        "--set nonsense",
        "--set training.epochs=0 training.epochs",
    ]


def test_an_overridden_mistake_of_the_file_is_none(check: Check, good: str) -> None:
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
    ("overrides", "message"),
    [
        ({"seed": "x"}, "overrides['seed'] seed: expected an integer at least 0, got 'x'"),
        ({"seed": object()}, "overrides['seed']: expected plain data, got object"),
        ({"training": {3: 4}}, "overrides['training']: the keys of a mapping are texts"),
        ({"a..b": 3}, "overrides['a..b']: 'a..b' is not a path such as model.layers[0].linear.units"),
        ({"": {}}, "overrides['']: expected a key, such as optimizer.learning_rate"),
    ],
)
def test_python_mistakes(good: str, overrides: Mapping[str, Any], message: str) -> None:
    assert failure(good, overrides) == message


def test_the_recorded_overrides_give_the_same_spec_again(check: Check, good: str) -> None:
    spec = spec_from_text(good, file="config.yaml", overrides={"name": "1e-3", "training": {"epochs": 3}})
    assert check(good, *spec.overrides) == spec


def test_ready_overrides_are_located_where_they_were_written(check: Check, good: str) -> None:
    place = Place("sweep.yaml", 4, 28)
    rate = Override(("optimizer", "learning_rate"), 0.5, False, place)
    metrics = Override(("evaluation", "metrics"), ["accuracy"], True, place)
    spec = spec_from_text(good, file="config.yaml", overrides=["training.epochs=3", rate, metrics])
    assert spec.overrides == ("training.epochs=3", "optimizer.learning_rate=0.5", "evaluation.metrics+=[accuracy]")
    wrong = Override(("optimizer", "learning_rate"), -1, False, place)
    with pytest.raises(InvalidConfigError) as caught:
        spec_from_text(good, file="config.yaml", overrides=[wrong])
    assert str(caught.value) == ("sweep.yaml:4:28 optimizer.learning_rate: expected a number greater than 0, got -1")
    nowhere = Override(("model", "hidden_units", 7), 3, False, place)
    with pytest.raises(InvalidConfigError, match=r"^sweep.yaml:4:28 model.hidden_units\[7\]: .* has 2 items"):
        spec_from_text(good, file="config.yaml", overrides=[nowhere])


def test_relative_paths_start_from_the_file_that_an_override_was_written_in(good: str, tmp_path: Path) -> None:
    override = Override(("data", "path"), "shared", False, Place(str(tmp_path / "sweeps/one.yaml"), 4, 28))
    spec = spec_from_text(good, file="config.yaml", overrides=[override])
    assert spec.data.path == str(tmp_path / "sweeps/shared")


def test_the_value_of_an_override_is_not_changed_by_later_ones(good: str) -> None:
    chosen = {"name": "adam"}
    overrides = {"optimizer": chosen, "optimizer.beta1": 0.5}
    assert spec_from_text(good, file="config.yaml", overrides=overrides).optimizer.options["beta1"] == 0.5
    assert chosen == {"name": "adam"}
