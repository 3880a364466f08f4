"""From the order of an epoch to its batches: gathered, augmented, normalized."""

from __future__ import annotations

import numpy as np

from dlcli.core import rng
from dlcli.data.augmentation.augmenter import Augmenter
from dlcli.data.augmentation.pixel_scaling import PixelScaling
from dlcli.data.batch_order import BatchOrder
from dlcli.data.batches import Batch, Split, TransformedRows


class BatchLoader:
    """The batches of a training set as they are.

    Args:
        split: the training set.
        order: which examples are in which batch.
    """

    def __init__(self, split: Split, order: BatchOrder) -> None:
        self.split = split
        self.order = order

    def batch(self, epoch: int, index: int) -> Batch:
        """One batch of one epoch, both counted from 0."""
        return self.load(epoch, index, self.order.indices(epoch, index))

    def load(self, epoch: int, index: int, examples: np.ndarray) -> Batch:  # noqa: ARG002
        """The batch, when its examples are known; a function of its arguments alone."""
        return self.split.gather(examples)

    @property
    def takes_time(self) -> bool:
        """Whether making a batch is more than copying its rows."""
        return isinstance(self.split.inputs, TransformedRows)


class AugmentingLoader(BatchLoader):
    """The batches of a training set, augmented: a pure function of the seed, the epoch and the place in it.

    Args:
        split: the training set.
        order: which examples are in which batch.
        augmenter: what is done to them.
        seed: of the experiment.
    """

    def __init__(self, split: Split, order: BatchOrder, augmenter: Augmenter, *, seed: int) -> None:
        super().__init__(split, order)
        self.augmenter = augmenter
        self.seed = seed
        if augmenter.images is not None:
            assert isinstance(split.inputs, TransformedRows)
            self._scaling = PixelScaling.of(split.inputs.preprocessor.scaling, augmenter.images.channels)

    def load(self, epoch: int, index: int, examples: np.ndarray) -> Batch:
        # One generator per batch: any batch can be made at any time, on any thread, and has the same bits. That is why
        # a resumed run needs no state of the augmentation.
        generator = rng.generator(self.seed, "augment", epoch, index)
        batch = self.split.gather(examples) if self.augmenter.images is None else self._augmented(examples, generator)
        return self.augmenter.mix(batch, generator)

    @property
    def takes_time(self) -> bool:
        images = self.augmenter.images
        # Flips and crops alone take little longer than the copy that is made anyway, but pages of a memory-mapped file
        # may have to come from the disk.
        return not self.augmenter.only_copies or (images is not None and isinstance(images.source, np.memmap))

    def _augmented(self, examples: np.ndarray, generator: np.random.Generator) -> Batch:
        images = self.augmenter.images
        assert images is not None
        # Augmented as raw pixels and normalized afterwards: colors change, and are clipped, in the range from black to
        # white.
        inputs = self.augmenter.transform(images.source, images.rows[examples], generator, self._scaling)
        return Batch(inputs, None if self.split.targets is None else self.split.targets.take(examples, axis=0))
