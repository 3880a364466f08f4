"""A figure of predicted against true values, and of residuals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from dlcli.core import formatting
from dlcli.diagnosis import RegressionFit
from dlcli.metrics import R2, RootMeanSquaredError
from dlcli.reports.figure import default_style, new_figure, style_axes, to_png
from dlcli.reports.palette import BLUE, GRAY, INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Maximum number of targets; further targets are in report.json only.
MAX_TARGETS = 3
#: Maximum number of points; more would hide each other.
MAX_POINTS = 2000


@default_style()
def regression_png(fits: Sequence[RegressionFit]) -> bytes:
    """Draw predicted against true values (left) and residuals (right), a row for each target."""
    drawn = fits[:MAX_TARGETS]
    figure = new_figure(9.0, 4.4 * len(drawn))
    rows = figure.subplots(len(drawn), 2, squeeze=False)
    height = 4.4 * len(drawn)
    figure.subplots_adjust(
        left=0.085, right=0.975, bottom=0.58 / height, top=1 - 0.62 / height, wspace=0.26, hspace=0.42
    )
    for (values, residuals), fit in zip(rows, drawn, strict=True):
        _draw(values, residuals, fit, several=len(fits) > 1)
    return to_png(figure, f"predicted and true values of {drawn[0].split.replace('_', '-')}")


def _draw(values: Axes, residuals: Axes, fit: RegressionFit, *, several: bool) -> None:
    points = _sampled_positions(len(fit.truth))
    truth, predictions = fit.truth[points], fit.predictions[points]
    low = min(float(truth.min()), float(predictions.min()))
    high = max(float(truth.max()), float(predictions.max()))
    dots: dict[str, Any] = {
        "color": BLUE, "markersize": 4, "alpha": 0.5, "markeredgewidth": 0, "linestyle": "none", "zorder": 3,
    }  # fmt: skip
    dashed: dict[str, Any] = {"color": GRAY, "linewidth": 1.2, "linestyle": (0, (4, 3)), "zorder": 2}
    values.plot([low, high], [low, high], **dashed)
    values.plot(truth, predictions, marker="o", **dots)
    residuals.axhline(0, **dashed)
    residuals.plot(predictions, fit.residuals[points], marker="o", **dots)
    split = fit.split.replace("_", "-")
    title = f"{fit.target} of {split}" if several else split
    examples = (
        f"{len(points):,} of {len(fit.truth):,} examples"
        if len(points) < len(fit.truth)
        else formatting.count(len(points), "example")
    )
    r2 = "" if fit.r2 is None else f"R² {formatting.true_minus(R2.format(fit.r2))}, "
    _style(
        values,
        f"Predicted and true values: {title}",
        f"{r2}RMSE {RootMeanSquaredError.format(fit.root_mean_squared_error)}, {examples}",
    )
    values.set_xlabel("true value; dashed: prediction equals truth", loc="left", color=GRAY, fontsize=9)
    values.set_ylabel("predicted value", color=GRAY, fontsize=9)
    mean = formatting.true_minus(formatting.number(fit.mean_residual))
    _style(residuals, "Residuals", f"true minus predicted value, mean {mean}")
    residuals.set_xlabel("predicted value", loc="left", color=GRAY, fontsize=9)
    residuals.set_ylabel("residual", color=GRAY, fontsize=9)


def _style(axes: Axes, title: str, note: str) -> None:
    axes.set_title(title, loc="left", color=INK, fontsize=11, fontweight="bold", pad=20)
    axes.annotate(
        note, (0, 1), xytext=(0, 6), xycoords="axes fraction", textcoords="offset points", color=GRAY, fontsize=9
    )
    style_axes(axes)


def _sampled_positions(count: int) -> np.ndarray:
    """Return evenly spaced positions (n,) of the examples to draw."""
    return np.unique(np.linspace(0, count - 1, min(count, MAX_POINTS)).round().astype(np.int64))
