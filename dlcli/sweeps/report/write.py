"""Files of a sweep's report."""

from __future__ import annotations

from collections.abc import Callable

from dlcli.core import strict_json
from dlcli.search import SweepOutcome
from dlcli.sweeps.report import report_files as files
from dlcli.sweeps.report.advice_rules import sweep_advice
from dlcli.sweeps.report.confidence import estimate_confidence
from dlcli.sweeps.report.document import sweep_document
from dlcli.sweeps.report.importance_plot import importance_png
from dlcli.sweeps.report.page import sweep_page
from dlcli.sweeps.report.parallel_coordinates import parallel_coordinates_png
from dlcli.sweeps.report.parameter_plots import parameters_png
from dlcli.sweeps.report.plot_points import points
from dlcli.sweeps.report.progress_plot import progress_png
from dlcli.sweeps.report.zoom_plot import zoom_png


def write_sweep_report(
    outcome: SweepOutcome,
    *,
    write_text: Callable[[str, str], object],
    write_bytes: Callable[[str, bytes], object],
) -> None:
    """Write report.json, report.md and the figures that have content.

    Args:
        outcome: Outcome of the sweep, finished or not.
        write_text: Function that writes a text to a file relative to the folder of the sweep.
        write_bytes: Function that writes bytes to a file relative to the folder of the sweep.
    """
    images = {
        files.PROGRESS: progress_png(outcome),
        files.PARALLEL: parallel_coordinates_png(outcome),
        files.PARAMETERS: parameters_png(outcome),
        files.ZOOM: zoom_png(outcome),
        files.IMPORTANCE: importance_png(outcome),
    }
    figures = {name: image for name, image in images.items() if image is not None}
    for name, image in figures.items():
        write_bytes(name, image)
    ranked, confidence = points(outcome), estimate_confidence(outcome)
    advice = sweep_advice(outcome, ranked, confidence)
    write_text(files.REPORT_PAGE, sweep_page(outcome, ranked, confidence, advice, figures))
    write_text(files.REPORT, strict_json.dumps(sweep_document(outcome, confidence, advice), indent=2) + "\n")
