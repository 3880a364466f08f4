"""A figure of training images next to their augmented variants."""

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
#: Sizes in inches: image height, gap between images, gap after the originals, width for names, heading, margin.
_IMAGE, _GAP, _SEPARATION, _NAMES, _HEAD, _MARGIN = 1.0, 0.09, 0.28, 1.35, 0.95, 0.25
_CAPTION = 0.17
#: Number of pixel rows below which images are enlarged without interpolation.
_SMALL = 64


@dataclass(frozen=True)
class PreviewRow:
    """A training example with its augmented variants.

    Args:
        name: Name of its class, or its value.
        id: Id of the example.
        original: Original image (H, W, C), from 0 to 1.
        variants: Augmented variants (K, h, w, C) in K batches, from 0 to 1.
        captions: Captions of the variants; empty for none.
    """

    name: str
    id: str
    original: np.ndarray
    variants: np.ndarray
    captions: Sequence[str]


@default_style()
def augmentation_png(rows: Sequence[PreviewRow], title: str, subtitle: str) -> bytes:
    """Draw a row for each example: its name, the original, and its variants; each column of variants is a batch."""
    height, width, _ = rows[0].original.shape
    image_width = min(max(_IMAGE * width / height, 0.4), 3.0)
    count = len(rows[0].variants)
    step = _IMAGE + _GAP + (_CAPTION if any(row.captions for row in rows) else 0.0)
    extent = _NAMES + image_width + (_SEPARATION + count * (image_width + _GAP) - _GAP if count else 0.0)
    inches = (2 * _MARGIN + max(extent, 5.0), _MARGIN + _HEAD + len(rows) * step)
    figure = new_figure(*inches)
    canvas = _Canvas(figure, *inches)
    canvas.write(_MARGIN, _MARGIN + 0.16, title, size=13, weight="bold")
    canvas.write(_MARGIN, _MARGIN + 0.42, subtitle, size=8.5, color=GRAY)
    head = _MARGIN + _HEAD - 0.12
    first = _MARGIN + _NAMES + image_width + _SEPARATION
    canvas.write(_MARGIN + _NAMES, head, "original", size=8.5, color=GRAY)
    if count:
        canvas.write(first, head, "augmented, one column per batch", size=8.5, color=GRAY)
    for number, row in enumerate(rows):
        top = _MARGIN + _HEAD + number * step
        canvas.write(_MARGIN, top + _IMAGE / 2 - 0.08, _short(row.name, 17), size=9.5, weight="bold")
        canvas.write(_MARGIN, top + _IMAGE / 2 + 0.12, _short(row.id, 24), size=7, color=GRAY)
        canvas.show(_MARGIN + _NAMES, top, image_width, row.original)
        for column, variant in enumerate(row.variants):
            left = first + column * (image_width + _GAP)
            canvas.show(left, top, image_width, variant)
            if row.captions:
                center = left + image_width / 2
                canvas.write(center, top + _IMAGE + 0.09, row.captions[column], size=5.8, color=GRAY, ha="center")
    return to_png(figure, title)


class _Canvas:
    """A figure with coordinates in inches from its upper left corner."""

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
        bottom = 1 - (top + _IMAGE) / self.height
        axes = self.figure.add_axes((left / self.width, bottom, width / self.width, _IMAGE / self.height))
        pixels = image[:, :, 0] if image.shape[2] == 1 else image[:, :, :3]
        interpolation = "nearest" if image.shape[0] < _SMALL else "antialiased"
        axes.imshow(pixels, cmap="gray", vmin=0, vmax=1, interpolation=interpolation, aspect="auto")
        axes.set(xticks=[], yticks=[])
        for spine in axes.spines.values():
            spine.set(color=_LINE, linewidth=0.6)


def _short(text: str, max_length: int) -> str:
    return text if len(text) <= max_length else f"…{text[1 - max_length :]}"
