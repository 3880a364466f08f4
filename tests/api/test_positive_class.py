"""Metrics of a single class refer to the positive class of the config, and name it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from dlcli import api
from dlcli.core import ConfigError

METRICS = ("precision", "recall", "f1", "roc_auc", "average_precision")


def write(folder: Path, labels: tuple[str, ...], evaluation: str, *, name: str = "c.yaml") -> Path:
    """Write a data set of these classes, of which the first is rare, and a config."""
    draw = np.random.default_rng(0)
    shares = np.array([1.0, *[3.0] * (len(labels) - 1)])
    chosen = draw.choice(len(labels), 150, p=shares / shares.sum())
    rows = (f"{draw.normal(index):.3f},{draw.normal(-index):.3f},{labels[index]}" for index in chosen)
    (folder / "d.csv").write_text("\n".join(["a,b,y", *rows]) + "\n")
    (folder / name).write_text(
        "data: {dataset: {format: csv, path: d.csv}, split: {stratify: true}}\n"
        "model: {architecture: mlp, hidden_units: [4]}\noptimizer: {name: adam, learning_rate: 0.02}\n"
        f"training: {{epochs: 3}}\nevaluation: {{{evaluation}}}\n"
    )
    return folder / name


def listed(*names: str) -> str:
    return f"metrics: [{', '.join(names)}]"


@pytest.mark.parametrize(
    ("labels", "option", "positive"),
    [
        (("cancer", "healthy"), "cancer", "cancer"),
        (("cancer", "healthy"), "healthy", "healthy"),
        (("no", "yes"), None, "yes"),
        (("1", "0"), None, "1"),
        (("1", "2"), "1", "1"),
        (("a", "b", "c"), "b", "b"),
    ],
)
def test_metrics_equal_those_of_scikit_learn(
    tmp_path: Path, labels: tuple[str, ...], option: str | None, positive: str
) -> None:
    chosen = "" if option is None else f", positive_class: {option}"
    run = api.train(write(tmp_path, labels, listed(*METRICS) + chosen), runs_dir=tmp_path / "runs")
    assert run.positive_classes == dict.fromkeys(METRICS, positive)
    report = json.loads((run.path / "report" / "report.json").read_text())
    assert report["positive_classes"] == run.positive_classes
    assert f"f1 of {positive}" in (run.path / "report" / "report.md").read_text()
    evaluation = api.evaluate(run.path, data=tmp_path / "d.csv")
    assert evaluation.positive_classes == run.positive_classes
    loaded = api.load(run.path)
    inputs, truth = [], []
    for line in (tmp_path / "d.csv").read_text().splitlines()[1:]:
        *values, label = line.split(",")
        inputs.append([float(value) for value in values])
        truth.append(label == positive)
    guesses = loaded.predict(np.array(inputs)) == positive
    scores = loaded.predict_probabilities(np.array(inputs))[:, loaded.class_names.index(positive)]
    expected = {
        "precision": sklearn_metrics.precision_score(truth, guesses, zero_division=0),
        "recall": sklearn_metrics.recall_score(truth, guesses),
        "f1": sklearn_metrics.f1_score(truth, guesses),
        "roc_auc": sklearn_metrics.roc_auc_score(truth, scores),
        "average_precision": sklearn_metrics.average_precision_score(truth, scores),
    }
    for name, value in expected.items():
        assert evaluation.metrics[f"new/{name}"] == pytest.approx(value), name


DECIDING = {
    "metrics": "metrics: [accuracy, {name}]",
    "optimize": "optimize: dev/{name}",
    "satisfice": "satisfice: {{{name}: '>= 0.1'}}",
}


@pytest.mark.parametrize("labels", [("cancer", "healthy"), ("1", "2"), ("a", "b", "c")])
@pytest.mark.parametrize("name", METRICS)
@pytest.mark.parametrize("use", DECIDING)
def test_a_class_is_never_guessed(tmp_path: Path, labels: tuple[str, ...], name: str, use: str) -> None:
    config = write(tmp_path, labels, DECIDING[use].format(name=name))
    with pytest.raises(ConfigError) as caught:
        api.train(config, runs_dir=tmp_path / "runs")
    assert (caught.value.key or "").startswith(f"evaluation.{use}")
    assert f"macro_{name}" in str(caught.value)
    assert not (tmp_path / "runs").exists()


def test_early_stopping_needs_a_positive_class(tmp_path: Path) -> None:
    config = write(tmp_path, ("cancer", "healthy"), "metrics: [accuracy]")
    section = "regularization.early_stopping"
    with pytest.raises(ConfigError) as caught:
        api.train(config, overrides=[f"{section}={{metric: dev/f1}}"], runs_dir=tmp_path / "runs")
    assert caught.value.key == f"{section}.metric"


def test_metrics_may_have_different_positive_classes(tmp_path: Path) -> None:
    config = write(
        tmp_path,
        ("cancer", "healthy"),
        "metrics: [{name: recall, positive_class: healthy}, f1], positive_class: cancer",
    )
    run = api.train(config, runs_dir=tmp_path / "runs")
    assert run.positive_classes == {"recall": "healthy", "f1": "cancer"}


@pytest.mark.parametrize(
    ("evaluation", "key"),
    [
        ("metrics: [f1], positive_class: cancr", "evaluation.positive_class"),
        ("metrics: [{name: f1, positive_class: cancr}]", "evaluation.metrics[0].positive_class"),
        ("metrics: [{name: f1, positive_class: cancer}, {name: f1, positive_class: healthy}]", "evaluation.metrics[1]"),
    ],
)
def test_an_unknown_class_is_an_error_at_its_key(tmp_path: Path, evaluation: str, key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        api.train(write(tmp_path, ("cancer", "healthy"), evaluation), runs_dir=tmp_path / "runs")
    assert caught.value.key == key


def test_metrics_of_different_classes_are_not_compared(tmp_path: Path) -> None:
    configs = [
        write(
            tmp_path,
            ("cancer", "healthy"),
            f"metrics: [f1, accuracy], positive_class: {positive}",
            name=f"{positive}.yaml",
        )
        for positive in ("cancer", "healthy")
    ]
    paths = [api.train(config, runs_dir=tmp_path / "runs").path for config in configs]
    metrics = api.compare(paths).metrics
    assert "test/f1" not in metrics
    assert metrics["test/f1 of cancer"][1] is None
    assert metrics["test/f1 of healthy"][0] is None
    assert None not in metrics["test/accuracy"]
    assert "test/f1" in api.compare(paths[:1] * 2).metrics
