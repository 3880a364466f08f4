"""Figure with coordinates in inches from its lower left corner, with a title, a note and a legend."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from dlcli.reports import BLUE, GRAY, INK, VERMILION, new_figure, to_png
from dlcli.search import Distribution
from dlcli.sweeps.report.plot_points import Heights, TrialEnding
from dlcli.sweeps.report.scale import ticks
from dlcli.sweeps.report.wording import MetricText, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Height of title, note and legend, and margin of the figure, in inches.
HEAD, MARGIN = 0.95, 0.3
#: Width of a character of 9 points, and of a bold one of 13 points, in inches.
LETTER = 0.075
_TITLE_LETTER = 0.125
#: Maximum horizontal offset of marks of equal values, in normalized coordinates.
_MAX_OFFSET = 0.06
_STEP = math.sqrt(2) - 1

#: Style of the marks of configurations.
MARKS: dict[str, dict[str, Any]] = {
    "done": {"marker": "o", "color": BLUE, "markersize": 5.5, "markeredgecolor": "white", "markeredgewidth": 0.6},
    "pruned": {"marker": "o", "color": "none", "markersize": 4.5, "markeredgecolor": GRAY, "markeredgewidth": 0.9},
    "failed": {"marker": "x", "color": GRAY, "markersize": 4.5, "markeredgewidth": 1.1},
    "best": {"marker": "o", "color": VERMILION, "markersize": 9, "markeredgecolor": "white", "markeredgewidth": 1.0},
}
_NAMES = {
    "done": "trained to the end",
    "pruned": "pruned (its best so far)",
    "failed": "no value: failed, diverged or killed",
}


@dataclass(frozen=True)
class ParameterLabel:
    """Name of a parameter in two lines.

    Args:
        section: Name without its last part; empty if there is none.
        last: Last part of the name.
    """

    section: str
    last: str

    @classmethod
    def fit(cls, name: str, *, width: float) -> ParameterLabel:
        """Create a label that is shortened to a width in inches."""
        section, _, last = name.rpartition(".")
        return cls(shorten(section, int(width / (0.87 * LETTER))), shorten(last, int(width / (1.1 * LETTER))))


class Canvas:
    """Figure with a title and a note.

    Args:
        width: Width in inches.
        height: Height in inches.
        name: Name of the sweep.
        subject: Subject of the figure.
        note: Explanation of the figure, in gray.
    """

    def __init__(self, width: float, height: float, *, name: str, subject: str, note: str) -> None:
        self.width, self.height = width, height
        room = int((width - 2 * MARGIN) / _TITLE_LETTER) - len(subject) - 2
        self.title = f"{shorten(name, max(room, 8))}: {subject}"
        self.figure = new_figure(width, height)
        self.write(MARGIN, height - 0.32, self.title, size=13, bold=True)
        self.write(MARGIN, height - 0.58, note, color=GRAY)

    def write(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 9,
        color: str = INK,
        bold: bool = False,
        align: Literal["left", "center", "right"] = "left",
    ) -> None:
        """Write a text."""
        self.figure.text(
            x / self.width,
            y / self.height,
            text,
            fontsize=size,
            color=color,
            fontweight="bold" if bold else "normal",
            horizontalalignment=align,
            verticalalignment="center",
            parse_math=False,
        )

    def panel(self, left: float, bottom: float, width: float, height: float) -> Axes:
        """Add axes."""
        return self.figure.add_axes((left / self.width, bottom / self.height, width / self.width, height / self.height))

    def heading(
        self, left: float, bottom: float, name: ParameterLabel, *, above: str = "", aside: tuple[float, str] = (0, "")
    ) -> None:
        """Write the name of a parameter above a panel, with text after its first line and at the end of its second."""
        first = " · ".join(text for text in (name.section, above) if text)
        self.write(left, bottom + 0.33, first, size=8, color=GRAY)
        self.write(left, bottom + 0.16, name.last, size=10, bold=True)
        self.write(left + aside[0], bottom + 0.16, aside[1], size=8.5, color=GRAY, align="right")

    def key(self, endings: Sequence[TrialEnding], *, best: str | None) -> None:
        """Draw the legend in one line below the note."""
        from matplotlib.lines import Line2D

        entries = [*([("best", best)] if best else []), *((ending, _NAMES[ending]) for ending in endings)]
        x, y = MARGIN + 0.05, self.height - 0.82
        for mark, text in entries:
            place = {"transform": self.figure.transFigure, "linestyle": "none"}
            self.figure.add_artist(Line2D([x / self.width], [y / self.height], **place, **MARKS[mark]))  # type: ignore[arg-type]
            self.write(x + 0.13, y, text, size=8.5, color=INK if mark == "best" else GRAY)
            x += 0.35 + 0.92 * LETTER * len(text)

    def png(self) -> bytes:
        """Return the figure as PNG."""
        return to_png(self.figure, self.title)


def label_values(axes: Axes, distribution: Distribution, width: float) -> None:
    """Label the horizontal axis of a parameter, in two rows if the labels do not fit into one."""
    labels = ticks(distribution, apart=0.2)
    room = (
        width
        / (1 + 2 * _MAX_OFFSET)
        * min([second.coordinate - first.coordinate for first, second in pairwise(labels)] or [1.0])
    )
    longest = max(len(tick.text) for tick in labels)
    rows = 1 if longest * LETTER <= room else 2
    length = max(3, int(rows * room / LETTER) - (rows - 1))
    texts = [
        ("\n" if rows == 2 and number % 2 else "") + shorten(tick.text, length) for number, tick in enumerate(labels)
    ]
    axes.set_xticks([tick.coordinate for tick in labels], texts, parse_math=False)
    axes.set_xlim(-_MAX_OFFSET, 1 + _MAX_OFFSET)
    axes.tick_params(axis="x", pad=6)  # avoids overlap with the lowest label of the vertical axis


def label_heights(axes: Axes, heights: Heights, text: MetricText) -> None:
    """Label the vertical axis of the objective with round values, and the strip of worse values."""
    labeled = {height: text.unit.tick(height) for height in round_heights(heights)}
    if heights.has_strip:
        labeled[heights.strip] = "worse"
    axes.set_yticks(list(labeled), list(labeled.values()), parse_math=False)
    axes.set_ylim(*heights.bounds)


def round_heights(heights: Heights) -> list[float]:
    """Return a few round values on the axis of the objective."""
    from matplotlib.ticker import MaxNLocator

    values = MaxNLocator(5, steps=[1, 2, 5, 10]).tick_values(*sorted((heights.best, heights.worst)))
    return [round(float(value), 12) for value in values if heights.shows(float(value))]


def spread_offset(number: int, spots: int | None) -> float:
    """Return the horizontal offset of a mark, so that configurations of equal values do not overlap.

    The fractional parts of multiples of √2 are evenly distributed for any number of marks.

    Args:
        number: Number of the configuration.
        spots: Number of distinct values; None if values are rarely equal.
    """
    return min(0.5 / spots, 2 * _MAX_OFFSET) * (number * _STEP % 1 - 0.5) if spots else 0.0
