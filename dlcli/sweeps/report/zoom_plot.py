"""Plots of how a search narrowed its space: the region of each stage by parameter, and the gain of each stage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from dlcli.reports import BLUE, GRAY, INK, VERMILION, default_style, shaded, style_axes
from dlcli.search import Parameter, Stage, SweepOutcome
from dlcli.sweeps.report.canvas import HEAD, MARGIN, MARKS, Canvas, ParameterLabel, label_values, spread_offset
from dlcli.sweeps.report.plot_points import Point, points, spots
from dlcli.sweeps.report.wording import MetricText

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Number of plots in a row, and sizes in inches: width, height of a stage, space to the left, above and below.
_COLUMNS, _WIDTH, _STAGE, _LEFT, _ABOVE, _BELOW = 3, 3.0, 0.5, 0.75, 0.55, 0.42
#: Half the height of a bar, as a fraction of the height of a stage.
_HALF = 0.3


@default_style()
def zoom_png(outcome: SweepOutcome) -> bytes | None:
    """Draw the regions of all stages; return None if there are fewer than two."""
    stages, parameters = outcome.stages, outcome.space.drawn
    if len(stages) < 2 or not parameters:
        return None
    plots = len(parameters) + 1
    columns = min(_COLUMNS, plots)
    rows = -(-plots // columns)
    tall = max(_STAGE * len(stages), 1.2)
    cell_height = _ABOVE + tall + _BELOW
    canvas = Canvas(
        max(MARGIN + columns * (_LEFT + _WIDTH) + MARGIN, 7.2),
        MARGIN + rows * cell_height + HEAD,
        name=outcome.name,
        subject="from coarse to fine",
        note="bars are the ranges that the stages searched, dots are configurations",
    )
    shown = points(outcome)
    best = shown[0] if shown and shown[0].ending == "done" else None
    endings = [ending for ending in ("done", "pruned", "failed") if any(point.ending == ending for point in shown)]
    canvas.key(endings, best=f"best: trial {best.number}" if best else None)  # type: ignore[arg-type]
    for number in range(plots):
        left = MARGIN + number % columns * (_LEFT + _WIDTH) + _LEFT - 0.15
        bottom = MARGIN + (rows - 1 - number // columns) * cell_height + _BELOW
        axes = canvas.panel(left, bottom, _WIDTH, tall)
        axes.set_ylim(len(stages) - 0.5, -0.5)
        style_axes(axes, grid=False)
        axes.set_yticks(range(len(stages)), [f"stage {stage.number + 1}" for stage in stages])
        if number < len(parameters):
            parameter = parameters[number]
            canvas.heading(left, bottom + tall, ParameterLabel.fit(parameter.name, width=_WIDTH))
            _draw_regions(axes, parameter, stages)
            _draw_points(axes, parameter, stages, shown)
        else:
            canvas.heading(left, bottom + tall, ParameterLabel("", "gain and noise of each stage"))
            _draw_gains(axes, stages, MetricText(outcome.objective.metric))
    return canvas.png()


def _intervals(parameter: Parameter, stage: Stage) -> list[tuple[float, float]]:
    """Return the intervals of coordinates that a stage searches: one, or one for each remaining choice."""
    assert parameter.distribution is not None
    distribution = parameter.distribution
    if distribution.is_ordered:
        low, high = stage.region.ranges.get(parameter.name, (0.0, 1.0))
        # An integer whose cell overlaps the region is searched, so the bar extends to its mark.
        return [
            (
                min(low, distribution.normalize(distribution.value(low))),
                max(high, distribution.normalize(distribution.value(high))),
            )
        ]
    cells = distribution.cells or 1
    indices = stage.region.choices.get(parameter.name, tuple(range(cells)))
    return [((index + 0.06) / cells, (index + 0.94) / cells) for index in indices]


def _draw_regions(axes: Axes, parameter: Parameter, stages: Sequence[Stage]) -> None:
    """Draw a bar for each stage, darker from stage to stage, and connections of consecutive bars."""
    assert parameter.distribution is not None
    label_values(axes, parameter.distribution, _WIDTH)
    for row, stage in enumerate(stages):
        color = _tint(0.16 + 0.34 * row / max(1, len(stages) - 1))
        for low, high in _intervals(parameter, stage):
            axes.fill_between([low, high], row - _HALF, row + _HALF, color=color, linewidth=0, zorder=1)
    if parameter.distribution.is_ordered:
        for row, (one, other) in enumerate(pairwise(stages)):
            (low, high), (lower, upper) = _intervals(parameter, one)[0], _intervals(parameter, other)[0]
            corners = [(low, row + _HALF), (high, row + _HALF), (upper, row + 1 - _HALF), (lower, row + 1 - _HALF)]
            axes.fill(*zip(*corners, strict=True), color=_tint(0.08), linewidth=0, zorder=0)


def _draw_points(axes: Axes, parameter: Parameter, stages: Sequence[Stage], shown: Sequence[Point]) -> None:
    shared = spots(parameter, shown)
    rows = {number: row for row, stage in enumerate(stages) for number in stage.trials}
    for rank, point in reversed(list(enumerate(shown))):
        if parameter.name in point.normalized and point.number in rows:
            mark: Any = "best" if rank == 0 and point.ending == "done" else point.ending
            height = rows[point.number] + _jitter(point.number)
            place = point.normalized[parameter.name] + spread_offset(point.number, shared)
            axes.plot(place, height, **MARKS[mark], zorder=4 if mark == "best" else 3)


def _jitter(number: int) -> float:
    """Return a vertical offset that separates equal values, from a low-discrepancy sequence (golden ratio)."""
    return 0.8 * _HALF * (2 * (number * 0.6180339887 % 1) - 1)


def _draw_gains(axes: Axes, stages: Sequence[Stage], text: MetricText) -> None:
    """Draw the gain and the noise of each stage as bars."""
    for row, stage in enumerate(stages):
        for name, value, shift, color in _gain_marks(stage, is_first=row == 0):
            if value is None:
                axes.annotate(name, (0, row), xytext=(6, 0), textcoords="offset points", **_TEXT, color=GRAY)
                continue
            axes.barh(row + shift, max(value, 0.0), height=0.26, color=color, zorder=2)
            label = f"{name} {text.unit.size(value) if value > 0 else 'none'}"
            axes.annotate(
                label, (max(value, 0.0), row + shift), xytext=(4, 0), textcoords="offset points", **_TEXT, color=INK
            )
    sizes = [value for stage in stages for value in (stage.gain, stage.noise) if value is not None and value > 0]
    axes.set_xlim(0, 1.75 * max(sizes, default=1.0))
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    axes.spines["left"].set_visible(True)
    axes.spines["left"].set_color(GRAY)


_TEXT: dict[str, Any] = {"fontsize": 8.5, "verticalalignment": "center", "annotation_clip": False}


def _gain_marks(stage: Stage, *, is_first: bool) -> Iterator[tuple[str, float | None, float, str]]:
    if is_first:
        yield "no gain in the first stage", None, 0.0, GRAY
    elif stage.gain is None:
        yield "unknown", None, 0.0, GRAY
    elif stage.noise is None:
        yield "gain", stage.gain, 0.0, VERMILION
    else:
        yield "gain", stage.gain, -0.15, VERMILION
        yield "noise", stage.noise, 0.15, "#B8B8B8"


def _tint(share: float) -> tuple[float, ...]:
    return tuple((shaded(np.array(share), BLUE) / 255).tolist())
