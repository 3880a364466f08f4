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


def positions(epochs: int = 2) -> Iterator[tuple[int, int]]:
    return ((epoch, batch) for epoch in range(epochs) for batch in range(len(order())))


def equal(first: Batch, second: Batch) -> bool:
    assert first.targets is not None and second.targets is not None
    return np.array_equal(first.inputs, second.inputs) and np.array_equal(first.targets, second.targets)


def test_a_batch_depends_on_seed_epoch_and_index():
    one, same, other = loader(), loader(), loader(seed=1)
    batches = [one.batch(*position) for position in positions()]
    for position, batch in reversed([*zip(positions(), batches, strict=True)]):
        assert equal(same.batch(*position), batch)
        assert not equal(other.batch(*position), batch)
    assert sum(equal(a, b) for a in batches for b in batches) == len(batches)  # all differ
    assert [len(batch) for batch in batches[:7]] == [8, 8, 8, 8, 8, 8, 2]


def test_without_augmentation_batches_are_those_of_the_split():
    train = split()
    for epoch, index in positions():
        assert equal(loader(augmented=False).batch(epoch, index), train.gather(order().indices(epoch, index)))


def test_inputs_are_normalized_after_augmentation():
    train = split()
    nothing = AugmentingLoader(train, order(), Augmenter([HorizontalFlip(probability=0.0)], train, 3), seed=0)
    batch, plain = nothing.batch(0, 0), train.gather(order().indices(0, 0))
    np.testing.assert_allclose(batch.inputs, plain.inputs, atol=1e-6)
    assert batch.inputs.dtype == np.float32
    assert np.array_equal(batch.targets, plain.targets)  # type: ignore[arg-type]


def test_prefetched_batches_are_equal():
    plain = loader()
    with Prefetcher(loader(), epochs=2) as prefetcher:
        for position in positions():
            assert equal(prefetcher.batch(*position), plain.batch(*position))


def test_prefetching_continues_after_a_jump():
    plain = loader()
    with Prefetcher(loader(), epochs=5) as prefetcher:
        for position in [(0, 0), (0, 1), (3, 5), (3, 6), (4, 0), (1, 2), (1, 2)]:
            assert equal(prefetcher.batch(*position), plain.batch(*position))


class RecordingLoader(BatchLoader):
    """Records the batches that it loads and the threads that load them."""

    def __init__(self, *, broken: tuple[int, int] | None = None, lazily: bool = True) -> None:
        super().__init__(split(lazily=lazily), order())
        self.broken = broken
        self.loaded: list[tuple[int, int]] = []
        self.threads: set[int] = set()

    def load(self, epoch: int, index: int, examples: np.ndarray) -> Batch:
        self.threads.add(threading.get_ident())
        self.loaded.append((epoch, index))
        if (epoch, index) == self.broken:
            raise DataError("the disk failed", file="images.npy")
        return super().load(epoch, index, examples)


def test_prefetches_in_another_thread_until_the_last_epoch():
    recording = RecordingLoader()
    with Prefetcher(recording, epochs=1) as prefetcher:
        prefetcher.batch(0, 0)
        deadline = time.monotonic() + 10
        while len(recording.loaded) < 4 and time.monotonic() < deadline:
            time.sleep(0.001)
        assert recording.loaded == [(0, 0), (0, 1), (0, 2), (0, 3)]
        for index in range(1, 7):
            prefetcher.batch(0, index)
    assert recording.loaded == [*positions(1)]
    assert threading.get_ident() not in recording.threads
    assert not any(thread.name.startswith("batches") for thread in threading.enumerate())


def test_inputs_in_memory_are_not_prefetched():
    recording = RecordingLoader(lazily=False)
    with Prefetcher(recording, epochs=1) as prefetcher:
        prefetcher.batch(0, 0)
    assert recording.loaded == [(0, 0)]
    assert recording.threads == {threading.get_ident()}


def test_augmentations_that_only_copy_pixels_are_not_expensive():
    train = split()
    copying, drawing = (
        AugmentingLoader(train, order(), Augmenter(augmentations, train, 3), seed=0)
        for augmentations in ([HorizontalFlip(), RandomCrop(padding=1)], [HorizontalFlip(), Cutout(size=2)])
    )
    assert not copying.is_expensive
    assert drawing.is_expensive


def test_an_error_is_raised_when_its_batch_is_requested():
    with Prefetcher(RecordingLoader(broken=(0, 2)), epochs=1) as prefetcher:
        prefetcher.batch(0, 0)
        prefetcher.batch(0, 1)
        with pytest.raises(DataError, match="disk"):
            prefetcher.batch(0, 2)
        assert len(prefetcher.batch(0, 3)) == SIZE


def test_an_interrupt_stops_the_thread():
    with pytest.raises(KeyboardInterrupt), Prefetcher(RecordingLoader(), epochs=1) as prefetcher:
        prefetcher.batch(0, 0)
        raise KeyboardInterrupt
    assert not any(thread.name.startswith("batches") for thread in threading.enumerate())
