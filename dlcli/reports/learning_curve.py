"""A figure of the learning curve: the loss and the optimizing metric by epoch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dlcli.diagnosis import Curve, TrainingResult, curve
from dlcli.metrics import Unit, unit_of
from dlcli.reports.figure import default_style, new_figure, style_axes, to_png
from dlcli.reports.line_ends import label_ends
from dlcli.reports.palette import BLUE, GRAY, INK, VERMILION

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLORS = {"train": BLUE, "dev": VERMILION}
#: Factor of decrease above which a loss is drawn on a logarithmic axis.
_LOGARITHMIC = 30.0
#: Factor of compression above which the first tenth of the epochs is cut off.
_COMPRESSION = 2.5


@dataclass(frozen=True)
class Panel:
    """A panel of the figure: a metric of train and dev, with its marks.

    Args:
        metric: Name of the metric.
        curves: Curves by split.
        unit: Unit of the values.
        is_logarithmic: Whether the vertical axis is logarithmic.
        human_error: Human-level error to mark; None for no mark.
        best_epoch: Best epoch to mark; None for no mark.
    """

    metric: str
    curves: Mapping[str, Curve]
    unit: Unit
    is_logarithmic: bool
    human_error: float | None
    best_epoch: int | None

    @property
    def best(self) -> float | None:
        """Value of the dev curve at the best epoch."""
        line = self.curves.get("dev")
        return None if line is None else dict(zip(line.epochs, line.values, strict=True)).get(self.best_epoch or 0)

    @property
    def limits(self) -> tuple[float, float, bool]:
        """Limits of the vertical axis, and whether they cut off the first epochs."""
        marks = [
            mark for mark in (self.human_error, self.best, 0.0 if self.unit is Unit.SHARE else None) if mark is not None
        ]
        whole = [value for line in self.curves.values() for value in line.values] + marks
        later = [line.values[1 + len(line.values) // 10 :] for line in self.curves.values()]
        settled = [value for values in later for value in values] + marks
        is_cut = _span(whole) > _COMPRESSION * _span(settled) > 0
        visible = settled if is_cut else whole
        margin = 0.05 * (_span(visible) or abs(visible[0]) or 1.0)
        return min(visible) - margin, max(visible) + margin, is_cut


@default_style()
def learning_curve_png(result: TrainingResult) -> bytes | None:
    """Draw the loss (left) and the optimizing metric (right) of train and dev; None without two epochs.

    The best epoch and the human-level error are marked if known.
    """
    panels = _panels(result)
    if not panels:
        return None
    figure = new_figure(9.0, 3.7)
    figure.subplots_adjust(left=0.065, right=0.925, bottom=0.15, top=0.85, wspace=0.38)
    for axes, panel in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True):
        _draw(axes, panel)
    return to_png(figure, f"{result.name}: learning curve")


def _panels(result: TrainingResult) -> list[Panel]:
    optimized = result.optimizing_metric.rpartition("/")[2]
    panels = []
    for metric in dict.fromkeys(("loss", optimized)):
        lines = {split: _finite(curve(result.history, f"{split}/{metric}")) for split in _COLORS}
        curves = {split: line for split, line in lines.items() if len(line.epochs) > 1}
        if not curves:
            continue
        values = [value for line in curves.values() for value in line.values]
        panels.append(
            Panel(
                metric=metric.replace("_", " "),
                curves=curves,
                unit=unit_of(metric),
                is_logarithmic=metric == "loss" and min(values) > 0 and max(values) > _LOGARITHMIC * min(values),
                human_error=result.human_error if metric == result.measure.metric else None,
                best_epoch=result.best_epoch if metric == optimized else None,
            )
        )
    return panels


def _span(values: list[float]) -> float:
    return max(values) - min(values)


def _finite(line: Curve) -> Curve:
    pairs = [pair for pair in zip(line.epochs, line.values, strict=True) if math.isfinite(pair[1])]
    return Curve(line.metric, tuple(epoch for epoch, _ in pairs), tuple(value for _, value in pairs))


def _draw(axes: Axes, panel: Panel) -> None:
    for split, line in panel.curves.items():
        axes.plot(line.epochs, line.values, color=_COLORS[split], linewidth=1.9, solid_capstyle="round", zorder=3)
    labels = [(line.values[-1], split, _COLORS[split]) for split, line in panel.curves.items()]
    if panel.human_error is not None:
        axes.axhline(panel.human_error, color=GRAY, linewidth=1.2, linestyle=(0, (4, 3)), zorder=2)
        labels.append((panel.human_error, "human", GRAY))
    _style(axes, panel)
    label_ends(axes, labels, max(line.epochs[-1] for line in panel.curves.values()))
    _mark_best(axes, panel)


def _style(axes: Axes, panel: Panel) -> None:
    low, high, is_cut = panel.limits
    scale = " (logarithmic)" if panel.is_logarithmic else ""
    start = "; the first ones are cut off" if is_cut and not panel.is_logarithmic else ""
    axes.set_xlabel(f"epoch{start}", loc="left", color=GRAY, fontsize=9)
    axes.set_title(f"{panel.metric}{scale}", loc="left", color=INK, fontsize=11, fontweight="bold", pad=22)
    if panel.is_logarithmic:
        axes.set_yscale("log", subs=[2, 5])
        axes.yaxis.set_minor_formatter(lambda value, _: panel.unit.tick(value))
    else:
        axes.set_ylim(low, high)
    axes.yaxis.set_major_formatter(lambda value, _: panel.unit.tick(value))
    axes.xaxis.get_major_locator().set_params(integer=True)  # type: ignore[call-arg]
    axes.margins(x=0.02)
    style_axes(axes)


def _mark_best(axes: Axes, panel: Panel) -> None:
    """Mark the best epoch with a dot on the dev curve, and write its value above the panel."""
    if panel.best is None or panel.best_epoch is None:
        return
    top = axes.get_ylim()[1]
    axes.vlines(panel.best_epoch, panel.best, top, color=GRAY, linewidth=0.9, linestyle=(0, (1, 2)), zorder=1)
    axes.plot(panel.best_epoch, panel.best, "o", color=_COLORS["dev"], markeredgecolor="white", markersize=8, zorder=4)
    axes.annotate(
        f"best epoch {panel.best_epoch}: dev {panel.unit.text(panel.best)}",
        (panel.best_epoch, top),
        xytext=(0, 5),
        textcoords="offset points",
        color=INK,
        fontsize=9,
        horizontalalignment="right" if panel.best_epoch > sum(axes.get_xlim()) / 2 else "left",
    )
