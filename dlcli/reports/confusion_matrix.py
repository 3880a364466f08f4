"""A figure of the confusion matrix."""

from __future__ import annotations

import numpy as np

from dlcli.core import formatting
from dlcli.diagnosis import Confusion, confusion_sentence
from dlcli.reports.palette import BLUE, INK, VERMILION, shaded
from dlcli.reports.sheet import CAPTION, LETTER, MARGIN, WIDTH, Line, Mark, Sheet, Tile

#: Maximum number of classes; the cells of more would be too small for a number.
MAX_CLASSES = 40
LARGEST_CELL, LONGEST_NAME = 62, 24


def confusion_png(confusion: Confusion) -> bytes | None:
    """Draw the counts of (true class, predicted class), colored by their share of the true class; None if too many."""
    count = len(confusion.class_names)
    if count > MAX_CLASSES:
        return None
    totals = np.maximum(confusion.counts.sum(axis=1, keepdims=True), 1)
    shares = confusion.counts / totals
    # the square root makes small shares of mistakes visible
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
        "rows are true classes with their recall, columns are predicted classes\n"
        + (confusion_sentence(confusion, limit=3) or "No mistakes."),
    )
    sheet.table(Tile(cells, (), marks), rows, [Line(name) for name in names], cell=(cell, cell), left=left)
    return sheet.png()


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
