"""Plot of the best value so far against the number of the trial."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dlcli.reports import GRAY, VERMILION, default_style, style_axes
from dlcli.search import SweepOutcome, Trial
from dlcli.sweeps.report.canvas import HEAD, MARGIN, MARKS, Canvas, label_heights
from dlcli.sweeps.report.plot_points import Heights, TrialEnding
from dlcli.sweeps.report.wording import MetricText

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _BELOW = 6.6, 2.6, 0.6, 1.2, 0.45


@default_style()
def progress_png(outcome: SweepOutcome) -> bytes | None:
    """Draw all trials that have ended by number; return None if fewer than two have a value."""
    ended = [trial for trial in outcome.trials if trial.has_ended]
    values = [trial.value for trial in ended if trial.value is not None]
    if len(values) < 2:
        return None
    text = MetricText(outcome.objective.metric)
    better = outcome.objective.direction.better
    canvas = Canvas(
        MARGIN + _LEFT + _WIDTH + _RIGHT,
        MARGIN + _BELOW + _HEIGHT + 0.3 + HEAD,
        name=outcome.name,
        subject="best so far",
        note=f"{text.name} of all trials; {better} is better; the line is the best single trial so far",
    )
    endings: list[TrialEnding] = [
        ending for ending in ("done", "pruned", "failed") if any(_trial_ending(trial) == ending for trial in ended)
    ]
    canvas.key(endings, best=None)
    axes = canvas.panel(MARGIN + _LEFT, MARGIN + _BELOW, _WIDTH, _HEIGHT)
    heights = Heights.around([(_trial_ending(trial), trial.value) for trial in ended], outcome.objective)
    last = max(trial.number for trial in outcome.trials)
    axes.set_xlim(-0.02 * last - 0.5, last + 0.02 * last + 0.5)
    style_axes(axes)
    axes.xaxis.get_major_locator().set_params(integer=True)  # type: ignore[call-arg]
    label_heights(axes, heights, text)
    axes.set_xlabel("trial", loc="left", color=GRAY, fontsize=9)
    for trial in ended:
        _draw_trial(axes, trial, heights)
    _draw_stages(axes, outcome)
    _draw_best(axes, outcome, ended, heights, text)
    return canvas.png()


def _trial_ending(trial: Trial) -> TrialEnding:
    if trial.status == "done" and trial.value is not None:
        return "done"
    return "pruned" if trial.status == "pruned" else "failed"


def _draw_trial(axes: Axes, trial: Trial, heights: Heights) -> None:
    ending = _trial_ending(trial)
    marks: dict[str, Any] = MARKS[ending] | {"markersize": 5}
    axes.plot(trial.number, heights.of(None if ending == "failed" else trial.value), **marks, clip_on=False, zorder=3)


def _draw_stages(axes: Axes, outcome: SweepOutcome) -> None:
    for stage in outcome.stages if len(outcome.stages) > 1 else ():
        if stage.trials:
            start = min(stage.trials) - 0.5
            if stage.number:
                axes.axvline(start, color=GRAY, linewidth=0.9, linestyle=(0, (1, 2)), zorder=1)
            axes.annotate(
                f"stage {stage.number + 1}",
                (max(start, axes.get_xlim()[0]), 1),
                xycoords=("data", "axes fraction"),
                xytext=(2, 6),
                textcoords="offset points",
                color=GRAY,
                fontsize=8.5,
            )


def _draw_best(axes: Axes, outcome: SweepOutcome, ended: Sequence[Trial], heights: Heights, text: MetricText) -> None:
    """Draw a step at each trial that is better than all earlier ones and violates no constraint."""
    objective = outcome.objective
    steps: list[tuple[int, float]] = []
    for trial in ended:
        if trial.value is None or _trial_ending(trial) != "done" or trial.violated:
            continue
        if objective.direction.is_improvement(trial.value, steps[-1][1] if steps else None):
            steps.append((trial.number, trial.value))
    if not steps:
        return
    numbers, values = zip(*steps, strict=True)
    places = [heights.of(value) for value in (*values, values[-1])]
    end = axes.get_xlim()[1]
    axes.step([*numbers, end], places, where="post", color=VERMILION, linewidth=2.2, zorder=2.5)
    axes.plot(numbers[-1], values[-1], **MARKS["best"], zorder=5, clip_on=False)
    axes.annotate(
        f"{text.unit.text(values[-1])}\ntrial {numbers[-1]}",
        (end, values[-1]),
        xytext=(7, 0),
        textcoords="offset points",
        color=VERMILION,
        fontsize=10,
        fontweight="bold",
        verticalalignment="center",
        annotation_clip=False,
    )
