"""Creation and export of figures with matplotlib's default style, without a window, byte for byte reproducible.

The user's matplotlib settings (a matplotlibrc in the working directory or in the home directory, `MPLBACKEND`, styles
set by a program that calls dlcli) do not affect figures: `text.usetex` or a dark style would change or break them.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING

from dlcli.core import printable_lines
from dlcli.reports.palette import GRAY, GRID, INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_DPI = 140


@contextlib.contextmanager
def default_style() -> Iterator[None]:
    """Draw with matplotlib's default style and font within the block or the decorated function."""
    _import_matplotlib()
    import matplotlib

    with matplotlib.rc_context():
        for name, value in matplotlib.rcParamsDefault.items():
            if not name.startswith(("backend", "toolbar")):  # settings of GUI windows
                matplotlib.rcParams[name] = value
        matplotlib.rcParams["font.family"] = ["DejaVu Sans"]
        matplotlib.rcParams["text.parse_math"] = False  # names may contain a $
        yield


def _import_matplotlib() -> None:
    """Import matplotlib with the default settings of its own matplotlibrc.

    The import looks for a matplotlibrc in the working directory first, and fails if `MPLBACKEND` names an unknown
    backend. During the import, the working directory is therefore that of matplotlib's own matplotlibrc, and
    `MPLBACKEND` is unset.
    """
    if "matplotlib" in sys.modules:
        return
    specification = PathFinder.find_spec("matplotlib")
    if specification is None or not specification.submodule_search_locations:
        return
    defaults = Path(specification.submodule_search_locations[0]) / "mpl-data"
    backend = os.environ.pop("MPLBACKEND", None)
    try:
        with _working_directory(defaults):
            import matplotlib  # noqa: F401
    finally:
        if backend is not None:
            os.environ["MPLBACKEND"] = backend


@contextlib.contextmanager
def _working_directory(folder: Path) -> Iterator[None]:
    """Change the working directory to `folder`, then back to the previous one, which may have been removed."""
    before = os.open(".", os.O_RDONLY)
    try:
        os.chdir(folder)
        yield
    finally:
        os.fchdir(before)
        os.close(before)


def new_figure(width: float, height: float) -> Figure:
    """Create an empty figure with a width and a height in inches."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=_DPI, facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def style_axes(axes: Axes, *, grid: bool = True) -> None:
    """Hide all axis lines except the bottom one, and draw a pale horizontal grid behind the data."""
    axes.tick_params(which="both", colors=INK, labelsize=9, length=0)
    if grid:
        axes.grid(axis="y", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(GRAY)


def to_png(figure: Figure, title: str) -> bytes:
    """Export the figure as PNG without matplotlib's version in the metadata; unprintable characters are escaped."""
    from matplotlib.text import Text

    for text in figure.findobj(Text):
        assert isinstance(text, Text)
        text.set_text(printable_lines(text.get_text()))
    file = io.BytesIO()
    figure.savefig(file, format="png", metadata={"Software": None, "Title": title})
    return file.getvalue()
