"""The report folder of a run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath

from dlcli.core import strict_json
from dlcli.diagnosis import Assessment, HeadAssessments, TrainingResult
from dlcli.reports.confusion_matrix import confusion_png
from dlcli.reports.document import report_document
from dlcli.reports.learning_curve import learning_curve_png
from dlcli.reports.markdown import report_markdown
from dlcli.reports.mistakes import WorstMistakes, mistakes_png
from dlcli.reports.ranking_plot import ranking_png
from dlcli.reports.regression_plot import regression_png
from dlcli.runs import files

FIGURES = (files.LEARNING_CURVE, files.CONFUSION, files.MISTAKES, files.RANKING, files.REGRESSION)


def write_report(
    result: TrainingResult,
    assessment: Assessment,
    *,
    mistakes: WorstMistakes | None = None,
    heads: HeadAssessments | None = None,
    write_text: Callable[[str, str], object],
    write_bytes: Callable[[str, bytes], object],
) -> None:
    """Write report.json, report.md and the figures.

    The figures are the learning curve; for images, the confusion matrix and the worst mistakes; for two classes, the
    ROC and precision-recall curves; for regressions, predicted against true values and residuals.

    Args:
        result: Results of the run.
        assessment: Assessment of the run.
        mistakes: Worst mistakes of an image classifier; None for other models, or without mistakes.
        heads: Assessments of the heads of a multi-task model; None for other models.
        write_text: Function that writes a text under a name relative to the run, such as `RunFolder.write_text`.
        write_bytes: Function that writes bytes under a name relative to the run.
    """
    drawn = {files.LEARNING_CURVE: learning_curve_png(result)}
    if mistakes is not None and assessment.confusion is not None:
        drawn |= {files.CONFUSION: confusion_png(assessment.confusion), files.MISTAKES: mistakes_png(mistakes)}
    if assessment.ranking is not None:
        drawn[files.RANKING] = ranking_png(assessment.ranking)
    if assessment.fits:
        drawn[files.REGRESSION] = regression_png(assessment.fits)
    figures = {name: png for name, png in drawn.items() if png is not None}
    for name, png in figures.items():
        write_bytes(name, png)
    names = {name: PurePath(name).name if name in figures else None for name in FIGURES}
    page = report_markdown(
        result,
        assessment,
        learning_curve=names[files.LEARNING_CURVE],
        confusion_figure=names[files.CONFUSION],
        mistakes_figure=names[files.MISTAKES],
        ranking_figure=names[files.RANKING],
        regression_figure=names[files.REGRESSION],
        heads=heads,
    )
    write_text(files.REPORT_PAGE, page)
    write_text(files.REPORT, strict_json.dumps(report_document(result, assessment, heads), indent=2) + "\n")
