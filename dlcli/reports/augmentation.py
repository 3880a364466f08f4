"""Training pictures beside what augmentation makes of them, as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dlcli.reports.figure import default_style, new_figure, to_png
from dlcli.reports.palette import GRAY, INK

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LINE = "#C9C9C9"
#: inches: height of a picture, between pictures, between the originals and the rest, for names, for headings
_PICTURE, _GAP, _APART, _NAMES, _HEAD, _MARGIN = 1.0, 0.09, 0.28, 1.35, 0.95, 0.25
_CAPTION = 0.17
#: pictures with fewer rows of pixels are shown as squares, larger ones smoothly
_SMALL = 64


@dataclass(frozen=True)
class PreviewRow:
    """One training example.

    Args:
        name: of its class, or its value.
        id: what the user knows it by.
        original: (H, W, C) from 0 to 1.
        variants: (K, h, w, C) what it became in K batches.
        captions: below each of them; empty for none.
    """

    name: str
    id: str
    original: np.ndarray
    variants: np.ndarray
    captions: Sequence[str]


@default_style()
def augmentation_png(rows: Sequence[PreviewRow], title: str, subtitle: str) -> bytes:
    """Draw one line for each example: its name, itself, and its variants; columns of variants are batches."""
    height, width, _ = rows[0].original.shape
    picture_width = min(max(_PICTURE * width / height, 0.4), 3.0)
    count = len(rows[0].variants)
    step = _PICTURE + _GAP + (_CAPTION if any(row.captions for row in rows) else 0.0)
    extent = _NAMES + picture_width + (_APART + count * (picture_width + _GAP) - _GAP if count else 0.0)
    inches = (2 * _MARGIN + max(extent, 5.0), _MARGIN + _HEAD + len(rows) * step)
    figure = new_figure(*inches)
    canvas = _Canvas(figure, *inches)
    canvas.write(_MARGIN, _MARGIN + 0.16, title, size=13, weight="bold")
    canvas.write(_MARGIN, _MARGIN + 0.42, subtitle, size=8.5, color=GRAY)
    head = _MARGIN + _HEAD - 0.12
    first = _MARGIN + _NAMES + picture_width + _APART
    canvas.write(_MARGIN + _NAMES, head, "as it is", size=8.5, color=GRAY)
    if count:
        canvas.write(first, head, "as training sees it, one batch after the other", size=8.5, color=GRAY)
    for number, row in enumerate(rows):
        top = _MARGIN + _HEAD + number * step
        canvas.write(_MARGIN, top + _PICTURE / 2 - 0.08, _short(row.name, 17), size=9.5, weight="bold")
        canvas.write(_MARGIN, top + _PICTURE / 2 + 0.12, _short(row.id, 24), size=7, color=GRAY)
        canvas.show(_MARGIN + _NAMES, top, picture_width, row.original)
        for column, variant in enumerate(row.variants):
            left = first + column * (picture_width + _GAP)
            canvas.show(left, top, picture_width, variant)
            if row.captions:
                place = left + picture_width / 2
                canvas.write(place, top + _PICTURE + 0.09, row.captions[column], size=5.8, color=GRAY, ha="center")
    return to_png(figure, title)


class _Canvas:
    """A figure that is written on in inches from its upper left corner."""

    def __init__(self, figure: Figure, width: float, height: float) -> None:
        self.figure = figure
        self.width = width
        self.height = height

    def write(
        self,
        left: float,
        top: float,
        text: str,
        *,
        size: float,
        color: str = INK,
        weight: str = "normal",
        ha: str = "left",
    ) -> None:
        x, y = left / self.width, 1 - top / self.height
        self.figure.text(
            x, y, text, fontsize=size, color=color, fontweight=weight, ha=ha, va="center", parse_math=False
        )

    def show(self, left: float, top: float, width: float, image: np.ndarray) -> None:
        bottom = 1 - (top + _PICTURE) / self.height
        axes = self.figure.add_axes((left / self.width, bottom, width / self.width, _PICTURE / self.height))
        pixels = image[:, :, 0] if image.shape[2] == 1 else image[:, :, :3]
        smooth = "nearest" if image.shape[0] < _SMALL else "antialiased"
        axes.imshow(pixels, cmap="gray", vmin=0, vmax=1, interpolation=smooth, aspect="auto")
        axes.set(xticks=[], yticks=[])
        for spine in axes.spines.values():
            spine.set(color=_LINE, linewidth=0.6)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"…{text[1 - most :]}"
