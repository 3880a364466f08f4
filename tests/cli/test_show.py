"""`dlcli show`: inputs, nodes, outputs."""

from __future__ import annotations

import pytest

CONFIG = """\
data: {dataset: digits}
model:
  layers:
    - reshape: {shape: [8, 8]}
    - gru: {units: 6, name: reader}
    - linear: {units: 10, name: early, inputs: reader.hidden}
    - auxiliary_output: {name: aside}
    - last_step: {inputs: reader}
    - linear: {units: 10, name: logits}
OUTPUT
optimizer: sgd
"""


@pytest.fixture
def config(folder):
    path = folder / "net.yaml"
    path.write_text(CONFIG.replace("OUTPUT\n", ""), encoding="utf-8")
    return path


def test_inputs_and_outputs_as_json(run, config):
    document = run("show", config, "--json").document
    assert document["inputs"] == {"input": [8, 8, 1]}
    assert document["outputs"] == {"output": "logits", "aside": "aside"}
    assert [node["name"] for node in document["nodes"]] == [
        "reshape_1",
        "reader",
        "early",
        "aside",
        "last_step_1",
        "logits",
    ]
    assert document["nodes"][2]["inputs"] == ["reader.hidden"]


def test_inputs_and_outputs_as_text(run, config):
    config.write_text(CONFIG.replace("OUTPUT", "  output: {digit: logits}"), encoding="utf-8")
    lines = run("show", config).stdout.splitlines()
    rows = [line.split() for line in lines]
    assert ["input", "input", "8", "×", "8", "×", "1"] in rows
    assert ["digit", "logits", "10", "always"] in rows
    assert ["aside", "aside", "10", "in", "training"] in rows


def test_one_output_without_a_name_needs_no_table(run, folder):
    path = folder / "plain.yaml"
    path.write_text(
        "data: {dataset: iris}\nmodel: {layers: [{linear: {units: 3}}]}\noptimizer: sgd\n", encoding="utf-8"
    )
    outcome = run("show", path)
    assert outcome.code == 0
    assert [line.split()[0] for line in outcome.stdout.splitlines() if line.strip()][-2:] == ["linear_1", "total"]
