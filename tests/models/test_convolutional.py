"""Shared behavior of the convolutional architectures."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from dlcli.assembly import model_nodes
from dlcli.core import ConfigError
from dlcli.models import alexnet, googlenet, lenet5
from dlcli.models.convolutional import scaled
from dlcli.spec import load_spec


@pytest.mark.parametrize(("shape", "text"), [((30,), "30"), ((8, 8), "8 × 8"), ((), "()")])
def test_examples_that_are_not_images_are_refused(shape: tuple[int, ...], text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        lenet5(shape, 10)
    assert caught.value.code == "not_applicable"
    assert caught.value.message.endswith(f"shape {text}")


def test_error_of_a_too_small_image_names_the_node_and_the_formula(graph_of: Callable[..., Any]) -> None:
    with pytest.raises(ConfigError) as caught:
        graph_of("vgg11", (16, 16, 1))
    for part in ('"features_20"', "⌊(n+2p−f)/s+1⌋ = ⌊(1+2·0−2)/2+1⌋ = 0", "features_19 (1, 1, 512)"):
        assert part in caught.value.message


def test_nodes_are_plain_data() -> None:
    normalized = alexnet((224, 224, 3), 10, local_response_norm=True)
    for nodes in (lenet5((28, 28, 1), 10), normalized, googlenet((96, 96, 3), 10)):
        assert json.loads(json.dumps([asdict(node) for node in nodes]))[0]["type"] == "conv2d"


def test_dropout_comes_from_its_section_unless_published(tmp_path: Path) -> None:
    """The published rate is only the default of the architecture: `regularization.dropout` overrides it."""
    config = tmp_path / "config.yaml"
    config.write_text("data: {dataset: digits}\nmodel: {architecture: alexnet}\noptimizer: adam\n")
    rates = []
    for overrides in ((), ["regularization.dropout=0.3"], ["model.dropout_rate=0"]):
        nodes = model_nodes(load_spec(config, overrides), (224, 224, 3), 10)
        rates.append({node.options["rate"] for node in nodes if node.type == "dropout"})
    assert rates == [{0.5}, {0.3}, set()]


def test_a_narrow_network_has_at_least_one_filter() -> None:
    assert [scaled(32, 0.5), scaled(32, 0.01), scaled(3, 0.5)] == [16, 1, 2]
