"""A figure of the ROC curve and the precision-recall curve."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlcli.core import formatting
from dlcli.diagnosis import Ranking
from dlcli.metrics import ROCAUC, AveragePrecision
from dlcli.reports.figure import default_style, new_figure, style_axes, to_png
from dlcli.reports.palette import BLUE, GRAY, INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@default_style()
def ranking_png(ranking: Ranking) -> bytes:
    """Draw the ROC curve (left) and the precision-recall curve (right) of a split."""
    figure = new_figure(9.0, 4.4)
    figure.subplots_adjust(left=0.075, right=0.975, bottom=0.13, top=0.86, wspace=0.24)
    roc, precision = figure.subplots(1, 2)
    split = ranking.split.replace("_", "-")
    precision_text = AveragePrecision.format(ranking.average_precision)
    area_text = ROCAUC.format(ranking.area_under_roc)
    positive = formatting.count(ranking.num_positive, "example")
    share = ranking.num_positive / (ranking.num_positive + ranking.num_negative)
    roc.plot(ranking.false_positive_rates, ranking.true_positive_rates, color=BLUE, linewidth=1.9, zorder=3)
    roc.plot([0, 1], [0, 1], color=GRAY, linewidth=1.2, linestyle=(0, (4, 3)), zorder=2)
    _style(
        roc,
        f"ROC curve of {split}",
        f"area {area_text}; positive: {_short(ranking.positive_class)}, {positive}",
        "false positive rate",
        "true positive rate",
    )
    recalls = ranking.true_positive_rates[1:]
    precision.step(recalls, ranking.precisions, where="pre", color=BLUE, linewidth=1.9, zorder=3)
    precision.axhline(share, color=GRAY, linewidth=1.2, linestyle=(0, (4, 3)), zorder=2)
    _style(
        precision,
        "Precision-recall curve",
        f"average precision {precision_text}; dashed: {formatting.percent(share, 1)} % positive",
        "recall",
        "precision",
    )
    return to_png(figure, f"ROC and precision-recall curves of {split}")


def _style(axes: Axes, title: str, note: str, x: str, y: str) -> None:
    axes.set_title(title, loc="left", color=INK, fontsize=11, fontweight="bold", pad=20)
    axes.annotate(
        note, (0, 1), xytext=(0, 6), xycoords="axes fraction", textcoords="offset points", color=GRAY, fontsize=9
    )
    axes.set_xlabel(x, loc="left", color=GRAY, fontsize=9)
    axes.set_ylabel(y, color=GRAY, fontsize=9)
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.04)
    style_axes(axes)


def _short(name: str, longest: int = 24) -> str:
    return name if len(name) <= longest else f"{name[: longest - 1]}…"
