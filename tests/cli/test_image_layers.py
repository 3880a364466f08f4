"""Layers of images in a config: a small network trains, and every mistake is one line at its place."""

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
    ("before", "after", "message"),
    [
        (
            "filters: 16, kernel_size: 1}",
            "filters: 16, kernel_size: 5}",
            '12:7 model.layers[8]: node "conv2d_2" (conv2d): the window does not fit into the height:'
            " ⌊(n+2p−f)/s+1⌋ = ⌊(4+2·0−5)/1+1⌋ = 0; inputs: max_pool2d_1 (4, 4, 8)",
        ),
        (
            "groups: 2",
            "groups: 3",
            '16:7 model.layers[12]: node "conv2d_3" (conv2d): 16 channels of the input are not divisible into 3'
            " groups: 16 mod 3 = 1; inputs: upsample2d_1 (8, 8, 16)",
        ),
        (
            "    - global_max_pool2d\n",
            "    - flatten\n    - global_max_pool2d\n",
            '19:7 model.layers[15]: node "global_max_pool2d_1" (global_max_pool2d): global_max_pool2d expects'
            " images (height, width, channels), got (256,); if the values are pixels, put reshape:"
            " {shape: [16, 16, 1]} before this layer; inputs: flatten_1 (256,)",
        ),
        (
            "kernel_size: [3, 3]",
            "kernel_size: [3, 3, 3]",
            "7:26 model.layers[3].depthwise_conv2d.kernel_size: expected an integer greater than 0 or a list of 2"
            " integers greater than 0, got [3, 3, 3]",
        ),
        (
            "padding: same",
            "padding: sam",
            "4:53 model.layers[0].conv2d.padding: expected one of: valid, same or an integer at least 0 or a list of"
            " 2 lists of 2 integers at least 0; got 'sam'; did you mean same?",
        ),
        (
            "[[0, 1], [0, 1]]",
            "[[0, 1], [0, -1]]",
            "16:78 model.layers[12].conv2d.padding[1][1]: expected an integer at least 0, got -1",
        ),
        (
            "kernel_size: 1}",
            "kernel_size: 1, strid: 2}",
            "12:45 model.layers[8].conv2d.strid: unknown key; did you mean stride? (dilation, filters, groups,"
            " initializer, kernel_size, padding, stride, trainable, use_bias)",
        ),
        (
            "mode: bilinear",
            "mode: cubic",
            "15:37 model.layers[11].upsample2d.mode: expected one of: nearest, bilinear; got 'cubic'",
        ),
    ],
)
def test_a_mistake_is_one_line_at_its_place(run, config, before, after, message):
    text = CONFIG.replace(before, after, 1)
    assert text != CONFIG
    config.write_text(text, encoding="utf-8")
    outcome = run("train", config, "--quiet")
    assert outcome.code == 2
    assert outcome.stderr.splitlines() == [f"{config}:{message}"]
