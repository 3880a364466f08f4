"""Plots of the objective against each parameter on its own scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dlcli.core import formatting
from dlcli.reports import BLUE, default_style, style_axes
from dlcli.search import Parameter, SweepOutcome
from dlcli.sweeps.report.canvas import (
    HEAD,
    MARGIN,
    MARKS,
    Canvas,
    ParameterLabel,
    label_heights,
    label_values,
    spread_offset,
)
from dlcli.sweeps.report.plot_points import Heights, Point, TrialEnding, points, spots
from dlcli.sweeps.report.wording import MetricText, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Number of plots in a row, and sizes in inches: width and height of a plot, space to the left, above and below.
_COLUMNS, _WIDTH, _HEIGHT, _LEFT, _ABOVE, _BELOW = 3, 3.0, 2.0, 0.75, 0.6, 0.42


@default_style()
def parameters_png(outcome: SweepOutcome) -> bytes | None:
    """Draw all configurations in the plot of each parameter; return None if none has a value."""
    shown = points(outcome)
    values = [point.value for point in shown if point.value is not None]
    parameters = _ordered(outcome)
    if not values or not parameters:
        return None
    columns = min(_COLUMNS, len(parameters))
    rows = -(-len(parameters) // columns)
    cell_height = _ABOVE + _HEIGHT + _BELOW
    width = max(MARGIN + columns * (_LEFT + _WIDTH) + MARGIN, 7.2)
    better = outcome.objective.direction.better
    text = MetricText(outcome.objective.metric)
    note = f"{text.name} of all configurations; {better} is better"
    note += "; thin lines span several seeds" * any(len(point.configuration.measured) > 1 for point in shown)
    canvas = Canvas(
        width, MARGIN + rows * cell_height + HEAD, name=outcome.name, subject="result by parameter", note=note
    )
    endings: list[TrialEnding] = [
        ending for ending in ("done", "pruned", "failed") if any(point.ending == ending for point in shown)
    ]
    best = shown[0] if shown[0].ending == "done" else None
    canvas.key(endings, best=f"best: trial {best.number}" if best else None)
    heights = Heights.around([(point.ending, point.value) for point in shown], outcome.objective)
    shares = {one.parameter: one for one in outcome.importances}
    for number, parameter in enumerate(parameters):
        left = MARGIN + number % columns * (_LEFT + _WIDTH) + _LEFT - 0.15
        bottom = MARGIN + (rows - 1 - number // columns) * cell_height + _BELOW
        axes = canvas.panel(left, bottom, _WIDTH, _HEIGHT)
        share = shares.get(parameter.name)
        aside = (
            ""
            if share is None
            else f"explains {formatting.percent(share.share)} % ({formatting.percent_interval(share.low, share.high)})"
        )
        when = "" if parameter.condition is None else f"when {parameter.condition}"
        name = ParameterLabel.fit(parameter.name, width=_WIDTH)
        canvas.heading(left, bottom + _HEIGHT, name, above=shorten(when, 32), aside=(_WIDTH, aside))
        _draw(axes, parameter, shown, heights, text)
    return canvas.png()


def _ordered(outcome: SweepOutcome) -> list[Parameter]:
    """Return the sampled parameters, the most important first."""
    shares = {one.parameter: one.share for one in outcome.importances}
    return sorted(outcome.space.drawn, key=lambda parameter: -shares.get(parameter.name, 0.0))


def _draw(axes: Axes, parameter: Parameter, shown: Sequence[Point], heights: Heights, text: MetricText) -> None:
    assert parameter.distribution is not None
    style_axes(axes)
    label_values(axes, parameter.distribution, _WIDTH)
    label_heights(axes, heights, text)
    shared = spots(parameter, shown)
    for rank, point in reversed(list(enumerate(shown))):
        if parameter.name not in point.normalized:
            continue
        coordinate, height = point.normalized[parameter.name], heights.of(point.value)
        place = coordinate + spread_offset(point.number, shared)
        measured = [heights.of(value) for value in point.configuration.measured]
        if len(measured) > 1:
            axes.vlines(place, min(measured), max(measured), color=BLUE, linewidth=1.0, alpha=0.6, zorder=2)
        mark = "best" if rank == 0 and point.ending == "done" else point.ending
        axes.plot(place, height, **MARKS[mark], zorder=4 if mark == "best" else 3, clip_on=False)
