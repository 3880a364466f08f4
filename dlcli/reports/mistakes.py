"""A figure of the worst mistakes of an image classifier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dlcli.core import formatting
from dlcli.reports.palette import BLUE, GRAY, VERMILION, photograph
from dlcli.reports.sheet import Line, Sheet, Tile

COLUMNS = 8


@dataclass(frozen=True)
class WorstMistakes:
    """Misclassified examples, ordered by decreasing confidence.

    Args:
        split: Name of the split.
        images: Images (M, H, W, 1 or 3) before normalization.
        truths: True classes of the images.
        predictions: Predicted classes.
        probabilities: Probabilities (M,) of the predicted classes.
        ids: Ids of the examples.
        num_mistakes: Number of mistakes in the split.
        num_examples: Number of examples in the split.
    """

    split: str
    images: np.ndarray
    truths: Sequence[str]
    predictions: Sequence[str]
    probabilities: np.ndarray
    ids: Sequence[str]
    num_mistakes: int
    num_examples: int


def mistakes_png(mistakes: WorstMistakes) -> bytes:
    """Draw a tile for each mistake: the image, the true class, and the predicted class with its probability."""
    split = mistakes.split.replace("_", "-")
    share = f"{mistakes.num_mistakes:,} of {formatting.count(mistakes.num_examples, 'example')} misclassified"
    count = len(mistakes.images)
    part = f"; the {count} most confident" if count < mistakes.num_mistakes else ", the most confident first"
    sheet = Sheet(f"The worst mistakes in {split}", f"{share}{part}: true class → predicted class, its probability")
    tiles = [
        Tile(
            pixels,
            (
                Line(truth, BLUE, bold=True),
                Line(f"→ {guess}", VERMILION),
                Line(f"{formatting.percent(probability)} %, id {id}", GRAY, wraps=True),
            ),
        )
        for pixels, truth, guess, probability, id in zip(
            photograph(mistakes.images),
            mistakes.truths,
            mistakes.predictions,
            mistakes.probabilities.tolist(),
            mistakes.ids,
            strict=True,
        )
    ]
    sheet.tiles(tiles, columns=COLUMNS)
    return sheet.png()
