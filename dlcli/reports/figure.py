"""How every plot begins and ends: a white figure without a window, axes without a frame, the same bytes every time."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from dlcli.reports.palette import GRAY, GRID, INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_DOTS_PER_INCH = 140


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of so many inches."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=_DOTS_PER_INCH, facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def style_axes(axes: Axes, *, grid: bool = True) -> None:
    """Nothing but the line at the bottom and, behind the data, pale lines to read heights by."""
    axes.tick_params(which="both", colors=INK, labelsize=9, length=0)
    if grid:
        axes.grid(axis="y", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(GRAY)


def to_png(figure: Figure, title: str) -> bytes:
    """The figure as a file, without the version of what drew it."""
    picture = io.BytesIO()
    figure.savefig(picture, format="png", metadata={"Software": None, "Title": title})
    return picture.getvalue()
