"""Load the batches of an epoch: gather, augment and normalize examples."""

from __future__ import annotations

import numpy as np

from dlcli.core import rng
from dlcli.data.augmentation.augmenter import Augmenter
from dlcli.data.augmentation.pixel_scaling import PixelScaling
from dlcli.data.batch_order import BatchOrder
from dlcli.data.batches import Batch, Split, TransformedRows


class BatchLoader:
    """Loads the batches of a training set without augmentation.

    Args:
        split: Training set.
        order: Order of the examples in each epoch.
    """

    def __init__(self, split: Split, order: BatchOrder) -> None:
        self.split = split
        self.order = order

    def batch(self, epoch: int, index: int) -> Batch:
        """Return a batch of an epoch, both counted from 0."""
        return self.load(epoch, index, self.order.indices(epoch, index))

    def load(self, epoch: int, index: int, examples: np.ndarray) -> Batch:  # noqa: ARG002
        """Return the batch of some examples; the result depends only on the arguments."""
        return self.split.gather(examples)

    @property
    def is_expensive(self) -> bool:
        """Whether loading a batch takes more than copying its rows."""
        return isinstance(self.split.inputs, TransformedRows)


class AugmentingLoader(BatchLoader):
    """Loads the augmented batches of a training set: a pure function of seed, epoch and batch index.

    Args:
        split: Training set.
        order: Order of the examples in each epoch.
        augmenter: Augmentations of the batches.
        seed: Seed of the experiment.
    """

    def __init__(self, split: Split, order: BatchOrder, augmenter: Augmenter, *, seed: int) -> None:
        super().__init__(split, order)
        self.augmenter = augmenter
        self.seed = seed
        if augmenter.images is not None:
            assert isinstance(split.inputs, TransformedRows)
            self._scaling = PixelScaling.of(split.inputs.preprocessor.scaling, augmenter.images.channels)

    def load(self, epoch: int, index: int, examples: np.ndarray) -> Batch:
        # One generator per batch: a batch has the same bits whenever and on whichever thread it is loaded, so resuming
        # needs no state of the augmentation.
        generator = rng.generator(self.seed, "augment", epoch, index)
        batch = self.split.gather(examples) if self.augmenter.images is None else self._augment(examples, generator)
        return self.augmenter.mix(batch, generator)

    @property
    def is_expensive(self) -> bool:
        images = self.augmenter.images
        # Flips and crops take little longer than copying, but a memory-mapped file may have to be read from disk.
        return not self.augmenter.only_copies or (images is not None and isinstance(images.source, np.memmap))

    def _augment(self, examples: np.ndarray, generator: np.random.Generator) -> Batch:
        images = self.augmenter.images
        assert images is not None
        # Raw pixels are augmented and then normalized: colors are changed and clipped in the range from black to white.
        inputs = self.augmenter.transform(images.source, images.rows[examples], generator, self._scaling)
        return Batch(inputs, None if self.split.targets is None else self.split.targets.take(examples, axis=0))
