"""What the files of a sweep's report are called, relative to its folder."""

from __future__ import annotations

from dlcli.runs import REPORT, REPORT_PAGE

PARALLEL = "report/parallel_coordinates.png"
PARAMETERS = "report/parameters.png"
ZOOM = "report/zoom.png"
IMPORTANCE = "report/importance.png"
PROGRESS = "report/progress.png"
#: the best configuration as a complete config; the sweep writes it, the page leads to it
BEST_CONFIG = "best.yaml"

__all__ = ["BEST_CONFIG", "IMPORTANCE", "PARALLEL", "PARAMETERS", "PROGRESS", "REPORT", "REPORT_PAGE", "ZOOM"]
