from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from dlcli.core import NODE_NAME, ConfigError
from dlcli.spec import Spec, spec_from_text

Check = Callable[..., Spec]


def numbers(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, exclude_min=True, exclude_max=True)


RATES = st.just(0) | numbers(0, 1)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufeff"), max_size=8)
SCHEDULES = (
    st.none() | st.just("constant") | st.fixed_dictionaries({"name": st.just("inverse_time"), "decay_rate": RATES})
)
INITIALIZERS = st.sampled_from(["normal", "he_normal"]) | st.fixed_dictionaries(
    {"name": st.just("normal"), "std": numbers(0, 9)}
)
OPTIMIZERS = st.just("adam") | st.fixed_dictionaries(
    {"name": st.just("adam")}, optional={"learning_rate": numbers(0, 1e300), "beta1": RATES, "schedule": SCHEDULES}
)
LAYERS = st.lists(
    st.sampled_from(["relu", "batch_norm", "dropout"])
    | st.fixed_dictionaries(
        {
            "linear": st.fixed_dictionaries(
                {"units": st.integers(1, 10**9)},
                optional={"initializer": INITIALIZERS, "inputs": st.lists(TEXTS, min_size=1) | TEXTS},
            )
        }
    ),
    min_size=1,
    max_size=4,
)
OUTPUTS = st.none() | TEXTS | st.dictionaries(st.from_regex(NODE_NAME, fullmatch=True), TEXTS, min_size=1, max_size=3)
MODELS = st.fixed_dictionaries({"layers": LAYERS}, optional={"output": OUTPUTS}) | st.fixed_dictionaries(
    {"architecture": st.just("mlp"), "hidden_units": st.lists(st.integers(1, 99))},
    optional={"initializer": INITIALIZERS, "activation": st.sampled_from(["relu", "tanh"])},
)
DATASETS = st.sampled_from(["digits", {"name": "iris"}]) | st.fixed_dictionaries(
    {"format": st.just("csv"), "path": TEXTS, "target": TEXTS}, optional={"columns": st.lists(TEXTS)}
)
CONFIGS = st.fixed_dictionaries(
    {
        "data": st.fixed_dictionaries(
            {"dataset": DATASETS},
            optional={
                "split": st.sampled_from([{}, {"dev": 0.1, "test": 0.2}, {"train": 0.98, "dev": 0.02}]),
                "path": TEXTS,
            },
        ),
        "model": MODELS,
        "optimizer": OPTIMIZERS,
    },
    optional={
        "name": st.from_regex(r"[A-Za-z0-9._-]+", fullmatch=True),
        "seed": st.integers(0, 2**70),
        "training": st.fixed_dictionaries(
            {}, optional={"batch_size": st.just("full") | st.integers(1, 99), "shuffle": st.booleans()}
        ),
        "regularization": st.fixed_dictionaries(
            {}, optional={"l2": st.floats(0, 1e300), "early_stopping": st.none() | st.just({"metric": "dev/error"})}
        ),
        "evaluation": st.fixed_dictionaries(
            {},
            optional={
                "metrics": st.lists(st.sampled_from(["accuracy", {"name": "f_score", "beta": 0.1}])),
                "satisfice": st.dictionaries(st.sampled_from(["latency_ms", "dev/recall"]), st.just("<= 0.1")),
                "human_error": st.none() | st.floats(0, 1),
            },
        ),
    },
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(config=CONFIGS)
def test_a_resolved_config_loads_to_an_equal_spec(config: dict[str, Any]) -> None:
    spec = Spec.model_validate(config)
    text = spec.to_yaml()
    again = spec_from_text(text, file="elsewhere/config.resolved.yaml")
    assert again.model_copy(update={"data": spec.data}) == spec
    assert again.data.model_copy(update={"path": spec.data.path}) == spec.data
    third = spec_from_text(again.to_yaml(), file="third.yaml")
    assert third == again
    assert third.to_yaml() == again.to_yaml()


def test_resolved_is_complete_and_in_the_order_of_the_schema(check: Check) -> None:
    resolved = check("optimizer: adam\nmodel: {architecture: logistic}\ndata: {dataset: digits}\n").resolved()
    assert list(resolved) == list(Spec.model_fields)
    assert resolved["training"]["checkpoint"] == {"every_epochs": 1, "every_steps": None, "keep": 2}
    assert resolved["data"]["normalize"] == {"name": "standard", "per": "feature"}
    assert resolved["optimizer"]["beta2"] == 0.999


@pytest.mark.parametrize("text", ["good", "layered"])
def test_specs_are_equal_if_their_values_are(check: Check, request: pytest.FixtureRequest, text: str) -> None:
    spec = check(request.getfixturevalue(text))
    assert spec == spec_from_text(spec.to_yaml(), file="runs/x/resolved.yaml")
    assert spec != check(request.getfixturevalue(text), "seed=99")
    assert spec != "spec"


def test_a_spec_cannot_be_changed(check: Check, good: str) -> None:
    spec = check(good)
    with pytest.raises(ValidationError, match="frozen"):
        spec.seed = 3
    with pytest.raises(FrozenInstanceError):
        spec.training.epochs = 3  # type: ignore[misc]  # that is what is tested


@pytest.mark.parametrize(
    ("key", "place"),
    [
        ("seed", (2, 7)),
        ("optimizer.schedule.decay_rate", (12, 89)),
        ("model.hidden_units[1]", (9, 22)),
        ("model.hidden_units", (9, 3)),
        ("model.hidden_units[7]", (9, 3)),
        ("training.checkpoint.keep", (17, 1)),
        ("data.split.group_by", (5, 3)),
        ("teapot.lid", (1, 1)),
        ("", (1, 1)),
    ],
)
def test_locate_falls_back_to_the_nearest_parent(check: Check, good: str, key: str, place: tuple[int, int]) -> None:
    located = check(good).locate(key)
    assert located == {"file": "config.yaml", "line": place[0], "column": place[1], "key": key}
    assert str(ConfigError("wrong", **located)).startswith(f"config.yaml:{place[0]}:{place[1]}")


def test_locate_layers(check: Check, layered: str) -> None:
    spec = check(layered)
    assert spec.locate("model.layers[2]")["line"] == 6
    assert spec.locate("model.layers[4].inputs")["line"] == 8
    assert spec.locate("model.layers[4].add")["column"] == 7


def test_locate_an_overridden_value(check: Check, good: str) -> None:
    override = "data.split={train: 0.9, dev: 0.1}"
    assert check(good, override).locate("data.split.dev") == {
        "file": f"--set {override}",
        "line": None,
        "column": None,
        "key": "data.split.dev",
    }
