"""Parallel coordinates: each configuration is a line through its values; the last axis is the objective."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from dlcli.core import formatting
from dlcli.reports import BLUE, GRAY, INK, VERMILION, default_style, shaded
from dlcli.search import Parameter, SweepOutcome
from dlcli.sweeps.report.canvas import HEAD, LETTER, MARGIN, Canvas, ParameterLabel, round_heights
from dlcli.sweeps.report.plot_points import Heights, Point, points, shown_limits, spots
from dlcli.sweeps.report.scale import ticks
from dlcli.sweeps.report.wording import MetricText, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Sizes in inches: height of an axis, maximum distance of axes, maximum width of all axes.
_TALL, _BETWEEN, _WIDEST = 3.7, 1.75, 15.0
#: Coordinate of lines whose parameter is inactive.
_BELOW = -0.13
#: Intensities of the color of the worst and of the best line.
_PALE, _FULL = 0.18, 1.0
#: Width over which lines of equal values are spread: fraction of the cell of a discrete value, its maximum, and the
#: maximum for continuous parameters, whose values may lie at the end of the axis.
_SPREAD, _WIDE, _NARROW = 0.55, 0.12, 0.05


@default_style()
def parallel_coordinates_png(outcome: SweepOutcome) -> bytes | None:
    """Draw the configurations that were trained to the end; return None if there are fewer than two."""
    drawn = [point for point in points(outcome) if point.ending == "done"]
    parameters = _ordered(outcome)
    if len(drawn) < 2 or not parameters:
        return None
    between = min(_BETWEEN, _WIDEST / len(parameters))
    left, right = MARGIN + 0.75, 1.45
    width = max(left + between * len(parameters) + right, 8.0)
    between = (width - left - right) / len(parameters)
    has_inactive = any(parameter.name not in point.normalized for parameter in parameters for point in drawn)
    below = -_BELOW * _TALL + 0.2 if has_inactive else 0.1
    bottom = MARGIN + below
    text = MetricText(outcome.objective.metric)
    canvas = Canvas(
        width,
        bottom + _TALL + 0.45 + HEAD,
        name=outcome.name,
        subject="all configurations",
        note=_note(outcome, drawn),
    )
    axes = canvas.panel(left, bottom - below, between * len(parameters), _TALL + below)
    axes.set_xlim(0, len(parameters))
    axes.set_ylim(-below / _TALL, 1)
    axes.axis("off")
    for position, parameter in enumerate(parameters):
        _draw_axis(axes, position, parameter, room=between)
        name = ParameterLabel.fit(parameter.name, width=between - 0.1)
        canvas.write(left + position * between, bottom + _TALL + 0.37, name.section, size=8, color=GRAY, align="center")
        canvas.write(left + position * between, bottom + _TALL + 0.19, name.last, bold=True, align="center")
    heights = _objective_axis(axes, len(parameters), drawn, outcome, text)
    end = left + len(parameters) * between
    canvas.write(end, bottom + _TALL + 0.37, "best at the top", size=8, color=GRAY, align="center")
    canvas.write(end, bottom + _TALL + 0.19, shorten(text.name, 18), bold=True, align="center")
    for position, parameter in enumerate(parameters):
        if any(parameter.name not in point.normalized for point in drawn):
            axes.plot([position, position], [_BELOW - 0.035, _BELOW + 0.035], color=GRAY, linewidth=1.1, zorder=5)
            _label(axes, position, _BELOW, "inactive", color=GRAY)
    _draw_lines(axes, drawn, parameters, heights, text)
    return canvas.png()


def _note(outcome: SweepOutcome, drawn: Sequence[Point]) -> str:
    omitted = len(points(outcome)) - len(drawn)
    order = "the most important parameter is next to the result" if outcome.importances else ""
    others = f"{formatting.count(omitted, 'configuration')} pruned or failed, not drawn" if omitted else ""
    return "; ".join(text for text in ("darker lines are better", order, others) if text)


def _ordered(outcome: SweepOutcome) -> list[Parameter]:
    """Return the sampled parameters, the most important last."""
    shares = {one.parameter: one.share for one in outcome.importances}
    return sorted(outcome.space.drawn, key=lambda parameter: shares.get(parameter.name, 0.0))


def _draw_axis(axes: Axes, position: int, parameter: Parameter, *, room: float) -> None:
    assert parameter.distribution is not None
    axes.plot([position, position], [0, 1], color=GRAY, linewidth=1.1, zorder=5)
    most = max(4, int((0.75 * room) / (0.9 * LETTER)))
    for tick in ticks(parameter.distribution):
        _label(axes, position, tick.coordinate, shorten(tick.text, most))


def _label(axes: Axes, position: float, height: float, text: str, *, side: int = -1, color: str = INK) -> None:
    """Write a value to the left (−1) or to the right (1) of its axis, on a translucent white background."""
    axes.plot([position], [height], marker="_", color=GRAY, markersize=5, zorder=5)
    axes.annotate(
        text,
        (position, height),
        xytext=(5 * side, 0),
        textcoords="offset points",
        color=color,
        fontsize=8,
        horizontalalignment="right" if side < 0 else "left",
        verticalalignment="center",
        annotation_clip=False,
        parse_math=False,
        bbox={"boxstyle": "square,pad=0.12", "facecolor": "white", "edgecolor": "none", "alpha": 0.78},
        zorder=6,
    )


def _objective_axis(
    axes: Axes, position: int, drawn: Sequence[Point], outcome: SweepOutcome, text: MetricText
) -> Mapping[int, float]:
    """Draw the axis of the objective and return the height of each configuration on it."""
    values = {point.number: point.value for point in drawn if point.value is not None}
    shown = Heights(*shown_limits(list(values.values()), outcome.objective), has_strip=False)

    def height(value: float) -> float:
        return float(np.clip((shown.worst - value) / (shown.worst - shown.best), 0, 1))

    axes.plot([position, position], [0, 1], color=INK, linewidth=1.4, zorder=5)
    best = height(next(iter(values.values())))
    is_cut = not all(shown.shows(value) for value in values.values())
    for value in round_heights(shown):
        if abs(height(value) - best) > 0.06 and not (is_cut and height(value) < 0.04):
            _label(axes, position, height(value), text.unit.text(value), side=1)
    if is_cut:
        _label(axes, position, 0, "or worse", side=1)
    return {number: height(value) for number, value in values.items()}


def _draw_lines(
    axes: Axes, drawn: Sequence[Point], parameters: Sequence[Parameter], heights: Mapping[int, float], text: MetricText
) -> None:
    """Draw the lines, the worst first so that the best are on top."""
    shifts = _shifts(drawn, parameters, heights)
    for rank, point in reversed(list(enumerate(drawn))):
        line = [
            point.normalized[parameter.name] + shifts[point.number, parameter.name]
            if parameter.name in point.normalized
            else _BELOW + shifts[point.number, parameter.name]
            for parameter in parameters
        ]
        line.append(heights[point.number])
        share = _FULL - (_FULL - _PALE) * rank / max(1, len(drawn) - 1)
        color = VERMILION if rank == 0 else tuple(shaded(np.array(share), BLUE) / 255)
        axes.plot(
            range(len(line)),
            line,
            color=color,
            linewidth=2.6 if rank == 0 else 1.3,
            solid_joinstyle="round",
            zorder=4 if rank == 0 else 2 + (len(drawn) - rank) / len(drawn),
            clip_on=False,
        )
    best = drawn[0]
    assert best.value is not None
    axes.annotate(
        f"{text.unit.text(best.value)}\ntrial {best.number}",
        (len(parameters), heights[best.number]),
        xytext=(7, 0),
        textcoords="offset points",
        color=VERMILION,
        fontsize=10,
        fontweight="bold",
        verticalalignment="center",
        annotation_clip=False,
        zorder=7,
    )


def _shifts(
    drawn: Sequence[Point], parameters: Sequence[Parameter], heights: Mapping[int, float]
) -> Mapping[tuple[int, str], float]:
    """Return offsets that separate lines through equal values, in the order of their results."""
    together: defaultdict[tuple[str, float | None], list[int]] = defaultdict(list)
    widths = {parameter.name: _width(parameter, spots(parameter, drawn)) for parameter in parameters}
    for point in sorted(drawn, key=lambda one: (heights[one.number], one.number)):
        for name in widths:
            coordinate = point.normalized.get(name)
            together[name, None if coordinate is None else round(coordinate, 9)].append(point.number)
    shifts = {}
    for (name, coordinate), numbers in together.items():
        width = widths[name] if coordinate is not None else _NARROW
        for place, number in enumerate(numbers):
            shifts[number, name] = width * ((place + 0.5) / len(numbers) - 0.5)
    return shifts


def _width(parameter: Parameter, shared: int | None) -> float:
    """Return the width over which lines through one of `shared` distinct values are spread."""
    if shared is None or parameter.distribution is None:
        return 0.0
    return min(_NARROW if parameter.distribution.cells is None else _WIDE, _SPREAD / shared)
