"""Names of the files of a sweep's report, relative to the folder of the sweep."""

from __future__ import annotations

from dlcli.runs import REPORT, REPORT_PAGE

PARALLEL = "report/parallel_coordinates.png"
PARAMETERS = "report/parameters.png"
ZOOM = "report/zoom.png"
IMPORTANCE = "report/importance.png"
PROGRESS = "report/progress.png"
#: Complete config of the best configuration, written by the sweep and linked from the page.
BEST_CONFIG = "best.yaml"

__all__ = ["BEST_CONFIG", "IMPORTANCE", "PARALLEL", "PARAMETERS", "PROGRESS", "REPORT", "REPORT_PAGE", "ZOOM"]
