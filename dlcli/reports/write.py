"""The report folder of a run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath

from dlcli.core import strict_json
from dlcli.diagnosis import Assessment, TrainingResult
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
    write_text: Callable[[str, str], object],
    write_bytes: Callable[[str, bytes], object],
) -> None:
    """Write report.json, report.md and the pictures.

    These are the learning curve; of images, the confusion matrix and the worst mistakes; of two classes, the ROC and
    precision-recall curves; of values, predicted against true ones and residuals.

    Args:
        result: the run.
        assessment: what was found about it.
        mistakes: of a classifier of images, where it makes any.
        write_text: writes a text under a name relative to the run, as `RunFolder.write_text` does.
        write_bytes: the same for bytes.
    """
    drawn = {files.LEARNING_CURVE: learning_curve_png(result)}
    if mistakes is not None and assessment.confusion is not None:
        drawn |= {files.CONFUSION: confusion_png(assessment.confusion), files.MISTAKES: mistakes_png(mistakes)}
    if assessment.ranking is not None:
        drawn[files.RANKING] = ranking_png(assessment.ranking)
    if assessment.fits:
        drawn[files.REGRESSION] = regression_png(assessment.fits)
    pictures = {name: picture for name, picture in drawn.items() if picture is not None}
    for name, picture in pictures.items():
        write_bytes(name, picture)
    names = {name: PurePath(name).name if name in pictures else None for name in FIGURES}
    page = report_markdown(
        result,
        assessment,
        picture=names[files.LEARNING_CURVE],
        confusion_picture=names[files.CONFUSION],
        mistakes_picture=names[files.MISTAKES],
        ranking_picture=names[files.RANKING],
        regression_picture=names[files.REGRESSION],
    )
    write_text(files.REPORT_PAGE, page)
    write_text(files.REPORT, strict_json.dumps(report_document(result, assessment), indent=2) + "\n")
