"""The worst mistakes of a classifier of images, as pictures."""

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
    """Examples that were taken for something else, the most certain mistakes first.

    Args:
        split: of the examples.
        images: (M, H, W, 1 or 3) before normalization.
        truths: their classes.
        predictions: what the model takes them for.
        probabilities: (M,) that it gives to that.
        ids: what the user knows them by.
        num_mistakes: in the whole split.
        num_examples: of the split.
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
    """A tile for each: the picture, what it is, and what the model says with how much certainty."""
    split = mistakes.split.replace("_", "-")
    found = f"{mistakes.num_mistakes:,} of {mistakes.num_examples:,} examples are mistaken"
    shown = len(mistakes.images)
    some = f"; these {shown} with the most certainty" if shown < mistakes.num_mistakes else ", the most certain first"
    sheet = Sheet(f"The worst mistakes in {split}", f"{found}{some}: what it is → what the model says, how sure it is")
    tiles = [
        Tile(
            pixels,
            (
                Line(truth, BLUE, bold=True),
                Line(f"→ {guess}", VERMILION),
                Line(f"{formatting.percent(share)} %, id {id}", GRAY, wraps=True),
            ),
        )
        for pixels, truth, guess, share, id in zip(
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
