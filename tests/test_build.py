"""From a config to objects, and the mistakes that show only then, each at its place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dlcli.build import Experiment, build_early_stopping, build_experiment, build_optimizer, build_settings
from dlcli.errors import ConfigError, DataError, DlcliError
from dlcli.optim import Adam
from dlcli.spec import load_spec
from dlcli.tasks import BinaryClassification, Classification, Regression

IRIS = """\
data: {dataset: iris}
model:
  architecture: mlp
  hidden_units: [5]
optimizer: {name: adam, schedule: {name: inverse_time, decay_rate: 0.5}}
"""

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


def build(tmp_path: Path, text: str, *overrides: str) -> Experiment:
    config = tmp_path / "config.yaml"
    config.write_text(text)
    return build_experiment(load_spec(config, overrides))


def mistake(tmp_path: Path, text: str, *overrides: str) -> DlcliError:
    with pytest.raises(DlcliError) as caught:
        build(tmp_path, text, *overrides)
    return caught.value


def test_an_architecture_gets_its_outputs_from_the_data(tmp_path: Path) -> None:
    experiment = build(tmp_path, IRIS)
    shapes = {name: parameter.shape for name, parameter in experiment.model.parameters().items()}
    assert shapes == {
        "linear_1.weight": (4, 5),
        "linear_1.bias": (5,),
        "output.weight": (5, 3),
        "output.bias": (3,),
    }


def test_layers_with_names_make_residual_sums_and_concatenations(tmp_path: Path) -> None:
    experiment = build(tmp_path, LAYERS)
    x = experiment.data.splits["dev"].gather(np.arange(7)).inputs
    assert experiment.model.forward(x).shape == (7, 3)
    assert experiment.model.shapes["concat_1"] == (6 + 6 + 4,)


def test_nested_components_become_objects(tmp_path: Path) -> None:
    optimizer = build_optimizer(build(tmp_path, IRIS).spec)
    assert isinstance(optimizer, Adam)
    assert optimizer.learning_rate_at(epoch=2, step=0, total_steps=1) == pytest.approx(1e-3 / (1 + 0.5 * 2))


@pytest.mark.parametrize(
    ("dataset", "task"),
    [("iris", Classification), ("breast_cancer", BinaryClassification), ("diabetes", Regression)],
)
def test_the_task_is_seen_from_the_targets(tmp_path: Path, dataset: str, task: type) -> None:
    assert type(build(tmp_path, IRIS, f"data.dataset={dataset}").task) is task


def test_a_named_task_decides_what_the_targets_are(tmp_path: Path) -> None:
    experiment = build(tmp_path, IRIS, "task=regression")
    assert type(experiment.task) is Regression
    assert experiment.model.output_shape == (1,)


def test_two_classes_may_have_two_outputs(tmp_path: Path) -> None:
    experiment = build(tmp_path, IRIS, "data.dataset=breast_cancer", "task=classification")
    assert experiment.model.output_shape == (2,)


def test_dropout_of_the_regularization_reaches_the_architecture(tmp_path: Path) -> None:
    experiment = build(tmp_path, IRIS, "regularization.dropout=0.25")
    rates = [node.options["rate"] for node in experiment.model.nodes if node.type == "dropout"]
    assert rates == [0.25]


def test_metrics_that_decide_are_measured_without_being_asked_for(tmp_path: Path) -> None:
    experiment = build(
        tmp_path,
        IRIS,
        "evaluation.metrics=[accuracy]",
        "evaluation.optimize=dev/macro_f1",
        "regularization.early_stopping={metric: dev/loss}",
        "evaluation.satisfice={dev/macro_recall: '>= 0.5'}",
    )
    assert [metric.name for metric in experiment.metrics] == ["accuracy", "macro_f1", "error", "macro_recall"]
    assert experiment.selection.higher_is_better
    stopping = build_early_stopping(experiment.spec, experiment.metrics, experiment.selection)
    assert stopping is not None
    assert (stopping.metric, stopping.higher_is_better) == ("dev/loss", False)


def test_without_a_dev_set_the_training_set_decides(tmp_path: Path) -> None:
    experiment = build(tmp_path, IRIS, "data.split={train: 1.0}")
    assert experiment.selection.metric == "train/error"


def test_the_settings_are_those_of_the_config(tmp_path: Path) -> None:
    experiment = build(
        tmp_path, IRIS, "training.epochs=7", "training.gradient_clipping={max_norm: 5}", "regularization.l2=0.3"
    )
    settings = build_settings(experiment.spec, experiment.data.preprocessor)
    assert (settings.epochs, settings.max_gradient_norm, settings.l2) == (7, 5, 0.3)
    assert settings.max_gradient_value is None


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(tmp_path: Path) -> None:
    first, again, other = build(tmp_path, IRIS), build(tmp_path, IRIS), build(tmp_path, IRIS, "seed=1")
    weights = [each.model.parameters()["linear_1.weight"].data for each in (first, again, other)]
    np.testing.assert_array_equal(weights[0], weights[1])
    assert not np.array_equal(weights[0], weights[2])


@pytest.mark.parametrize(
    ("replaced", "by", "line", "words"),
    [
        ("inputs: [previous, trunk]", "inputs: [previous, trunc]", 7, "did you mean trunk?"),
        ("linear: {units: 6}\n", "linear: {units: 5}\n", 7, 'node "add_1" \\(add\\)'),
        ("    - linear: {units: 3}", "    - linear: {units: 4}", 9, "gives 4 numbers an example; classification"),
        ("linear: {units: 6, name: trunk}", "linear: {units: 6, name: trunk, inputs: add_1}", 4, "lead back to itself"),
        ("- relu", "- relu: {name: lost, inputs: input}\n    - relu: {inputs: trunk}", 5, "dead branch"),
    ],
)
def test_mistakes_in_the_graph_are_found_at_their_line(
    tmp_path: Path, replaced: str, by: str, line: int, words: str
) -> None:
    assert replaced in LAYERS
    found = mistake(tmp_path, LAYERS.replace(replaced, by))
    assert isinstance(found, ConfigError)
    assert found.line == line, str(found)
    assert found.file == str(tmp_path / "config.yaml")
    with pytest.raises(AssertionError, match=words):
        raise AssertionError(str(found))


@pytest.mark.parametrize(
    ("override", "key", "words"),
    [
        ("evaluation.metrics=[accuracy, r2]", "evaluation.metrics[1]", "r2 does not measure a classification"),
        ("evaluation.optimize=dev/acuracy", "evaluation.optimize", "did you mean accuracy?"),
        ("task=binary_classification", "task", "the data has 3; use classification"),
        ("data.split.group_by=patient", "data.split.group_by", "no columns"),
        ("data.normalize_targets=standard", "data.normalize_targets", "the targets of this data are classes"),
        ("evaluation.human_error=5", "evaluation.human_error", "an error rate from 0 to 1, found 5"),
        (
            "evaluation.metrics=[{name: roc_auc, positive_class: 3}]",
            "evaluation.metrics[0].positive_class",
            "no class 3",
        ),
        ("task={name: classification, loss: huber}", "task.loss", "huber is no loss of a classification"),
        (
            "task={name: classification, loss: {name: softmax_cross_entropy, class_weights: [1, 2]}}",
            "task.loss.class_weights",
            "class_weights has 2 numbers for 3 classes",
        ),
    ],
)
def test_what_does_not_suit_the_data_is_refused_with_its_key(
    tmp_path: Path, override: str, key: str, words: str
) -> None:
    found = mistake(tmp_path, IRIS, override)
    assert found.key == key
    assert words in str(found)


def test_a_data_file_that_is_nowhere_is_an_error_that_says_where_it_was_sought(tmp_path: Path) -> None:
    found = mistake(tmp_path, IRIS.replace("iris", "{format: csv, path: nowhere.csv, label: y}"))
    assert isinstance(found, DataError)
    assert str(tmp_path / "nowhere.csv") in found.message


LANGUAGE = """\
data: {dataset: {name: docstrings, size: 2000}, split: {train: 0.8, dev: 0.2}, text: {tokenizer: character, window: 16}}
task: language_modeling
model: {layers: [{embedding: {units: 4}}, LAYERS]}
optimizer: sgd
"""


@pytest.mark.parametrize(
    ("layers", "found"),
    [
        (
            "{gru: {units: 4, bidirectional: true}}, {linear: {units: 9}}",
            'node "gru_1" (gru): it also reads from the end',
        ),
        ("flatten, {linear: {units: 9}}", 'node "flatten_1" (flatten): it makes one thing of all steps'),
    ],
)
def test_a_language_model_does_not_see_what_it_predicts(tmp_path: Path, layers: str, found: str) -> None:
    with pytest.raises(ConfigError) as caught:
        build(tmp_path, LANGUAGE.replace("LAYERS", layers))
    assert found in caught.value.message
    assert caught.value.key == "model.layers[1]"
    assert caught.value.line == 3


def test_a_model_without_state_carries_none(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        build(tmp_path, LANGUAGE.replace("LAYERS", "{linear: {units: 9}}"), "training.stateful=true")
    assert caught.value.key == "training.stateful"
