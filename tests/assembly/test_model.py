from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from dlcli.assembly import Experiment
from dlcli.core import ConfigError, DlcliError
from dlcli.tasks import BinaryClassification, Classification, Regression

Build = Callable[..., Experiment]
Mistake = Callable[..., DlcliError]

LAYERS = """\
data: {dataset: iris}
model:
  layers:
    - linear: {units: 6, name: trunk}
    - relu
    - linear: {units: 6}
    - add: {inputs: [previous, trunk]}
    - concat: {inputs: [previous, trunk, input]}
    - linear: {units: 3}
optimizer: sgd
"""

LANGUAGE = """\
data: {dataset: {name: docstrings, size: 2000}, split: {train: 0.8, dev: 0.2}, text: {tokenizer: character, window: 16}}
task: language_modeling
model: {layers: [{embedding: {units: 4}}, LAYERS]}
optimizer: sgd
"""


def test_the_number_of_outputs_comes_from_the_data(build: Build, iris: str) -> None:
    experiment = build(iris)
    shapes = {name: parameter.shape for name, parameter in experiment.model.parameters().items()}
    assert shapes == {
        "linear_1.weight": (4, 5),
        "linear_1.bias": (5,),
        "output.weight": (5, 3),
        "output.bias": (3,),
    }


def test_layers_with_names_make_residual_sums_and_concatenations(build: Build) -> None:
    experiment = build(LAYERS)
    x = experiment.data.splits["dev"].gather(np.arange(7)).inputs
    assert experiment.model.forward(x).shape == (7, 3)
    assert experiment.model.shapes["concat_1"] == (6 + 6 + 4,)


@pytest.mark.parametrize(
    ("dataset", "task"),
    [("iris", Classification), ("breast_cancer", BinaryClassification), ("diabetes", Regression)],
)
def test_the_task_is_inferred_from_the_targets(build: Build, iris: str, dataset: str, task: type) -> None:
    assert type(build(iris, f"data.dataset={dataset}").task) is task


def test_an_explicit_task_determines_the_kind_of_targets(build: Build, iris: str) -> None:
    experiment = build(iris, "task=regression")
    assert type(experiment.task) is Regression
    assert experiment.model.output_shape == (1,)


def test_two_classes_may_have_two_outputs(build: Build, iris: str) -> None:
    experiment = build(iris, "data.dataset=breast_cancer", "task=classification")
    assert experiment.model.output_shape == (2,)


def test_dropout_of_the_regularization_reaches_the_architecture(build: Build, iris: str) -> None:
    experiment = build(iris, "regularization.dropout=0.25")
    rates = [node.options["rate"] for node in experiment.model.nodes if node.type == "dropout"]
    assert rates == [0.25]


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("inputs: [previous, trunk]", "inputs: [previous, trunc]", 7, "trunk?"),
        ("linear: {units: 6}\n", "linear: {units: 5}\n", 7, "add_1"),
        ("    - linear: {units: 3}", "    - linear: {units: 4}", 9, "got 4 outputs"),
        ("linear: {units: 6, name: trunk}", "linear: {units: 6, name: trunk, inputs: add_1}", 4, "trunk"),
        ("- relu", "- relu: {name: lost, inputs: input}\n    - relu: {inputs: trunk}", 5, "lost"),
    ],
)
def test_mistakes_in_the_graph_have_their_lines(
    mistake: Mistake, tmp_path: Path, old: str, new: str, line: int, words: str
) -> None:
    assert old in LAYERS
    error = mistake(LAYERS.replace(old, new))
    assert isinstance(error, ConfigError)
    assert (error.file, error.line) == (str(tmp_path / "config.yaml"), line), str(error)
    assert words in error.message


@pytest.mark.parametrize(
    ("layers", "node"),
    [
        ("{gru: {units: 4, bidirectional: true}}, {linear: {units: 9}}", "gru_1"),
        ("flatten, {linear: {units: 9}}", "flatten_1"),
    ],
)
def test_a_language_model_must_be_causal(build: Build, layers: str, node: str) -> None:
    with pytest.raises(ConfigError) as caught:
        build(LANGUAGE.replace("LAYERS", layers))
    assert node in caught.value.message
    assert (caught.value.key, caught.value.line) == ("model.layers[1]", 3)


