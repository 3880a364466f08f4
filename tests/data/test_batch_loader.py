from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from dlcli.core import DataError
from dlcli.data import (
    Augmenter,
    AugmentingLoader,
    Batch,
    BatchLoader,
    ClassLabels,
    Prefetcher,
    Preprocessor,
    ShuffledBatches,
    Split,
    TransformedRows,
)
from dlcli.data.augmentation import Cutout, HorizontalFlip, Mixup, RandomCrop
from dlcli.data.normalization import Scaling

COUNT, SIZE = 50, 8


def split(*, lazily: bool = True) -> Split:
    images = np.random.default_rng(0).integers(0, 256, (COUNT + 7, 6, 6, 1)).astype(np.uint8)
    scaling = Scaling(np.array([100.0]), np.array([50.0]))
    preprocessor = Preprocessor((6, 6, 1), None, scaling, ClassLabels(("a", "b", "c")), ())
    rows = np.random.default_rng(1).permutation(COUNT + 7)[:COUNT]
    inputs = TransformedRows(images, rows, preprocessor) if lazily else preprocessor.inputs(images, rows)
    return Split("train", inputs, rows % 3, rows)


def order(seed: int = 0) -> ShuffledBatches:
    return ShuffledBatches(COUNT, batch_size=SIZE, seed=seed)


def loader(seed: int = 0, *, augmented: bool = True) -> BatchLoader:
    train = split()
    if not augmented:
        return BatchLoader(train, order(seed))
    augmenter = Augmenter([HorizontalFlip(), RandomCrop(padding=1), Cutout(size=2), Mixup()], train, 3)
    return AugmentingLoader(train, order(seed), augmenter, seed=seed)


def data_paths(epochs: int = 2) -> Iterator[tuple[int, int]]:
    return ((epoch, batch) for epoch in range(epochs) for batch in range(len(order())))


def equal(first: Batch, second: Batch) -> bool:
    assert first.targets is not None and second.targets is not None
    return np.array_equal(first.inputs, second.inputs) and np.array_equal(first.targets, second.targets)


def test_a_batch_is_a_function_of_seed_epoch_and_place():
    one, same, other = loader(), loader(), loader(seed=1)
    batches = [one.batch(*place) for place in data_paths()]
    for place, batch in reversed([*zip(data_paths(), batches, strict=True)]):
        assert equal(same.batch(*place), batch)
        assert not equal(other.batch(*place), batch)
    assert sum(equal(a, b) for a in batches for b in batches) == len(batches), "no two are the same"
    assert [len(batch) for batch in batches[:7]] == [8, 8, 8, 8, 8, 8, 2]


def test_without_augmentation_batches_are_those_of_the_split():
    train = split()
    for epoch, index in data_paths():
        assert equal(loader(augmented=False).batch(epoch, index), train.gather(order().indices(epoch, index)))


def test_inputs_are_normalized_after_augmentation():
    train = split()
    nothing = AugmentingLoader(train, order(), Augmenter([HorizontalFlip(probability=0.0)], train, 3), seed=0)
    batch, plain = nothing.batch(0, 0), train.gather(order().indices(0, 0))
    np.testing.assert_allclose(batch.inputs, plain.inputs, atol=1e-6)
    assert batch.inputs.dtype == np.float32
    assert np.array_equal(batch.targets, plain.targets)  # type: ignore[arg-type]


def test_batches_made_ahead_are_the_same_ones():
    plain = loader()
    with Prefetcher(loader(), epochs=2) as ahead:
        for place in data_paths():
            assert equal(ahead.batch(*place), plain.batch(*place))


def test_after_a_jump_it_goes_on_from_there():
    plain = loader()
    with Prefetcher(loader(), epochs=5) as ahead:
        for place in [(0, 0), (0, 1), (3, 5), (3, 6), (4, 0), (1, 2), (1, 2)]:
            assert equal(ahead.batch(*place), plain.batch(*place))


class Watched(BatchLoader):
    """Remembers what it made, and on which threads."""

    def __init__(self, *, broken: tuple[int, int] | None = None, lazily: bool = True) -> None:
        super().__init__(split(lazily=lazily), order())
        self.broken = broken
        self.made: list[tuple[int, int]] = []
        self.threads: set[int] = set()

    def load(self, epoch: int, index: int, examples: np.ndarray) -> Batch:
        self.threads.add(threading.get_ident())
        self.made.append((epoch, index))
        if (epoch, index) == self.broken:
            raise DataError("the disk is gone", file="pictures.npy")
        return super().load(epoch, index, examples)


def test_it_works_ahead_on_another_thread_and_not_beyond_the_last_epoch():
    watched = Watched()
    with Prefetcher(watched, epochs=1) as ahead:
        ahead.batch(0, 0)
        deadline = time.monotonic() + 10
        while len(watched.made) < 4 and time.monotonic() < deadline:
            time.sleep(0.001)
        assert watched.made == [(0, 0), (0, 1), (0, 2), (0, 3)]
        for index in range(1, 7):
            ahead.batch(0, index)
    assert watched.made == [*data_paths(1)]
    assert threading.get_ident() not in watched.threads
    assert not any(thread.name.startswith("batches") for thread in threading.enumerate())


def test_what_is_in_memory_is_copied_on_the_spot():
    watched = Watched(lazily=False)
    with Prefetcher(watched, epochs=1) as ahead:
        ahead.batch(0, 0)
    assert watched.made == [(0, 0)]
    assert watched.threads == {threading.get_ident()}


def test_what_is_only_copied_is_made_on_the_spot():
    train = split()
    copying, drawing = (
        AugmentingLoader(train, order(), Augmenter(augmentations, train, 3), seed=0)
        for augmentations in ([HorizontalFlip(), RandomCrop(padding=1)], [HorizontalFlip(), Cutout(size=2)])
    )
    assert not copying.takes_time
    assert drawing.takes_time


def test_an_error_is_raised_where_its_batch_is_wanted():
    with Prefetcher(Watched(broken=(0, 2)), epochs=1) as ahead:
        ahead.batch(0, 0)
        ahead.batch(0, 1)
        with pytest.raises(DataError, match="the disk is gone"):
            ahead.batch(0, 2)
        assert len(ahead.batch(0, 3)) == SIZE


def test_an_interrupt_ends_the_thread():
    with pytest.raises(KeyboardInterrupt), Prefetcher(Watched(), epochs=1) as ahead:
        ahead.batch(0, 0)
        raise KeyboardInterrupt
    assert not any(thread.name.startswith("batches") for thread in threading.enumerate())
