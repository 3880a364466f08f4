"""Figure of the importance of parameters, with the order in which CS 230 recommends to tune them."""

from __future__ import annotations

from dlcli.metrics import Unit
from dlcli.reports import BLUE, GRAY, GRID, INK, default_style, style_axes
from dlcli.search import SweepOutcome
from dlcli.sweeps.report.canvas import LETTER, MARGIN, Canvas
from dlcli.sweeps.report.order_of_importance import tier, tier_text
from dlcli.sweeps.report.wording import shorten

#: Sizes in inches: height of a row, widths of the bars and of the order column, space above and below.
_ROW, _BARS, _ORDER, _ABOVE, _BELOW = 0.4, 5.0, 1.5, 1.1, 0.4
#: Maximum length of a name.
_MAX_LENGTH = 36


@default_style()
def importance_png(outcome: SweepOutcome) -> bytes | None:
    """Draw the shares with their 95 % intervals; return None if they are unknown."""
    importances = outcome.importances
    if not importances:
        return None
    names = [shorten(one.parameter, _MAX_LENGTH) for one in importances]
    left = MARGIN + LETTER * 1.05 * max(map(len, names)) + 0.15
    height = _ROW * len(importances)
    width = left + _BARS + 0.35 + _ORDER + MARGIN
    canvas = Canvas(
        width,
        MARGIN + _BELOW + height + _ABOVE,
        name=outcome.name,
        subject="importance of parameters",
        note="share of the variance of the result over the search space; lines are 95 % intervals",
    )
    bottom = MARGIN + _BELOW
    axes = canvas.panel(left, bottom, _BARS, height)
    style_axes(axes, grid=False)
    axes.set_ylim(len(importances) - 0.5, -0.5)
    axes.set_xlim(0, min(1.0, 1.05 * max(one.high for one in importances) or 1.0))
    axes.grid(axis="x", color=GRID, linewidth=0.8)
    axes.xaxis.set_major_formatter(lambda value, _: Unit.SHARE.tick(value))
    axes.spines["bottom"].set_visible(False)
    axes.set_yticks([])
    axes.vlines(0, -0.5, len(importances) - 0.5, color=GRAY, linewidth=1.2)
    order = left + _BARS + 0.35
    canvas.write(order, bottom + height + 0.2, "order of CS 230", size=8.5, color=GRAY)
    for row, (one, name) in enumerate(zip(importances, names, strict=True)):
        y = bottom + height - (row + 0.5) * _ROW
        canvas.write(left - 0.12, y, name, size=9.5, align="right")
        place = tier(one.parameter)
        axes.barh(row, one.share, height=0.56, color=BLUE if place else "#8A9BA8", zorder=2)
        for color, line in (("white", 3.4), (INK, 1.4)):  # a white outline makes the line visible on the bar
            axes.hlines(row, one.low, one.high, color=color, linewidth=line, zorder=3)
            axes.vlines([one.low, one.high], row - 0.13, row + 0.13, color=color, linewidth=line, zorder=3)
        canvas.write(order, y, tier_text(one.parameter), bold=place == 1, color=INK if place else GRAY)
    return canvas.png()
