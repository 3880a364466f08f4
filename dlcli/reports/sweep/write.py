"""The report folder of a sweep."""

from __future__ import annotations

from collections.abc import Callable

from dlcli import strict_json
from dlcli.reports.sweep import files
from dlcli.reports.sweep.advice import sweep_advice
from dlcli.reports.sweep.certainty import certainty
from dlcli.reports.sweep.document import sweep_document
from dlcli.reports.sweep.importance_plot import importance_png
from dlcli.reports.sweep.page import sweep_page
from dlcli.reports.sweep.parallel_coordinates import parallel_coordinates_png
from dlcli.reports.sweep.parameter_plots import parameters_png
from dlcli.reports.sweep.points import points
from dlcli.reports.sweep.progress import progress_png
from dlcli.reports.sweep.zoom import zoom_png
from dlcli.search.outcome import SweepOutcome


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
    ranked, sure = points(outcome), certainty(outcome)
    advice = sweep_advice(outcome, ranked, sure)
    write_text(files.REPORT_PAGE, sweep_page(outcome, ranked, sure, advice, pictures))
    write_text(files.REPORT, strict_json.dumps(sweep_document(outcome, sure, advice), indent=2) + "\n")
