from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcli.core import ConfigError
from dlcli.data import ClassLabels, Preprocessor, ShuffledBatches, Split, TransformedRows
from dlcli.data.normalization import Scaling


@settings(deadline=None)
@given(st.integers(1, 60), st.integers(1, 70), st.booleans(), st.integers(0, 99), st.integers(0, 5))
def test_an_epoch_visits_every_example_once(count: int, size: int, shuffle: bool, seed: int, epoch: int):
    batches = ShuffledBatches(count, batch_size=size, seed=seed, shuffle=shuffle)
    visited = [batches.indices(epoch, batch) for batch in range(len(batches))]
    assert sorted(np.concatenate(visited).tolist()) == list(range(count))
    assert all(len(batch) == size for batch in visited[:-1])
    assert len(visited[-1]) == count - size * (len(visited) - 1)
    if not shuffle:
        assert np.concatenate(visited).tolist() == list(range(count))


def test_batches_depend_only_on_seed_and_epoch():
    walked = ShuffledBatches(50, batch_size=8, seed=1)
    for epoch in range(3):
        for batch in range(len(walked)):
            walked.indices(epoch, batch)
    fresh = ShuffledBatches(50, batch_size=8, seed=1)
    assert np.array_equal(walked.indices(3, 4), fresh.indices(3, 4))
    assert not np.array_equal(fresh.order(3), fresh.order(4))
    assert not np.array_equal(fresh.order(3), ShuffledBatches(50, batch_size=8, seed=2).order(3))


def test_full_stochastic_and_dropped_batches():
    assert len(ShuffledBatches(50, batch_size="full", seed=0)) == 1
    assert len(ShuffledBatches(50, batch_size="full", seed=0).indices(0, 0)) == 50
    assert len(ShuffledBatches(50, batch_size=1, seed=0)) == 50
    dropped = ShuffledBatches(50, batch_size=8, seed=0, drop_last=True)
    assert len(dropped) == 6
    assert {len(dropped.indices(0, batch)) for batch in range(6)} == {8}


def test_no_batch_is_left():
    with pytest.raises(ConfigError, match=r"10 .* 64") as caught:
        ShuffledBatches(10, batch_size=64, seed=0, drop_last=True)
    assert (caught.value.code, caught.value.key) == ("too_few_examples", "batch_size")


@pytest.fixture(params=["in memory", "transformed lazily"])
def split(request: pytest.FixtureRequest) -> Split:
    raw = np.arange(20).reshape(10, 2)
    targets = np.arange(10)
    preprocessor = Preprocessor((2,), None, Scaling(np.array(1.0), np.array(2.0)), ClassLabels(("a", "b")), ())
    inputs = TransformedRows(np.vstack([raw, raw])[::-1], np.arange(19, 9, -1), preprocessor)
    in_memory = request.param == "in memory"
    return Split("train", ((raw - 1) / 2).astype(np.float32) if in_memory else inputs, targets, targets)


def test_gather_follows_the_indices(split: Split):
    batch = split.gather(np.array([7, 0, 7]))
    x, y = batch.inputs, batch.targets
    assert x.tolist() == [[6.5, 7.0], [-0.5, 0.0], [6.5, 7.0]]
    assert x.dtype == np.float32
    assert y.tolist() == [7, 0, 7]


def test_batches_are_in_order(split: Split):
    assert len(split) == 10
    assert split.inputs.shape == (10, 2)
    sizes, seen = [], []
    for batch in split.batches(4):
        sizes.append(len(batch))
        seen.extend(batch.targets.tolist())
    assert sizes == [4, 4, 2]
    assert seen == list(range(10))


def test_new_data_may_lack_targets():
    split = Split("new", np.zeros((3, 2), np.float32), None, np.arange(3))
    assert split.gather(np.array([1])).targets is None
    assert [batch.targets for batch in split.batches(2)] == [None, None]
