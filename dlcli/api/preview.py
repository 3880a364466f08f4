"""What augmentation does to the training set of a config."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dlcli.assembly import build_augmenter, build_data, build_task, located
from dlcli.core import formatting, rng
from dlcli.data import Augmenter, Batch, Data, OnRead, PixelScaling, TrainingImages, Values, read_training_images
from dlcli.reports import PreviewRow, augmentation_png
from dlcli.spec import Overrides, Spec, load_spec

#: how often every example is augmented
VARIANTS = 8


@dataclass(frozen=True)
class Preview:
    """A picture of some training examples, plain and augmented.

    Args:
        png: the picture.
        ids: of the examples.
        classes: their classes, or their values in words.
        augmentations: names of those that were applied, in the order of the config.
        warnings: what the user should hear about the data.
    """

    png: bytes
    ids: list[str]
    classes: list[str]
    augmentations: list[str]
    warnings: tuple[str, ...]


def preview(
    config: str | Path,
    *,
    overrides: Overrides = (),
    count: int = 8,
    seed: int | None = None,
    on_read: OnRead | None = None,
) -> Preview:
    """Draw examples of the training set beside what augmentation makes of them.

    Args:
        config: the YAML file.
        overrides: of the config.
        count: examples; all classes get their turn.
        seed: of the choice and of the augmentation; None = the config's.
        on_read: is told how many files are read, where that takes its time.

    Raises:
        ConfigError: the config is wrong, or its data is no pictures.
        DataError: the data is missing or not what the config says.
    """
    spec = load_spec(config, overrides)
    with located(spec):
        data = build_data(spec, on_read=on_read, keep_raw=True)
        train = data.splits["train"]
        images = read_training_images(train)
        augmenter = build_augmenter(spec, train, build_task(spec, data.preprocessor.targets))
    generator = rng.generator(spec.seed if seed is None else seed, "preview")
    chosen = _spread(data, min(count, len(train)), generator)
    names = [_name(data, row) for row in chosen.tolist()]
    rows = _rows(images, augmenter, data, chosen, names, generator)
    applied = [component.name for component in spec.data.augment]
    png = augmentation_png(rows, spec.name, _subtitle(spec, images, len(train)))
    return Preview(png, [row.id for row in rows], names, applied, data.warnings)


def _rows(
    images: TrainingImages,
    augmenter: Augmenter | None,
    data: Data,
    chosen: np.ndarray,
    names: list[str],
    generator: np.random.Generator,
) -> list[PreviewRow]:
    train = data.splits["train"]
    assert train.targets is not None, "pictures have one target each"
    low, high = images.range
    originals = images.source[images.rows[chosen]]
    unscaled = PixelScaling.nothing(images.channels)
    variants, captions = [], []
    for _ in range(0 if augmenter is None else VARIANTS):
        assert augmenter is not None
        changed = augmenter.transform(images.source, images.rows[chosen], generator, unscaled)
        batch = augmenter.mix(Batch(changed, train.targets[chosen]), generator)
        variants.append(batch.inputs)
        captions.append(_captions(batch, data) if augmenter.mixups else [])

    def scaled(pixels: np.ndarray) -> np.ndarray:
        """From the range of the data to 0 … 1."""
        return np.clip((pixels.astype(np.float64) - low) / (high - low or 1.0), 0, 1)

    return [
        PreviewRow(
            name,
            str(train.ids[row]),
            scaled(originals[place]),
            scaled(np.array([variant[place] for variant in variants])) if variants else np.empty((0, 1, 1, 1)),
            [caption[place] for caption in captions if caption],
        )
        for place, (row, name) in enumerate(zip(chosen.tolist(), names, strict=True))
    ]


def _spread(data: Data, count: int, generator: np.random.Generator) -> np.ndarray:
    """Rows of the training set, at random, from every class as often as from the others as far as they go."""
    targets = data.splits["train"].targets
    assert targets is not None, "pictures have one target each"
    order = generator.permutation(len(targets))
    if data.class_names is None:
        return order[:count]
    shuffled = targets[order]
    turn = np.empty(len(order), np.int64)  # the first of a class, the second of it, …
    for label in np.unique(shuffled):
        turn[shuffled == label] = np.arange((shuffled == label).sum())
    chosen = order[np.lexsort((shuffled, turn))[:count]]
    return chosen[np.argsort(targets[chosen], kind="stable")]


def _name(data: Data, row: int) -> str:
    targets = data.splits["train"].targets
    assert targets is not None
    if data.class_names is not None:
        return data.class_names[int(targets[row])]
    assert isinstance(data.preprocessor.targets, Values)
    values = data.preprocessor.targets.inverse(targets[row : row + 1])[0]
    return ", ".join(f"{value:.4g}" for value in values)


def _captions(batch: Batch, data: Data) -> list[str]:
    """What is mixed into each example of a batch."""
    assert batch.targets is not None
    if data.class_names is None:
        return [""] * len(batch)
    shares = batch.targets if batch.targets.ndim == 2 else np.stack([1 - batch.targets, batch.targets], axis=1)
    captions = []
    for row in shares:
        _, second = np.argsort(-row)[:2]
        captions.append(
            f"+ {formatting.percent(row[second])} % {data.class_names[second]}" if row[second] >= 0.005 else ""
        )
    return captions


def _subtitle(spec: Spec, images: TrainingImages, count: int) -> str:
    height, width = images.size
    applied = ", ".join(component.name for component in spec.data.augment) or "no augmentation (data.augment)"
    return f"{count:,} training pictures of {height} × {width} × {images.channels}  ·  {applied}"
