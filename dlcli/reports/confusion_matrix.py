"""The confusion matrix as a picture."""

from __future__ import annotations

import numpy as np

from dlcli.core import formatting
from dlcli.diagnosis import Confusion, confusion_sentence
from dlcli.reports.palette import BLUE, INK, VERMILION, shaded
from dlcli.reports.sheet import CAPTION, LETTER, MARGIN, WIDTH, Line, Mark, Sheet, Tile

#: more classes would have cells too small for a number
MOST_CLASSES = 40
LARGEST_CELL, LONGEST_NAME = 62, 24


def confusion_png(confusion: Confusion) -> bytes | None:
    """Counts of (true class, predicted class), colored by their share of the true class; None for too many classes."""
    count = len(confusion.class_names)
    if count > MOST_CLASSES:
        return None
    totals = np.maximum(confusion.counts.sum(axis=1, keepdims=True), 1)
    shares = confusion.counts / totals
    # a few mistakes among many are to be seen: the root lifts small shares
    cells = np.where(np.eye(count, dtype=bool)[..., np.newaxis], shaded(shares, BLUE), shaded(shares**0.5, VERMILION))
    strong = np.where(np.eye(count, dtype=bool), shares, shares**0.5) > 0.6
    marks = tuple(
        Mark(row, column, f"{number:,}", "white" if strong[row, column] else INK)
        for (row, column), number in np.ndenumerate(confusion.counts)
        if number
    )
    names = [_short(name) for name in confusion.class_names]
    rows = [
        Line(name if recall is None else f"{name}   {formatting.percent(recall)} %")
        for name, recall in zip(names, confusion.recalls, strict=True)
    ]
    left = round(max(len(line.text) for line in rows) * CAPTION * LETTER) + 16
    cell = min(LARGEST_CELL, (WIDTH - 2 * MARGIN - left) // count)
    split = confusion.split.replace("_", "-")
    sheet = Sheet(
        f"Confusion matrix of {split}",
        "a row is a true class, with the share that is recognized; a column is what the model says\n"
        + (confusion_sentence(confusion, limit=3) or "No mistakes."),
    )
    sheet.table(Tile(cells, (), marks), rows, [Line(name) for name in names], cell=(cell, cell), left=left)
    return sheet.png()


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
