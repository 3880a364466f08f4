"""A preview of the augmented training images of a config."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dlcli.assembly import build_augmenter, build_data, build_task, locate_errors
from dlcli.core import formatting, rng, under
from dlcli.data import Augmenter, Batch, Data, OnRead, PixelScaling, TrainingImages, read_training_images
from dlcli.reports import PreviewRow, augmentation_png
from dlcli.spec import Overrides, Spec, load_spec

#: Number of augmented variants of each example.
VARIANTS = 8


@dataclass(frozen=True)
class Preview:
    """A figure of some training examples, original and augmented.

    Args:
        png: Bytes of the PNG file.
        ids: Ids of the examples.
        classes: Classes of the examples, or their values as text.
        augmentations: Names of the augmentations, in the order in which the config lists them.
        warnings: Warnings about the data.
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
    """Draw examples of the training set next to their augmented variants.

    Args:
        config: YAML file.
        overrides: Overrides of the config.
        count: Number of examples, balanced across the classes.
        seed: Seed for the choice of examples and for the augmentations; None for the seed of the config.
        on_read: Callback for the progress of reading many files.

    Raises:
        ConfigError: The config is invalid, or its data is not images.
        DataError: The data is missing or does not match the config.
    """
    spec = load_spec(config, overrides)
    with locate_errors(spec):
        data = build_data(spec, on_read=on_read, keep_raw=True)
        train = data.splits["train"]
        with under("data", {"augmentations": "data.augment"}):
            images = read_training_images(train)
        augmenter = build_augmenter(spec, train, build_task(spec, data.preprocessor.targets))
    generator = rng.generator(spec.seed if seed is None else seed, "preview")
    rows = _balanced_rows(data, min(count, len(train)), generator)
    names = [_name(data, row) for row in rows.tolist()]
    examples = _preview_rows(images, augmenter, data, rows, names, generator)
    applied = [component.name for component in spec.data.augment]
    png = augmentation_png(examples, spec.name, _subtitle(spec, images, len(train)))
    return Preview(png, [example.id for example in examples], names, applied, data.warnings)


def _preview_rows(
    images: TrainingImages,
    augmenter: Augmenter | None,
    data: Data,
    rows: np.ndarray,
    names: list[str],
    generator: np.random.Generator,
) -> list[PreviewRow]:
    train = data.splits["train"]
    assert train.targets is not None, "every image has a target"
    low, high = images.range
    originals = images.source[images.rows[rows]]
    unscaled = PixelScaling.identity(images.channels)
    variants, captions = [], []
    for _ in range(0 if augmenter is None else VARIANTS):
        assert augmenter is not None
        pixels = augmenter.transform(images.source, images.rows[rows], generator, unscaled)
        batch = augmenter.mix(Batch(pixels, train.targets[rows]), generator)
        variants.append(batch.inputs)
        captions.append(_captions(batch, data) if augmenter.mixups else [])

    def scaled(pixels: np.ndarray) -> np.ndarray:
        """Rescale from the range of the data to [0, 1]."""
        return np.clip((pixels.astype(np.float64) - low) / (high - low or 1.0), 0, 1)

    return [
        PreviewRow(
            name,
            str(train.ids[row]),
            scaled(originals[index]),
            scaled(np.array([variant[index] for variant in variants])) if variants else np.empty((0, 1, 1, 1)),
            [caption[index] for caption in captions if caption],
        )
        for index, (row, name) in enumerate(zip(rows.tolist(), names, strict=True))
    ]


def _balanced_rows(data: Data, count: int, generator: np.random.Generator) -> np.ndarray:
    """Draw random rows of the training set, balanced across the classes as far as each has enough examples."""
    targets = data.splits["train"].targets
    assert targets is not None, "every image has a target"
    order = generator.permutation(len(targets))
    if data.class_names is None:
        return order[:count]
    shuffled = targets[order]
    rank_in_class = np.empty(len(order), np.int64)  # position of each example among those of its class
    for label in np.unique(shuffled):
        rank_in_class[shuffled == label] = np.arange((shuffled == label).sum())
    rows = order[np.lexsort((shuffled, rank_in_class))[:count]]
    return rows[np.argsort(targets[rows], kind="stable")]


def _name(data: Data, row: int) -> str:
    targets = data.splits["train"].targets
    assert targets is not None
    [name] = data.preprocessor.targets.describe(targets[row : row + 1])
    return name


def _captions(batch: Batch, data: Data) -> list[str]:
    """Return a caption for each example of a batch, with the class that is mixed into it and its share."""
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
    return f"{count:,} training images of {height} × {width} × {images.channels}  ·  {applied}"
