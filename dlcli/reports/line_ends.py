"""Names written at the ends of lines, in the place of a legend."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_POINTS_PER_INCH = 72
#: from one name to the next, in points
_LINE_HEIGHT = 14


def label_ends(axes: Axes, labels: Iterable[tuple[float, str, str]], x: float, *, size: float = 10) -> None:
    """Write each name right of its line's end, in order of height and apart from its neighbors.

    Args:
        axes: with its final limits and place.
        labels: height of the line's end, name and color of each.
        x: where the lines end.
        size: of the letters, in points.
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
