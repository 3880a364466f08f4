"""A figure measured in inches from its lower left corner, with a title, a note and a key of its marks."""

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
from dlcli.sweeps.report.wording import MetricText, shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: room for title, note and key above what is drawn; around everything
HEAD, MARGIN = 0.95, 0.3
#: a letter of 9 points is so wide, and a bold one of 13
LETTER = 0.075
_TITLE_LETTER = 0.125
#: how far marks that share a spot are moved aside at most, in units
_ASIDE = 0.06
_STEP = math.sqrt(2) - 1

#: how the marks of configurations look
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
class Named:
    """A parameter's name in two lines.

    Args:
        section: all before its last part; empty where there is none.
        last: its last part.
    """

    section: str
    last: str

    @classmethod
    def of(cls, name: str, *, room: float) -> Named:
        """Shortened to so many inches."""
        section, _, last = name.rpartition(".")
        return cls(shortened(section, int(room / (0.87 * LETTER))), shortened(last, int(room / (1.1 * LETTER))))


class Canvas:
    """The figure.

    Args:
        width: in inches.
        height: in inches.
        name: of the sweep.
        subject: what is shown of it.
        note: how to read it, in gray.
    """

    def __init__(self, width: float, height: float, *, name: str, subject: str, note: str) -> None:
        self.width, self.height = width, height
        room = int((width - 2 * MARGIN) / _TITLE_LETTER) - len(subject) - 2
        self.title = f"{shortened(name, max(room, 8))}: {subject}"
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
        return self.figure.add_axes((left / self.width, bottom / self.height, width / self.width, height / self.height))

    def heading(
        self, left: float, bottom: float, name: Named, *, above: str = "", aside: tuple[float, str] = (0, "")
    ) -> None:
        """A parameter's name in two lines, what is said about it in the first one, and at the end of the second."""
        first = " · ".join(text for text in (name.section, above) if text)
        self.write(left, bottom + 0.33, first, size=8, color=GRAY)
        self.write(left, bottom + 0.16, name.last, size=10, bold=True)
        self.write(left + aside[0], bottom + 0.16, aside[1], size=8.5, color=GRAY, align="right")

    def key(self, fates: Sequence[TrialEnding], *, best: str | None) -> None:
        """What the marks mean, in one line below the note."""
        from matplotlib.lines import Line2D

        entries = [*([("best", best)] if best else []), *((fate, _NAMES[fate]) for fate in fates)]
        x, y = MARGIN + 0.05, self.height - 0.82
        for mark, text in entries:
            place = {"transform": self.figure.transFigure, "linestyle": "none"}
            self.figure.add_artist(Line2D([x / self.width], [y / self.height], **place, **MARKS[mark]))  # type: ignore[arg-type]
            self.write(x + 0.13, y, text, size=8.5, color=INK if mark == "best" else GRAY)
            x += 0.35 + 0.92 * LETTER * len(text)

    def png(self) -> bytes:
        return to_png(self.figure, self.title)


def label_values(axes: Axes, distribution: Distribution, width: float) -> None:
    """Label the horizontal axis of a parameter; in two rows where one is too narrow."""
    marked = ticks(distribution, apart=0.2)
    room = (
        width
        / (1 + 2 * _ASIDE)
        * min([second.coordinate - first.coordinate for first, second in pairwise(marked)] or [1.0])
    )
    longest = max(len(tick.text) for tick in marked)
    rows = 1 if longest * LETTER <= room else 2
    most = max(3, int(rows * room / LETTER) - (rows - 1))
    texts = [
        ("\n" if rows == 2 and number % 2 else "") + shortened(tick.text, most) for number, tick in enumerate(marked)
    ]
    axes.set_xticks([tick.coordinate for tick in marked], texts, parse_math=False)
    axes.set_xlim(-_ASIDE, 1 + _ASIDE)
    axes.tick_params(axis="x", pad=6)  # clear of the lowest label of the other axis


def label_heights(axes: Axes, heights: Heights, text: MetricText) -> None:
    """Label the vertical axis of the objective with round values, and its strip."""
    labeled = {height: text.unit.tick(height) for height in round_heights(heights)}
    if heights.has_strip:
        labeled[heights.strip] = "worse"
    axes.set_yticks(list(labeled), list(labeled.values()), parse_math=False)
    axes.set_ylim(*heights.bounds)


def round_heights(heights: Heights) -> list[float]:
    """A few round values of the objective's axis."""
    from matplotlib.ticker import MaxNLocator

    values = MaxNLocator(5, steps=[1, 2, 5, 10]).tick_values(*sorted((heights.best, heights.worst)))
    return [round(float(value), 12) for value in values if heights.shows(float(value))]


def beside(number: int, spots: int | None) -> float:
    """How far a configuration's mark is moved along an axis with so many spots, so that not all lie on one of them.

    The multiples of √2 fill the room evenly, whatever the number of marks.
    """
    return min(0.5 / spots, 2 * _ASIDE) * (number * _STEP % 1 - 0.5) if spots else 0.0
