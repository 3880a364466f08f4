"""Gradients of several models through time, as a figure and a table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dlcli.core import formatting
from dlcli.diagnosis import GradientFlow
from dlcli.metrics import format_metric
from dlcli.reports.figure import default_style, new_figure, style_axes, to_png
from dlcli.reports.line_ends import label_ends
from dlcli.reports.palette import GRAY, INK, LINES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from rich.table import Table

#: Sizes of a panel in inches: plot width and height, margins, and width of a letter of a label.
_PLOT, _PLOT_HEIGHT, _LEFT, _TOP, _BOTTOM, _LETTER_WIDTH = 3.6, 2.75, 0.7, 0.7, 0.6, 0.08
#: Share below which values are drawn at the lower edge.
_LOWEST = 1e-12
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class ModelFlow:
    """The gradient through one recurrent layer of a model.

    Args:
        model: Name of the experiment, or id of the run if several runs have that name.
        run: Id of the run; None for a config.
        layer: Layer as `<node>.<cell>`.
        weights: Kind of weights: initial or trained.
        flow: Gradient norms through time.
        result: Metric and value of the trained model; None if unknown.
    """

    model: str
    run: str | None
    layer: str
    weights: str
    flow: GradientFlow
    result: tuple[str, float] | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "run": self.run,
            "layer": self.layer,
            "weights": self.weights,
            "fate": self.flow.trend.value,
            "factor_per_step": self.flow.factor,
            "arriving": self.flow.arriving,
            "steps": self.flow.steps,
            "norms": self.flow.norms,
            "result": None if self.result is None else {"metric": self.result[0], "value": self.result[1]},
        }


def flow_table(flows: Sequence[ModelFlow]) -> Table:
    """Build a table with the factor per step, the share at the first step, and the trend of each gradient."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    metric = next((flow.result[0] for flow in flows if flow.result is not None), None)
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("model", "layer", "weights"):
        table.add_column(heading)
    for heading in ("factor per step", "first step's share", *([metric] if metric else [])):
        table.add_column(heading, justify="right")
    table.add_column("the gradient")
    for it in flows:
        flow = it.flow
        arriving = f"{formatting.number(flow.arriving, 3)} over {formatting.count(flow.steps, 'step')}"
        result = [] if metric is None else [format_metric(metric, None if it.result is None else it.result[1])]
        table.add_row(it.model, it.layer, it.weights, factor_text(flow), arriving, *result, flow.trend.value)
    return table


def factor_text(flow: GradientFlow) -> str:
    """Format the factor per step, such as `×0.872`; a dash without a gradient."""
    return formatting.MISSING if math.isnan(flow.factor) else f"×{flow.factor:.3f}"


@default_style()
def gradient_flow_png(flows: Sequence[ModelFlow]) -> bytes:
    """Draw the gradient norms relative to the last step, with a panel each for initial and trained weights."""
    panels = list(dict.fromkeys(flow.weights for flow in flows))
    names = dict(zip(_lines(flows), _names(flows), strict=True))
    colors = {line: LINES[position % len(LINES)] for position, line in enumerate(names)}
    label_width = 0.25 + _LETTER_WIDTH * (max(map(len, names.values())) + len("  ×0.999"))
    panel = _LEFT + _PLOT + label_width
    height = _BOTTOM + _PLOT_HEIGHT + _TOP
    figure = new_figure(panel * len(panels), height)
    lowest = max(_LOWEST, min((share for it in flows for share in it.flow.relative if share > 0), default=_LOWEST))
    highest = max((share for it in flows for share in it.flow.relative if math.isfinite(share)), default=1.0)
    for position, weights in enumerate(panels):
        left, width = (position * panel + _LEFT) / (panel * len(panels)), _PLOT / (panel * len(panels))
        axes = figure.add_axes((left, _BOTTOM / height, width, _PLOT_HEIGHT / height))
        panel_flows = [flow for flow in flows if flow.weights == weights]
        _style(axes, weights, lowest / 3, max(highest, 1.0) * 3)
        labels = []
        for it in panel_flows:
            color, name = colors[it.model, it.layer], names[it.model, it.layer]
            heights = [max(share, lowest) for share in it.flow.relative]
            axes.plot(heights, color=color, linewidth=2, solid_capstyle="round", zorder=3)
            labels.append((heights[-1], f"{name}  {factor_text(it.flow)}", color))
        axes.set_xlim(0, max(it.flow.steps for it in panel_flows))
        label_ends(axes, labels, max(it.flow.steps for it in panel_flows))
    return to_png(figure, "gradients through time")


def _lines(flows: Sequence[ModelFlow]) -> list[tuple[str, str]]:
    return list(dict.fromkeys((flow.model, flow.layer) for flow in flows))


def _names(flows: Sequence[ModelFlow]) -> list[str]:
    """Label each line by its model, and also by its layer if the model has several."""
    lines = _lines(flows)
    models = [model for model, _ in lines]
    return [model if models.count(model) == 1 else f"{model} {layer}" for model, layer in lines]


def _style(axes: Axes, weights: str, low: float, high: float) -> None:
    axes.set_yscale("log")
    axes.set_ylim(low, high)
    axes.set_title(f"{weights} weights", loc="left", color=INK, fontsize=11, fontweight="bold", pad=22)
    axes.annotate(
        "∂loss/∂state relative to the last step; × = factor per step back",
        (0, 1),
        xytext=(0, 8),
        xycoords="axes fraction",
        textcoords="offset points",
        color=GRAY,
        fontsize=8.5,
    )
    axes.set_xlabel("steps before the last one", loc="left", color=GRAY, fontsize=9)
    axes.yaxis.set_major_formatter(lambda value, _: _power(value))
    axes.minorticks_off()
    axes.xaxis.get_major_locator().set_params(integer=True)  # type: ignore[call-arg]
    style_axes(axes)
    axes.axhline(1, color=GRAY, linewidth=1.0, linestyle=(0, (4, 3)), zorder=2)


def _power(value: float) -> str:
    """Format a power of ten, such as `10⁻⁶`; 1 for 10⁰."""
    exponent = round(math.log10(value))
    return "1" if exponent == 0 else f"10{str(exponent).translate(_SUPERSCRIPTS)}"
