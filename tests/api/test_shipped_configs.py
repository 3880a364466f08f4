"""The shipped configs give the results they demonstrate, with their own seed."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from dlcli import api
from dlcli.api import Run
from dlcli.core.edge_filters import edge_filter

CONFIGS = Path(__file__).parents[2] / "configs"
pytestmark = pytest.mark.slow


def train(name: str, tmp_path: Path, **overrides: object) -> Run:
    return api.train(CONFIGS / f"{name}.yaml", overrides=overrides, runs_dir=tmp_path)


@pytest.mark.parametrize(
    ("name", "accuracy"),
    [
        ("quickstart", 0.97),
        ("logistic_breast_cancer", 0.96),
        ("softmax_iris", 0.9),
        ("planar_flower", 0.88),
        ("spirals", 0.97),
    ],
)
def test_test_accuracy(name: str, accuracy: float, tmp_path: Path) -> None:
    assert train(name, tmp_path).metrics["test/accuracy"] >= accuracy


@pytest.mark.parametrize(
    ("folder", "name", "accuracy"), [("adult", "mlp_adult", 0.85), ("fashion_mnist", "mlp_fashion_mnist", 0.875)]
)
def test_accuracy_on_published_test_sets(folder: str, name: str, accuracy: float, tmp_path: Path) -> None:
    data_paths = os.environ.get("DLCLI_DATA")
    if not data_paths or not (Path(data_paths) / folder).is_dir():
        pytest.skip(f"DLCLI_DATA names no folder with {folder}")
    assert train(name, tmp_path).metrics["test/accuracy"] >= accuracy


def test_the_regression_explains_half_of_the_variance_on_dev(tmp_path: Path) -> None:
    run = train("regression_diabetes", tmp_path)
    assert run.metrics["dev/r2"] > 0.4
    assert run.assessment.baseline.is_beaten


def test_the_edge_filter_is_learned_from_its_outputs(tmp_path: Path) -> None:
    run = train("edge_detection", tmp_path)
    learned = api.load(run.path).model.state_dict()["conv2d_1.weight"][:, :, 0, 0]
    sobel = edge_filter("vertical", "sobel")
    cosine = np.vdot(learned, sobel) / (np.linalg.norm(learned) * np.linalg.norm(sobel))
    assert cosine > 0.9999
    assert run.metrics["test/r2"] > 0.9999


def test_digits_are_located_on_dev_and_test(tmp_path: Path) -> None:
    run = train("localization_digits", tmp_path)
    for split in ("dev", "test"):
        assert run.metrics[f"{split}/mean_iou"] >= 0.8
        assert run.metrics[f"{split}/presence_error"] <= 0.01
    assert run.assessment.baseline.is_beaten


def test_the_linear_model_fails_where_a_hidden_layer_succeeds(tmp_path: Path) -> None:
    linear, hidden = train("planar_flower_linear", tmp_path), train("planar_flower", tmp_path)
    assert linear.metrics["test/error"] > 0.35 > 0.12 > hidden.metrics["test/error"]
    assert linear.assessment.diagnosis.verdict == "avoidable_bias"
    assert linear.assessment.advice[0].knob == "hidden layer"


def test_zero_initialization_fails_and_its_first_advice_fixes_it(tmp_path: Path) -> None:
    zeros = train("zero_initialization", tmp_path)
    assert [layer.num_units for layer in zeros.assessment.identical] == [16]
    advice = zeros.assessment.advice[0]
    assert advice.settings == {"model.initializer": "xavier_normal"}
    cured = train("zero_initialization", tmp_path, **advice.settings)
    assert cured.assessment.identical == ()
    assert cured.metrics["test/error"] < zeros.metrics["test/error"] / 2