def test_a_model_without_state_cannot_be_stateful(build: Build) -> None:
    with pytest.raises(ConfigError) as caught:
        build(LANGUAGE.replace("LAYERS", "{linear: {units: 9}}"), "training.stateful=true")
    assert caught.value.key == "training.stateful"


# ---- named outputs and states ----

SEQUENCES = """\
data: {dataset: digits}
model:
  layers:
    - reshape: {shape: [8, 8]}
    - lstm: {units: 6, name: reader}
    - lstm: {units: 6, inputs: [previous, reader.state]}
    - linear: {units: 10, name: logits, inputs: previous.hidden}
optimizer: sgd
"""


def test_layers_read_states(build: Build) -> None:
    model = build(SEQUENCES).model
    inputs = {node.name: node.inputs for node in model.nodes}
    assert inputs["lstm_1"] == ("reader", "reader.hidden", "reader.cell")
    assert inputs["logits"] == ("lstm_1.hidden",)


@pytest.mark.parametrize("output", ["logits", "{digit: logits}"])
def test_the_output_may_have_a_name(build: Build, output: str) -> None:
    text = SEQUENCES.replace("optimizer", f"  output: {output}\noptimizer")
    model = build(text).model
    assert model.output == "logits"
    assert model.output_name == ("digit" if "{" in output else "output")


@pytest.mark.parametrize(
    ("old", "new", "key", "line"),
    [
        ("reader.state", "reader.stat", "model.layers[2]", 6),
        ("reader.state", "reshape_1.state", "model.layers[2]", 6),
        ("inputs: previous.hidden", "inputs: previous.state", "model.layers[3]", 7),
        ("optimizer", "  output: {digit: logit}\noptimizer", "model.output.digit", 8),
        ("optimizer", "  output: {digit: reader.state}\noptimizer", "model.output.digit", 8),
        ("optimizer", "  output:\n    digit: reader.hidden\n    class: logits\noptimizer", "model.output", 8),
        ("units: 10, name: logits", "units: 9, name: logits", "model.layers[3]", 7),
    ],
)
def test_mistakes_in_states_and_outputs_have_their_keys(
    mistake: Mistake, old: str, new: str, key: str, line: int
) -> None:
    assert old in SEQUENCES
    error = mistake(SEQUENCES.replace(old, new, 1))
    assert isinstance(error, ConfigError)
    assert (error.key, error.line) == (key, line), str(error)


def test_the_shape_of_a_named_output_is_checked_at_its_name(mistake: Mistake) -> None:
    error = mistake(
        SEQUENCES.replace("units: 10", "units: 9").replace("optimizer", "  output: {digit: logits}\noptimizer")
    )
    assert (error.key, error.code) == ("model.output.digit", "wrong_shape")


def test_a_language_model_must_not_read_final_states(build: Build) -> None:
    layers = "{gru: {units: 4, name: first}}, {gru: {units: 4, inputs: [previous, first.state]}}, {linear: {units: 9}}"
    with pytest.raises(ConfigError) as caught:
        build(LANGUAGE.replace("LAYERS", layers))
    assert (caught.value.key, caught.value.code) == ("model.layers[2]", "not_applicable")


TEXTS = """\
data: {dataset: {format: csv, path: texts.csv, text: words, label: y}}
model:
  layers:
    - embedding: {units: 3}
    - LAYER
    - linear: {units: 1}
optimizer: adam
"""


@pytest.mark.parametrize("layer", ["flatten", "reshape: {shape: [-1]}"])
def test_steps_are_not_mixed_with_padding(mistake: Mistake, build: Build, tmp_path: Path, layer: str) -> None:
    def write(lengths: list[int]) -> None:
        rows = "".join(f"{'a b ' * (lengths[n % len(lengths)])},{'yes' if n % 2 else 'no'}\n" for n in range(30))
        (tmp_path / "texts.csv").write_text(f"words,y\n{rows}")

    config = TEXTS.replace("LAYER", layer)
    write([1, 3])
    error = mistake(config)
    assert (error.code, error.key, error.line) == ("not_applicable", "model.layers[1]", 5)
    write([2])
    assert build(config).model.output_shape == (1,)
