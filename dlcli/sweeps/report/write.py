"""The report folder of a sweep."""

from __future__ import annotations

from collections.abc import Callable

from dlcli.core import strict_json
from dlcli.search import SweepOutcome
from dlcli.sweeps.report import report_files as files
from dlcli.sweeps.report.advice_rules import sweep_advice
from dlcli.sweeps.report.confidence import confidence
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
    """Write report.json, report.md and the pictures for which there is something to show.

    Args:
        outcome: the sweep, over or not.
        write_text: writes a text under a name relative to the sweep's folder.
        write_bytes: the same for bytes.
    """
    drawn = {
        files.PROGRESS: progress_png(outcome),
        files.PARALLEL: parallel_coordinates_png(outcome),
        files.PARAMETERS: parameters_png(outcome),
        files.ZOOM: zoom_png(outcome),
        files.IMPORTANCE: importance_png(outcome),
    }
    pictures = {name: picture for name, picture in drawn.items() if picture is not None}
    for name, picture in pictures.items():
        write_bytes(name, picture)
    ranked, sure = points(outcome), confidence(outcome)
    advice = sweep_advice(outcome, ranked, sure)
    write_text(files.REPORT_PAGE, sweep_page(outcome, ranked, sure, advice, pictures))
    write_text(files.REPORT, strict_json.dumps(sweep_document(outcome, sure, advice), indent=2) + "\n")
