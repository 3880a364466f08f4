"""Gradients through time, of runs and of configs."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlcli import api
from dlcli.core import ConfigError, DivergedError
from dlcli.diagnosis import GradientTrend

CONFIG = """\
name: recalling
data:
  dataset: {{name: copying, examples: 80, lag: 6, letters: 2}}
model:
  layers:
    - embedding: {{units: 3, padding_index: null}}
    - {cell}
    - last_step
    - linear: {{units: 1}}
optimizer: {{name: adam, learning_rate: 0.01}}
training: {{epochs: 1, batch_size: 20}}
"""


def write(folder: Path, cell: str) -> Path:
    path = folder / "recalling.yaml"
    path.write_text(CONFIG.format(cell=cell))
    return path


def test_a_config_has_initial_weights_and_a_run_also_trained_ones(tmp_path: Path) -> None:
    config = write(tmp_path, "lstm: {units: 4}")
    run = api.train(config, runs_dir=tmp_path / "runs")
    flows = api.gradient_flows([config, run.path])
    assert [(flow.model, flow.run, flow.weights) for flow in flows] == [
        ("recalling", None, "initial"),
        (run.id, run.id, "initial"),  # the config and the run have the same name
        (run.id, run.id, "trained"),
    ]
    # the initial weights of the run are those of its config
    assert flows[0].flow.norms == pytest.approx(flows[1].flow.norms, rel=1e-5)
    assert flows[1].flow.norms != pytest.approx(flows[2].flow.norms, rel=1e-5)
    assert flows[0].flow.steps == 6
    assert flows[0].result is None
    assert flows[2].result == ("test/error", run.metrics["test/error"])


def test_runs_of_the_same_name_are_labeled_by_their_ids(tmp_path: Path) -> None:
    config = write(tmp_path, "rnn: {units: 4}")
    paths = [api.train(config, runs_dir=tmp_path / "runs").path for _ in range(2)]
    assert {flow.model for flow in api.gradient_flows(paths)} == {path.name for path in paths}


def test_a_diverged_run_has_initial_weights_only(tmp_path: Path) -> None:
    cell = "rnn: {units: 4, activation: relu, recurrent_initializer: {name: identity, gain: 100}}"
    config = write(tmp_path, cell)
    with pytest.raises(DivergedError):
        api.train(config, runs_dir=tmp_path, overrides={"optimizer.learning_rate": 1e9})
    (run,) = tmp_path.glob("*-recalling-*")
    (flow,) = api.gradient_flows([run])
    assert flow.model == "recalling"
    assert flow.weights == "initial"
    assert flow.flow.trend is GradientTrend.EXPLODES
    assert flow.flow.factor == pytest.approx(100, rel=0.3)


def test_the_loss_of_a_language_model_is_that_of_the_last_step(tmp_path: Path) -> None:
    path = tmp_path / "language.yaml"
    path.write_text(
        "name: language\n"
        "data: {dataset: {name: docstrings, size: 3000}, text: {tokenizer: character, window: 8}}\n"
        "model: {architecture: recurrent_language_model, cell: gru, embedding_units: 3, units: 4}\n"
        "optimizer: adam\n"
    )
    (flow,) = api.gradient_flows([path])
    assert flow.flow.steps == 7
    # gradients grow toward the last step only if the earlier steps have no loss
    assert list(flow.flow.norms) == sorted(flow.flow.norms, reverse=True)


def test_a_model_without_recurrent_layers(config: Path) -> None:
    with pytest.raises(ConfigError, match="linear, relu") as caught:
        api.gradient_flows([config])
    assert caught.value.code == "not_applicable"
