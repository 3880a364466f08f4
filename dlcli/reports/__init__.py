"""Reports on runs as Markdown, JSON, figures and terminal output, and comparisons of two runs."""

from dlcli.reports.augmentation import PreviewRow, augmentation_png
from dlcli.reports.comparison import (
    ErrorComparison,
    EvaluatedRun,
    compare_errors,
    comparison_remarks,
    comparison_table,
)
from dlcli.reports.document import report_document
from dlcli.reports.figure import default_style, new_figure, style_axes, to_png
from dlcli.reports.filters import FilterView, filters_png
from dlcli.reports.gradient_flow import ModelFlow, flow_table, gradient_flow_png
from dlcli.reports.learning_curve import learning_curve_png
from dlcli.reports.markdown import report_markdown
from dlcli.reports.mistakes import WorstMistakes
from dlcli.reports.palette import BLUE, GRAY, GRID, INK, VERMILION, shaded
from dlcli.reports.tables import markdown_code, markdown_table, markdown_text
from dlcli.reports.terminal import WIDTH, advice_panel, decomposition_table, report
from dlcli.reports.write import write_report

__all__ = [
    "BLUE",
    "GRAY",
    "GRID",
    "INK",
    "VERMILION",
    "WIDTH",
    "ErrorComparison",
    "EvaluatedRun",
    "FilterView",
    "ModelFlow",
    "PreviewRow",
    "WorstMistakes",
    "advice_panel",
    "augmentation_png",
    "compare_errors",
    "comparison_remarks",
    "comparison_table",
    "decomposition_table",
    "default_style",
    "filters_png",
    "flow_table",
    "gradient_flow_png",
    "learning_curve_png",
    "markdown_code",
    "markdown_table",
    "markdown_text",
    "new_figure",
    "report",
    "report_document",
    "report_markdown",
    "shaded",
    "style_axes",
    "to_png",
    "write_report",
]
