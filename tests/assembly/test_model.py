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


def test_an_architecture_gets_its_outputs_from_the_data(build: Build, iris: str) -> None:
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
def test_the_task_is_seen_from_the_targets(build: Build, iris: str, dataset: str, task: type) -> None:
    assert type(build(iris, f"data.dataset={dataset}").task) is task


def test_a_named_task_decides_what_the_targets_are(build: Build, iris: str) -> None:
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
    ("replaced", "by", "line", "words"),
    [
        ("inputs: [previous, trunk]", "inputs: [previous, trunc]", 7, "did you mean trunk?"),
        ("linear: {units: 6}\n", "linear: {units: 5}\n", 7, 'node "add_1" \\(add\\)'),
        ("    - linear: {units: 3}", "    - linear: {units: 4}", 9, "gives 4 numbers an example; classification"),
        ("linear: {units: 6, name: trunk}", "linear: {units: 6, name: trunk, inputs: add_1}", 4, "trunk <- add_1"),
        ("- relu", "- relu: {name: lost, inputs: input}\n    - relu: {inputs: trunk}", 5, "unused node"),
    ],
)
def test_mistakes_in_the_graph_are_found_at_their_line(
    mistake: Mistake, tmp_path: Path, replaced: str, by: str, line: int, words: str
) -> None:
    assert replaced in LAYERS
    found = mistake(LAYERS.replace(replaced, by))
    assert isinstance(found, ConfigError)
    assert found.line == line, str(found)
    assert found.file == str(tmp_path / "config.yaml")
    with pytest.raises(AssertionError, match=words):
        raise AssertionError(str(found))


@pytest.mark.parametrize(
    ("layers", "found"),
    [
        (
            "{gru: {units: 4, bidirectional: true}}, {linear: {units: 9}}",
            'node "gru_1" (gru): it is bidirectional',
        ),
        ("flatten, {linear: {units: 9}}", 'node "flatten_1" (flatten): it combines all steps'),
    ],
)
def test_a_language_model_does_not_see_what_it_predicts(build: Build, layers: str, found: str) -> None:
    with pytest.raises(ConfigError) as caught:
        build(LANGUAGE.replace("LAYERS", layers))
    assert found in caught.value.message
    assert caught.value.key == "model.layers[1]"
    assert caught.value.line == 3


def test_a_model_without_state_carries_none(build: Build) -> None:
    with pytest.raises(ConfigError) as caught:
        build(LANGUAGE.replace("LAYERS", "{linear: {units: 9}}"), "training.stateful=true")
    assert caught.value.key == "training.stateful"
