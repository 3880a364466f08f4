"""The shipped configs on long-term memory give the results they demonstrate, with their own seed."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlcli import api
from dlcli.api import Run
from dlcli.diagnosis import GradientTrend

CONFIGS = Path(__file__).parents[2] / "configs"
ERROR = "test/root_mean_squared_error"
pytestmark = pytest.mark.slow


def train(name: str, tmp_path: Path) -> Run:
    return api.train(CONFIGS / f"{name}.yaml", runs_dir=tmp_path)


def test_gated_cells_solve_copying_and_a_simple_rnn_does_not(tmp_path: Path) -> None:
    runs = {cell: train(f"copying_{cell}", tmp_path) for cell in ("rnn", "gru", "lstm")}
    accuracies = {cell: run.metrics["test/accuracy"] for cell, run in runs.items()}
    assert accuracies["gru"] > 0.99
    assert accuracies["lstm"] > 0.99
    assert accuracies["rnn"] < 0.25  # guessing is right in 1 of 8 cases
    flows = api.gradient_flows([run.path for run in runs.values()])
    trends = {(flow.model, flow.weights): flow.flow.trend for flow in flows}
    for weights in ("initial", "trained"):
        assert trends["copying-rnn", weights] is GradientTrend.VANISHES
        assert trends["copying-gru", weights] is GradientTrend.COMES_THROUGH
        assert trends["copying-lstm", weights] is GradientTrend.COMES_THROUGH
    compared = api.compare([run.path for run in runs.values()])
    verdicts = [split.verdict for errors in compared.errors for split in errors.splits if split.split == "test"]
    assert verdicts == ["second is better", "inconclusive"]


def test_an_lstm_solves_the_adding_problem(tmp_path: Path) -> None:
    # a constant prediction of 1 has an error of 0.408
    assert train("adding_problem", tmp_path).metrics[ERROR] < 0.06


def test_clipping_prevents_exploding_gradients(tmp_path: Path) -> None:
    plain, clipped = (train(f"exploding_gradients{twin}", tmp_path) for twin in ("", "_clipped"))
    assert clipped.metrics[ERROR] < 0.08
    assert plain.metrics[ERROR] > 0.4
    flows = api.gradient_flows([plain.path, clipped.path])
    trends = {(flow.model, flow.weights): flow.flow.trend for flow in flows}
    assert (
        trends["exploding-gradients", "initial"]
        is trends["exploding-gradients-clipped", "initial"]
        is GradientTrend.EXPLODES
    )
    assert trends["exploding-gradients-clipped", "trained"] is GradientTrend.COMES_THROUGH
