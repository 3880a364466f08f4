"""The report folder of a run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath

from dlcli import strict_json
from dlcli.diagnosis import Assessment, TrainingResult
from dlcli.reports.document import report_document
from dlcli.reports.learning_curve import learning_curve_png
from dlcli.reports.markdown import report_markdown
from dlcli.runs import files


def write_report(
    result: TrainingResult,
    assessment: Assessment,
    *,
    write_text: Callable[[str, str], object],
    write_bytes: Callable[[str, bytes], object],
) -> None:
    """Write report.json, report.md and the learning curve.

    Args:
        result: the run.
        assessment: what was found about it.
        write_text: writes a text under a name relative to the run, as `RunFolder.write_text` does.
        write_bytes: the same for bytes.
    """
    picture = learning_curve_png(result)
    if picture is not None:
        write_bytes(files.LEARNING_CURVE, picture)
    page = report_markdown(result, assessment, picture=None if picture is None else PurePath(files.LEARNING_CURVE).name)
    write_text(files.REPORT_PAGE, page)
    write_text(files.REPORT, strict_json.dumps(report_document(result, assessment), indent=2) + "\n")
