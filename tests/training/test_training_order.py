"""Batches of a training, none of which has one value per channel for batch normalization."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcli.core import ConfigError, Generators, registry
from dlcli.data import Batch, BatchOrder, Split
from dlcli.nn import Graph, Node, with_names
from dlcli.settings import TrainingSettings
from dlcli.training import batch_order
from dlcli.training.batch_statistics import single_value_node

VECTORS = [Node("", "linear", {"units": 3}), Node("", "batch_norm")]
PLAIN = [Node("", "linear", {"units": 3})]
POOLED = [Node("", "batch_norm", {}), Node("", "global_average_pool2d"), Node("", "batch_norm")]
PIXELS = [Node("", "conv2d", {"filters": 2, "kernel_size": 3}), Node("", "batch_norm")]


def model(nodes: list[Node], shape: tuple[int, ...]) -> Graph:
    def create(node: Node) -> Any:
        return registry.lookup("layer", node.type)(**node.options)

    return Graph.build(with_names(nodes), shape, generators=Generators(0), create=create)


class Sequences:
    """Sequences with three features per time step."""

    def __init__(self, lengths: list[int], *, continuous: bool = False) -> None:
        self.lengths = np.array(lengths)
        self.continuous = continuous
        self.shape = (len(lengths), max(lengths), 3)

    def __len__(self) -> int:
        return len(self.lengths)

    def gather(self, indices: np.ndarray) -> Batch:
        raise NotImplementedError


def vectors(count: int) -> Split:
    return Split("train", np.zeros((count, 4), np.float32), np.zeros(count, np.int64), np.arange(count))


def sequences(lengths: list[int], *, continuous: bool = False) -> Split:
    return Split("train", Sequences(lengths, continuous=continuous), None, np.arange(len(lengths)))


def visited(order: BatchOrder, epoch: int = 0) -> list[list[int]]:
    return [order.indices(epoch, batch).tolist() for batch in range(len(order))]


@pytest.mark.parametrize(
    ("nodes", "shape", "steps", "expected"),
    [
        (PLAIN, (4,), None, None),
        (VECTORS, (4,), None, "batch_norm_1"),
        (PIXELS, (3, 3, 1), None, "batch_norm_1"),
        (PIXELS, (4, 3, 1), None, None),
        (POOLED, (4, 4, 1), None, "batch_norm_2"),
        ([Node("", "batch_norm")], (5, 3), 2, None),
        ([Node("", "batch_norm")], (5, 3), 1, "batch_norm_1"),
        ([Node("", "mean_over_time"), Node("", "batch_norm")], (5, 3), 5, "batch_norm_1"),
    ],
)
def test_the_first_batch_norm_node_with_one_value_per_channel(
    nodes: list[Node], shape: tuple[int, ...], steps: int | None, expected: str | None
) -> None:
    assert single_value_node(model(nodes, shape), steps) == expected


def test_frozen_layers_do_not_use_batch_statistics() -> None:
    frozen = model(VECTORS, (4,))
    frozen.layers["batch_norm_1"].freeze()
    assert single_value_node(frozen) is None


@given(count=st.integers(2, 50), size=st.integers(2, 12), shuffle=st.booleans(), epoch=st.integers(0, 2))
def test_a_last_batch_of_one_is_merged(count: int, size: int, shuffle: bool, epoch: int) -> None:
    settings = TrainingSettings(epochs=1, batch_size=size, shuffle=shuffle)
    order = batch_order(vectors(count), settings, 0, model=model(VECTORS, (4,)))
    plain = batch_order(vectors(count), settings, 0, model=model(PLAIN, (4,)))
    batches, before = visited(order, epoch), visited(plain, epoch)
    if count > size and count % size == 1:
        assert order.remark is not None
        assert batches == [*before[:-2], before[-2] + before[-1]]
    else:
        assert order.remark is None
        assert batches == before
    assert min(map(len, batches)) >= 2


def test_drop_last_drops_a_last_batch_of_one() -> None:
    settings = TrainingSettings(epochs=1, batch_size=4, drop_last=True, shuffle=False)
    order = batch_order(vectors(9), settings, 0, model=model(VECTORS, (4,)))
    assert visited(order) == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert order.remark is None


@pytest.mark.parametrize(("count", "size"), [(20, 1), (1, 64), (1, "full")])
def test_one_value_per_channel_in_every_batch_is_rejected(count: int, size: Any) -> None:
    settings = TrainingSettings(epochs=1, batch_size=size)
    with pytest.raises(ConfigError) as caught:
        batch_order(vectors(count), settings, 0, model=model(VECTORS, (4,)))
    assert caught.value.key == "settings.batch_size"
    assert len(batch_order(vectors(count), settings, 0, model=model(PLAIN, (4,)))) == count


@given(lengths=st.lists(st.integers(1, 6), min_size=2, max_size=40), size=st.integers(2, 8), epoch=st.integers(0, 2))
def test_bucketed_sequences_have_no_batch_of_one_step(lengths: list[int], size: int, epoch: int) -> None:
    norm = model([Node("", "batch_norm")], (max(lengths), 3))
    order = batch_order(sequences(lengths), TrainingSettings(epochs=1, batch_size=size), 0, model=norm)
    batches = visited(order, epoch)
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    assert all(len(batch) * max(lengths[index] for index in batch) > 1 for batch in batches)


def test_batches_of_one_sequence_are_rejected_if_one_has_a_single_step() -> None:
    norm, settings = model([Node("", "batch_norm")], (5, 3)), TrainingSettings(epochs=1, batch_size=1)
    assert len(batch_order(sequences([2, 3, 5]), settings, 0, model=norm)) == 3
    with pytest.raises(ConfigError):
        batch_order(sequences([2, 1, 5]), settings, 0, model=norm)


@pytest.mark.parametrize(
    ("lengths", "rows", "batches"),
    [
        ([4, 4, 4, 4, 1], 2, [[0, 3], [1, 4], [2]]),
        ([4, 4, 4, 1], 1, [[0], [1], [2]]),
        ([4, 4, 4, 3], 1, [[0], [1], [2], [3]]),
        ([1, 1, 1, 1, 1], 2, [[0, 3], [1, 4]]),
        ([1, 1, 1], 1, None),
        ([1], 8, None),
    ],
)
def test_a_stream_leaves_a_last_batch_of_one_step_out(
    lengths: list[int], rows: int, batches: list[list[int]] | None
) -> None:
    norm = model([Node("", "batch_norm")], (max(lengths), 3))
    settings = TrainingSettings(epochs=1, batch_size=rows, stateful=True)
    train = sequences(lengths, continuous=True)
    if batches is None:
        with pytest.raises(ConfigError):
            batch_order(train, settings, 0, model=norm)
    else:
        order = batch_order(train, settings, 0, model=norm)
        assert visited(order) == batches
        assert (order.remark is None) == (sum(map(len, batches)) == len(lengths))
