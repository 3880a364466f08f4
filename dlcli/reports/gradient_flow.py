"""The gradients of several models on their way back through time: a picture and a table."""

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

#: of a panel, in inches: the lines, what is around them, and a letter of a line's name
_PLOT, _PLOT_HEIGHT, _LEFT, _TOP, _BOTTOM, _INCHES_A_LETTER = 3.6, 2.75, 0.7, 0.7, 0.6, 0.08
#: smaller shares are drawn at the lower edge
_LOWEST = 1e-12
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class ModelFlow:
    """The gradient through one recurrent layer of a model.

    Args:
        model: name of the experiment, or of the run where several have that name.
        run: its id; None for a config.
        layer: `<node>.<cell>`.
        weights: initial or trained.
        flow: what becomes of the gradient.
        result: what the trained model reaches, as (metric, value); None where that is not known.
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
    """What a step back leaves of each gradient, what arrives at the first step, and what that is called."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    metric = next((flow.result[0] for flow in flows if flow.result is not None), None)
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("model", "layer", "weights"):
        table.add_column(heading)
    for heading in ("a step back", "first step's share", *([metric] if metric else [])):
        table.add_column(heading, justify="right")
    table.add_column("the gradient")
    for it in flows:
        flow = it.flow
        arriving = f"{formatting.number(flow.arriving, 3)} over {formatting.count(flow.steps, 'step')}"
        result = [] if metric is None else [format_metric(metric, None if it.result is None else it.result[1])]
        table.add_row(it.model, it.layer, it.weights, factor_text(flow), arriving, *result, flow.trend.value)
    return table


def factor_text(flow: GradientFlow) -> str:
    """`×0.872`; a dash where there is no gradient."""
    return formatting.MISSING if math.isnan(flow.factor) else f"×{flow.factor:.3f}"


@default_style()
def gradient_flow_png(flows: Sequence[ModelFlow]) -> bytes:
    """Draw how much of the last step's gradient is left at each step before: one panel for initial, one for trained."""
    panels = list(dict.fromkeys(flow.weights for flow in flows))
    names = dict(zip(_lines(flows), _names(flows), strict=True))
    colors = {line: LINES[position % len(LINES)] for position, line in enumerate(names)}
    beside = 0.25 + _INCHES_A_LETTER * (max(map(len, names.values())) + len("  ×0.999"))  # for the names
    panel = _LEFT + _PLOT + beside
    height = _BOTTOM + _PLOT_HEIGHT + _TOP
    figure = new_figure(panel * len(panels), height)
    lowest = max(_LOWEST, min((share for it in flows for share in it.flow.relative if share > 0), default=_LOWEST))
    highest = max((share for it in flows for share in it.flow.relative if math.isfinite(share)), default=1.0)
    for position, weights in enumerate(panels):
        left, width = (position * panel + _LEFT) / (panel * len(panels)), _PLOT / (panel * len(panels))
        axes = figure.add_axes((left, _BOTTOM / height, width, _PLOT_HEIGHT / height))
        shown = [flow for flow in flows if flow.weights == weights]
        _style(axes, weights, lowest / 3, max(highest, 1.0) * 3)
        labels = []
        for it in shown:
            color, name = colors[it.model, it.layer], names[it.model, it.layer]
            heights = [max(share, lowest) for share in it.flow.relative]
            axes.plot(heights, color=color, linewidth=2, solid_capstyle="round", zorder=3)
            labels.append((heights[-1], f"{name}  {factor_text(it.flow)}", color))
        axes.set_xlim(0, max(it.flow.steps for it in shown))
        label_ends(axes, labels, max(it.flow.steps for it in shown))
    return to_png(figure, "gradients through time")


def _lines(flows: Sequence[ModelFlow]) -> list[tuple[str, str]]:
    return list(dict.fromkeys((flow.model, flow.layer) for flow in flows))


def _names(flows: Sequence[ModelFlow]) -> list[str]:
    """What each line is called: by its model, and by its layer too where the model has several."""
    lines = _lines(flows)
    models = [model for model, _ in lines]
    return [model if models.count(model) == 1 else f"{model} {layer}" for model, layer in lines]


def _style(axes: Axes, weights: str, low: float, high: float) -> None:
    axes.set_yscale("log")
    axes.set_ylim(low, high)
    axes.set_title(f"{weights} weights", loc="left", color=INK, fontsize=11, fontweight="bold", pad=22)
    axes.annotate(
        "∂loss/∂state as a share of the last step's; × = factor of a step back",
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
    """`10⁻⁶`, and 1 as it is."""
    exponent = round(math.log10(value))
    return "1" if exponent == 0 else f"10{str(exponent).translate(_SUPERSCRIPTS)}"
