"""`dlcli gradients`: a figure, a table, a document."""

from __future__ import annotations

from pathlib import Path

import pytest

CONFIG = """\
name: adding
data: {dataset: {name: adding_problem, examples: 60, length: 5}, normalize: none}
model: {layers: [{rnn: {units: 3}}, last_step, {linear: {units: 1}}]}
optimizer: adam
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "adding.yaml"
    path.write_text(CONFIG)
    return path


def test_the_figure_is_written_and_the_table_printed(run, config: Path) -> None:
    result = run("gradients", config, "--output", "figures/flow.png")
    assert result.code == 0
    assert Path("figures/flow.png").read_bytes().startswith(b"\x89PNG")
    assert result.stdout.splitlines()[-1] == "figures/flow.png"
    assert any(line.split()[:3] == ["adding", "rnn_1.layer_1", "initial"] for line in result.stdout.splitlines())


def test_json_is_one_document(run, config: Path) -> None:
    result = run("gradients", config, "--json", "--set", "model.layers[0].rnn.units=2")
    document = result.document
    assert document["output"] == "gradients.png"
    (flow,) = document["gradients"]
    assert flow["steps"] == 4
    assert len(flow["norms"]) == 5
    assert flow["fate"] in ("vanishes", "comes through", "explodes")


def test_a_model_without_recurrent_layer_is_an_error(run, config: Path) -> None:
    result = run("gradients", config, "--set", "model.layers=[flatten, {linear: {units: 1}}]")
    assert result.code == 2
    assert "recurrent" in result.stderr
    assert not Path("gradients.png").exists()
