"""Image layers in a config: a small network trains, and every error is one line at its key."""

from __future__ import annotations

import pytest

CONFIG = """\
data: {dataset: digits, split: {train: 0.6, dev: 0.2, test: 0.2}}
model:
  layers:
    - conv2d: {filters: 8, kernel_size: 3, padding: same, use_bias: false}
    - batch_norm
    - relu: {name: trunk}
    - depthwise_conv2d: {kernel_size: [3, 3], padding: 1, use_bias: false}
    - batch_norm
    - add: {inputs: [previous, trunk]}
    - relu
    - max_pool2d
    - conv2d: {filters: 16, kernel_size: 1}
    - layer_norm
    - spatial_dropout: {rate: 0.1}
    - upsample2d: {factor: 2, mode: bilinear}
    - conv2d: {filters: 16, kernel_size: 3, stride: 2, padding: [[0, 1], [0, 1]], groups: 2}
    - local_response_norm
    - global_max_pool2d
    - linear: {units: 10}
optimizer: {name: adam, learning_rate: 5e-3}
training: {epochs: 8, batch_size: 64}
"""


@pytest.fixture
def config(folder):
    path = folder / "net.yaml"
    path.write_text(CONFIG, encoding="utf-8")
    return path


def test_a_small_network_learns_digits(run, config):
    outcome = run("train", config, "--json", "--quiet")
    assert outcome.code == 0, outcome.stderr
    assert outcome.document["metrics"]["test/accuracy"] > 0.7  # 0.80 when it was written; chance is 0.1
    assert run("gradcheck", config, "--quiet").code == 0


def test_the_graph_shows_sizes_and_operations(run, config):
    nodes = {node["name"]: node for node in run("show", config, "--json").document["nodes"]}
    assert nodes["conv2d_1"]["output_shape"] == [8, 8, 8]
    assert nodes["conv2d_1"]["parameters"] == 3 * 3 * 1 * 8
    assert nodes["conv2d_1"]["flops"] == 2 * (3 * 3 * 1) * 8 * 8 * 8
    assert nodes["max_pool2d_1"]["output_shape"] == [4, 4, 8]
    assert nodes["conv2d_3"]["output_shape"] == [4, 4, 16]


@pytest.mark.parametrize(
    ("before", "after", "place", "words"),
    [
        (
            "filters: 16, kernel_size: 1}",
            "filters: 16, kernel_size: 5}",
            "12:7 model.layers[8]",
            ["conv2d_2", "height", "⌊(4+2·0−5)/1+1⌋ = 0", "max_pool2d_1 (4, 4, 8)"],
        ),
        (
            "groups: 2",
            "groups: 3",
            "16:7 model.layers[12]",
            ["conv2d_3", "16 mod 3 = 1", "upsample2d_1 (8, 8, 16)"],
        ),
        (
            "    - global_max_pool2d\n",
            "    - flatten\n    - global_max_pool2d\n",
            "19:7 model.layers[15]",
            ["global_max_pool2d_1", "(256,)", "{shape: [16, 16, 1]}", "flatten_1 (256,)"],
        ),
        (
            "kernel_size: [3, 3]",
            "kernel_size: [3, 3, 3]",
            "7:26 model.layers[3].depthwise_conv2d.kernel_size",
            ["[3, 3, 3]"],
        ),
        (
            "padding: same",
            "padding: sam",
            "4:53 model.layers[0].conv2d.padding",
            ["valid, same", "'sam'", "same?"],
        ),
        (
            "[[0, 1], [0, 1]]",
            "[[0, 1], [0, -1]]",
            "16:78 model.layers[12].conv2d.padding[1][1]",
            ["-1"],
        ),
        (
            "kernel_size: 1}",
            "kernel_size: 1, strid: 2}",
            "12:45 model.layers[8].conv2d.strid",
            ["stride?", "dilation, filters, groups, initializer, kernel_size, padding, stride, trainable, use_bias"],
        ),
        (
            "mode: bilinear",
            "mode: cubic",
            "15:37 model.layers[11].upsample2d.mode",
            ["nearest, bilinear", "'cubic'"],
        ),
    ],
)
def test_an_error_is_one_line_at_its_key(run, config, before, after, place, words):
    text = CONFIG.replace(before, after, 1)
    assert text != CONFIG
    config.write_text(text, encoding="utf-8")
    outcome = run("train", config, "--quiet")
    assert outcome.code == 2
    [line] = outcome.stderr.splitlines()
    assert line.startswith(f"{config}:{place}: ")
    assert all(word in line for word in words)
