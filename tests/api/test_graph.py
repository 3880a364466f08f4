"""The graph of a config and of a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlcli import api
from dlcli.core import ConfigError


def test_a_config_and_its_run_have_the_same_graph(config: Path, trained: api.Run) -> None:
    nodes = api.show(config)
    assert nodes == api.show(trained.id, runs_dir=trained.path.parent)
    assert [(node.name, node.output_shape, node.parameters) for node in nodes if node.parameters] == [
        ("linear_1", (8,), 4 * 8 + 8),
        ("output", (3,), 8 * 3 + 3),
    ]
    assert nodes[0].flops == 2 * 4 * 8 + 8


def test_a_name_of_neither_a_config_nor_a_run_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        api.show("nothing.yaml", runs_dir=tmp_path)
