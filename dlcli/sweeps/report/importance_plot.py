"""How much each parameter explains, beside the order in which the course's notes would tune them."""

from __future__ import annotations

from dlcli.metrics import Unit
from dlcli.reports import BLUE, GRAY, GRID, INK, default_style, style_axes
from dlcli.search import SweepOutcome
from dlcli.sweeps.report.canvas import LETTER, MARGIN, Canvas
from dlcli.sweeps.report.order_of_importance import tier, tier_text
from dlcli.sweeps.report.wording import shortened

#: inches: a bar with the room around it, bars, the column of the notes, what is above and below
_ROW, _BARS, _NOTES, _ABOVE, _BELOW = 0.4, 5.0, 1.5, 1.1, 0.4
_LONGEST = 36


@default_style()
def importance_png(outcome: SweepOutcome) -> bytes | None:
    """Draw shares with their 95 % intervals; None where nothing is known of them."""
    found = outcome.importances
    if not found:
        return None
    names = [shortened(one.parameter, _LONGEST) for one in found]
    left = MARGIN + LETTER * 1.05 * max(map(len, names)) + 0.15
    tall = _ROW * len(found)
    width = left + _BARS + 0.35 + _NOTES + MARGIN
    canvas = Canvas(
        width,
        MARGIN + _BELOW + tall + _ABOVE,
        name=outcome.name,
        subject="what mattered",
        note="share of the variance of the result in the space that was searched; lines are 95 % intervals",
    )
    bottom = MARGIN + _BELOW
    axes = canvas.panel(left, bottom, _BARS, tall)
    style_axes(axes, grid=False)
    axes.set_ylim(len(found) - 0.5, -0.5)
    axes.set_xlim(0, min(1.0, 1.05 * max(one.high for one in found) or 1.0))
    axes.grid(axis="x", color=GRID, linewidth=0.8)
    axes.xaxis.set_major_formatter(lambda value, _: Unit.SHARE.tick(value))
    axes.spines["bottom"].set_visible(False)
    axes.set_yticks([])
    axes.vlines(0, -0.5, len(found) - 0.5, color=GRAY, linewidth=1.2)
    notes = left + _BARS + 0.35
    canvas.write(notes, bottom + tall + 0.2, "in the notes’ order", size=8.5, color=GRAY)
    for row, (one, name) in enumerate(zip(found, names, strict=True)):
        height = bottom + tall - (row + 0.5) * _ROW
        canvas.write(left - 0.12, height, name, size=9.5, align="right")
        place = tier(one.parameter)
        axes.barh(row, one.share, height=0.56, color=BLUE if place else "#8A9BA8", zorder=2)
        for color, line in (("white", 3.4), (INK, 1.4)):  # with a rim, to be seen on the bar
            axes.hlines(row, one.low, one.high, color=color, linewidth=line, zorder=3)
            axes.vlines([one.low, one.high], row - 0.13, row + 0.13, color=color, linewidth=line, zorder=3)
        canvas.write(notes, height, tier_text(one.parameter), bold=place == 1, color=INK if place else GRAY)
    return canvas.png()
