"""Labels at the ends of lines instead of a legend."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_POINTS_PER_INCH = 72
#: Distance between labels in points.
_LINE_HEIGHT = 14


def label_ends(axes: Axes, labels: Iterable[tuple[float, str, str]], x: float, *, size: float = 10) -> None:
    """Write each label to the right of the end of its line, ordered by height and without overlap.

    Args:
        axes: Axes with their final limits and position.
        labels: Height of the line's end, name and color of each line.
        x: Horizontal position of the ends.
        size: Font size in points.
    """
    dots = axes.get_figure(root=True).dpi  # type: ignore[union-attr]
    line_height = _LINE_HEIGHT * dots / _POINTS_PER_INCH
    ordered = sorted(labels)
    ends = [float(axes.transData.transform((x, height))[1]) for height, _, _ in ordered]
    places = list(ends)
    for index in range(1, len(places)):
        places[index] = max(places[index], places[index - 1] + line_height)
    raised = sum(places) / len(places) - sum(ends) / len(ends)
    lowered = min(raised, places[0] - float(axes.bbox.y0) - line_height / 4)
    for end, place, (height, name, color) in zip(ends, places, ordered, strict=True):
        axes.annotate(
            name,
            (x, height),
            xytext=(7, (place - lowered - end) * _POINTS_PER_INCH / dots),
            textcoords="offset points",
            color=color,
            fontsize=size,
            fontweight="bold",
            verticalalignment="center",
            annotation_clip=False,
        )
