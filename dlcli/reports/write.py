"""The report folder of a run."""

from __future__ import annotations

from collections.abc import Callable

from dlcli import strict_json
from dlcli.diagnosis import Assessment, TrainingResult
from dlcli.reports.document import DOCUMENT, report_document
from dlcli.reports.learning_curve import learning_curve_png
from dlcli.reports.markdown import report_markdown

FOLDER = "report"
PICTURE = "learning_curve.png"


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
        write_bytes(f"{FOLDER}/{PICTURE}", picture)
    page = report_markdown(result, assessment, picture=PICTURE if picture is not None else None)
    write_text(f"{FOLDER}/report.md", page)
    write_text(DOCUMENT, strict_json.dumps(report_document(result, assessment), indent=2) + "\n")
