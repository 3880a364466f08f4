"""Every order visits every example once per epoch, and is the same for the same seed."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcli.data import BatchOrder, BucketedBatches, ShuffledBatches, StreamBatches

KINDS = {
    "shuffled": lambda count, size: ShuffledBatches(count, batch_size=size, seed=3),
    "bucketed": lambda count, size: BucketedBatches(np.arange(count) * 7 % 11, batch_size=size, seed=3),
    "stream": lambda count, size: StreamBatches(count, batch_size=size),
}


def visited(order: BatchOrder, epoch: int) -> list[list[int]]:
    return [order.indices(epoch, batch).tolist() for batch in range(len(order))]


@pytest.mark.parametrize("kind", KINDS)
@given(count=st.integers(1, 60), size=st.integers(1, 20), epoch=st.integers(0, 3))
def test_every_example_is_visited_once(kind: str, count: int, size: int, epoch: int):
    order = KINDS[kind](count, size)
    batches = visited(order, epoch)
    assert sorted(index for batch in batches for index in batch) == list(range(count))
    assert all(batches)
    assert batches == visited(KINDS[kind](count, size), epoch)


@given(count=st.integers(1, 60), rows=st.integers(1, 20))
def test_each_row_of_a_stream_continues_the_batch_before(count: int, rows: int):
    batches = visited(StreamBatches(count, batch_size=rows), 0)
    for before, after in itertools.pairwise(batches):
        assert after == [index + 1 for index in before[: len(after)]]


def test_batch_size_one_keeps_the_sequence():
    assert visited(StreamBatches(5, batch_size=1), 0) == [[0], [1], [2], [3], [4]]


def test_buckets_have_similar_lengths_and_differ_between_epochs():
    lengths = np.random.default_rng(0).integers(1, 100, 5000)
    order = BucketedBatches(lengths, batch_size=32, seed=0)
    spreads = [np.ptp(lengths[order.indices(0, batch)]) for batch in range(len(order))]
    assert np.median(spreads) <= 5
    assert visited(order, 0)[:3] != visited(order, 1)[:3]
    means = [lengths[order.indices(0, batch)].mean() for batch in range(len(order))]
    assert abs(np.corrcoef(np.arange(len(means)), means)[0, 1]) < 0.2  # lengths have no trend
