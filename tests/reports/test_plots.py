"""Figures of binary tasks and of regressions, and their values in report.json."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from PIL import Image

from dlcli import api
from dlcli.diagnosis import RegressionFit, SplitOutcome, ranking_of
from dlcli.reports.ranking_plot import ranking_png
from dlcli.reports.regression_plot import MAX_POINTS, regression_png
from dlcli.reports.sheet import Line
from dlcli.tasks import ClassPredictions


def size_of(png: bytes) -> tuple[int, int]:
    return Image.open(io.BytesIO(png)).size


@pytest.mark.parametrize("count", [1, 3, 100])
def test_a_row_for_each_of_the_first_targets(count: int) -> None:
    values = np.arange(5.0)
    png = regression_png([RegressionFit("dev", f"y{k}", values, values[::-1]) for k in range(count)])
    rows = min(count, 3)
    assert size_of(png) == (1260, 616 * rows)
    assert png == regression_png([RegressionFit("dev", f"y{k}", values, values[::-1]) for k in range(count)])


@pytest.mark.parametrize("count", [1, MAX_POINTS + 7])
def test_few_and_many_examples(count: int) -> None:
    values = np.linspace(0, 1e-9, count)
    assert size_of(regression_png([RegressionFit("train_dev", "$x_1^2$", values, values)]))[1] == 616


def test_class_names_are_not_parsed_as_formulas() -> None:
    outcome = SplitOutcome(
        "dev", ClassPredictions(np.array([0, 1]), np.array([[0.9, 0.1], [0.2, 0.8]])), np.array([0, 1])
    )
    ranking = ranking_of(outcome, ("a", "$\\frac{"))
    assert ranking is not None
    assert size_of(ranking_png(ranking)) == (1260, 616)


def test_a_wrapped_line_keeps_every_letter() -> None:
    text = "99.6 %, id scans/2024/ward-7/patient-000123/left.png"
    parts = Line(text, wraps=True).fitted(20)
    assert "".join(part.text for part in parts) == text
    assert max(len(part.text) for part in parts) <= 20
    assert [part.text for part in Line(text).fitted(20)] == [f"{text[:19]}…"]


@pytest.mark.parametrize(("dataset", "figure"), [("breast_cancer", "roc"), ("diabetes", "predicted"), ("iris", None)])
def test_reports_of_runs(tmp_path: Path, dataset: str, figure: str | None) -> None:
    (tmp_path / "c.yaml").write_text(
        f"data: {{dataset: {dataset}}}\nmodel: {{architecture: mlp, hidden_units: [4]}}\n"
        "optimizer: adam\ntraining: {epochs: 1}\n"
    )
    run = api.train(tmp_path / "c.yaml", runs_dir=tmp_path)
    report = json.loads((run.path / "report" / "report.json").read_text())
    drawn = {path.name for path in (run.path / "report").glob("*.png")} - {"learning_curve.png"}
    assert len(drawn) == int(figure is not None)
    page = (run.path / "report" / "report.md").read_text()
    assert all(name.startswith(str(figure)) and f"({name})" in page for name in drawn)
    assert (report["ranking"] is not None) == (figure == "roc")
    assert len(report["regression"]) == int(figure == "predicted")
    metric = "root_mean_squared_error"
    for fit in report["regression"]:
        assert fit[metric] == pytest.approx(run.metrics[f"dev/{metric}"])
        assert fit["target"] == "progression"


@pytest.mark.parametrize("positive", ["malignant", "benign"])
def test_the_curves_are_of_the_positive_class_of_the_metrics(tmp_path: Path, positive: str) -> None:
    (tmp_path / "c.yaml").write_text(
        "data: {dataset: breast_cancer}\nmodel: {architecture: mlp, hidden_units: [4]}\noptimizer: adam\n"
        f"training: {{epochs: 1}}\nevaluation: {{metrics: [roc_auc, recall], positive_class: {positive}}}\n"
    )
    run = api.train(tmp_path / "c.yaml", runs_dir=tmp_path)
    ranking = json.loads((run.path / "report" / "report.json").read_text())["ranking"]
    assert ranking["positive_class"] == positive
    assert ranking["roc_auc"] == pytest.approx(run.metrics["dev/roc_auc"])


def test_negative_numbers_have_a_true_minus(monkeypatch: pytest.MonkeyPatch) -> None:
    """Predictions 3, 2, 1 of 1, 2, 5: squared residuals 4 + 0 + 16 against 26/3 around the mean, so R² = −1.308."""
    notes: list[str] = []
    monkeypatch.setattr(Axes, "annotate", lambda self, text, *_, **__: notes.append(text))
    regression_png([RegressionFit("dev", "y", np.array([1.0, 2.0, 5.0]), np.array([3.0, 2.0, 1.0]))])
    assert any("R² −1.308" in note for note in notes)
    notes.clear()
    regression_png([RegressionFit("dev", "y", np.array([1.0, 2.0]), np.array([3.0, 2.0]))])
    assert any("mean −1" in note for note in notes)
    assert not any("-" in note for note in notes)
