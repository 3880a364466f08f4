"""What the convolutional architectures have in common."""

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


@pytest.mark.parametrize(("shape", "found"), [((30,), "30 numbers"), ((8, 8), "8 × 8 numbers"), ((), "single numbers")])
def test_what_is_no_image_is_refused(shape: tuple[int, ...], found: str) -> None:
    with pytest.raises(ConfigError) as caught:
        lenet5(shape, 10)
    assert caught.value.message == (
        f"lenet5 takes images, height × width × channels; an example of this data has {found}"
    )


def test_an_image_that_is_too_small_is_told_where_and_why(graph_of: Callable[..., Any]) -> None:
    with pytest.raises(ConfigError) as caught:
        graph_of("vgg11", (16, 16, 1))
    assert caught.value.message == (
        'node "features_20" (max_pool2d): no window fits into the height: ⌊(n+2p−f)/s+1⌋ = ⌊(1+2·0−2)/2+1⌋ = 0;'
        " inputs: features_19 (1, 1, 512)"
    )


def test_nodes_are_plain_data() -> None:
    normalized = alexnet((224, 224, 3), 10, local_response_norm=True)
    for nodes in (lenet5((28, 28, 1), 10), normalized, googlenet((96, 96, 3), 10)):
        assert json.loads(json.dumps([asdict(node) for node in nodes]))[0]["type"] == "conv2d"


def test_dropout_comes_from_its_section_unless_published(tmp_path: Path) -> None:
    """The published rate is the default of the architecture, not a second opinion."""
    config = tmp_path / "config.yaml"
    config.write_text("data: {dataset: digits}\nmodel: {architecture: alexnet}\noptimizer: adam\n")
    rates = []
    for overrides in ((), ["regularization.dropout=0.3"], ["model.dropout_rate=0"]):
        nodes = model_nodes(load_spec(config, overrides), (224, 224, 3), 10)
        rates.append({node.options["rate"] for node in nodes if node.type == "dropout"})
    assert rates == [{0.5}, {0.3}, set()]


def test_a_narrow_network_keeps_a_filter() -> None:
    assert [scaled(32, 0.5), scaled(32, 0.01), scaled(3, 0.5)] == [16, 1, 2]
