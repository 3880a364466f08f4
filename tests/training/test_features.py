"""Features of a frozen trunk, in memory and in a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import dlcli.nn  # noqa: F401 - registers the layers
from dlcli.core import Generators, StorageError, registry
from dlcli.data import Split
from dlcli.nn import Graph, Layer, LayerRoles, Node, with_names
from dlcli.training import compute_features


def create(node: Node) -> Layer:
    layer: Layer = registry.lookup("layer", node.type)(**node.options)
    return layer


@pytest.fixture
def model() -> Graph:
    nodes = [
        Node("trunk", "linear", {"units": 5}),
        Node("normal", "batch_norm"),
        Node("bent", "relu"),
        Node("head", "linear", {"units": 2}),
    ]
    return Graph.build(with_names(nodes), (3,), generators=Generators(0), create=create)


@pytest.fixture
def splits() -> dict[str, Split]:
    generator = np.random.default_rng(0)
    sizes = {"train": 23, "dev": 7, "test": 5}
    return {
        name: Split(name, generator.standard_normal((size, 3)).astype(np.float32), np.zeros(size, int), np.arange(size))
        for name, size in sizes.items()
    }


@pytest.mark.parametrize("in_memory", [2**20, 0])
def test_the_tail_on_features_equals_the_whole_model(model: Graph, splits: dict[str, Split], in_memory: int) -> None:
    LayerRoles.of(model, train="head").apply(model)
    features = compute_features(model, splits, batch_size=4, in_memory=in_memory)
    assert features is not None
    assert (features.trunk_end, features.bytes, features.in_memory) == ("bent", 30 * 5 * 4, in_memory > 0)
    assert set(features.splits) == {"train", "dev"}  # the test set is not used in training
    assert isinstance(features.splits["train"].inputs, np.memmap) is (in_memory == 0)
    indices = np.array([20, 3, 11])
    model.eval()
    expected = model.forward(splits["train"].gather(indices).inputs).data
    outputs = features.model.forward(features.splits["train"].gather(indices).inputs).data
    np.testing.assert_allclose(outputs, expected, rtol=1e-5)
    assert np.array_equal(features.splits["dev"].ids, splits["dev"].ids)


def test_there_are_no_features_without_frozen_layers(model: Graph, splits: dict[str, Split]) -> None:
    assert compute_features(model, splits, batch_size=4) is None


def test_a_full_disk_is_a_storage_error(
    model: Graph, splits: dict[str, Split], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    LayerRoles.of(model, train="head").apply(model)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.posix_fallocate", full)
    with pytest.raises(StorageError) as caught:
        compute_features(model, splits, batch_size=4, in_memory=0)
    assert caught.value.code == "io_error"
    assert "No space left" in caught.value.message
