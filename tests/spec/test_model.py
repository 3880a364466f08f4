from __future__ import annotations

from collections.abc import Callable

import pytest

from dlcli.core import InvalidConfigError
from dlcli.spec import ComponentSpec, LayerSpec, ModelSpec, Spec

Check = Callable[..., Spec]


def test_an_architecture_with_options(check: Check, good: str) -> None:
    options = {
        "hidden_units": [64, 32],
        "activation": "relu",
        "initializer": {"name": "he_normal"},
        "dropout_rate": 0.0,
    }
    assert check(good).model == ModelSpec(architecture=ComponentSpec("architecture", "mlp", options))


def test_an_architecture_without_options(check: Check) -> None:
    spec = check("data: {dataset: digits}\nmodel: {architecture: logistic}\noptimizer: adam\n")
    assert spec.model == ModelSpec(architecture=ComponentSpec("architecture", "logistic"))
    assert spec.resolved()["model"] == {"architecture": "logistic"}


def layers_of(check: Check, layers: str) -> tuple[LayerSpec, ...]:
    model = check(f"data: {{dataset: digits}}\nmodel: {{layers: {layers}}}\noptimizer: adam\n").model
    assert model.layers is not None
    return model.layers


def test_a_layer_is_a_name_or_a_mapping_from_it(check: Check) -> None:
    relu = LayerSpec(ComponentSpec("layer", "relu"))
    layers = "[relu, {relu: {}}, {relu: null}]"
    assert layers_of(check, layers) == (relu, relu, relu)


def test_name_and_inputs_are_not_options(check: Check) -> None:
    [dropout] = layers_of(check, "[{dropout: {rate: 0.1, name: trunk, inputs: input}}]")
    assert dropout == LayerSpec(ComponentSpec("layer", "dropout", {"rate": 0.1}), "trunk", ("input",))


def test_inputs_are_names(check: Check) -> None:
    _, add = layers_of(check, "[relu, {add: {inputs: [previous, input]}}]")
    assert add.inputs == ("previous", "input")
    assert layers_of(check, "[relu]")[0].inputs == ("previous",)


def test_output_names_a_layer(check: Check) -> None:
    text = "data: {dataset: digits}\nmodel: {layers: [{relu: {name: end}}, relu], output: end}\noptimizer: adam\n"
    assert check(text).model.output == "end"


def test_resolved_layers_are_written_like_those_of_the_file(check: Check, layered: str) -> None:
    layers = check(layered).resolved()["model"]["layers"]
    assert layers[1:3] == ["batch_norm", {"relu": {"name": "trunk"}}]
    assert layers[4] == {"add": {"inputs": ["previous", "trunk"]}}


def test_outputs_may_have_names(check: Check) -> None:
    layers = "[relu: {name: trunk}, relu: {name: end}]"
    output = "{early: trunk, late: end}"
    spec = check(f"data: {{dataset: digits}}\nmodel: {{layers: {layers}, output: {output}}}\noptimizer: adam\n")
    assert spec.model.output == {"early": "trunk", "late": "end"}
    assert spec.resolved()["model"]["output"] == {"early": "trunk", "late": "end"}


@pytest.mark.parametrize(
    ("output", "keys"),
    [
        ("[trunk]", ["model.output"]),
        ("{}", ["model.output"]),
        ("3", ["model.output"]),
        ("{a b: trunk}", ["model.output.a b"]),
        ("{early: 3, late: [trunk]}", ["model.output.early", "model.output.late"]),
    ],
)
def test_mistakes_in_outputs(check: Check, output: str, keys: list[str]) -> None:
    text = f"data: {{dataset: digits}}\nmodel: {{layers: [relu], output: {output}}}\noptimizer: adam\n"
    with pytest.raises(InvalidConfigError) as caught:
        check(text)
    assert [problem.key for problem in caught.value.problems] == keys
    assert all(problem.line == 2 for problem in caught.value.problems)
