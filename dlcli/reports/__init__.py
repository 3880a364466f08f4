"""A run told to people and programs: a page, a document, a picture, the terminal, and two runs side by side."""

from dlcli.reports.comparison import (
    ErrorComparison,
    EvaluatedRun,
    compare_errors,
    comparison_table,
    mismatch_sentences,
)
from dlcli.reports.document import report_document
from dlcli.reports.gradient_flow import ModelFlow, flow_table, gradient_flow_png
from dlcli.reports.learning_curve import learning_curve_png
from dlcli.reports.markdown import report_markdown
from dlcli.reports.terminal import advice_panel, chain_table, report
from dlcli.reports.write import write_report

__all__ = [
    "ErrorComparison",
    "EvaluatedRun",
    "ModelFlow",
    "advice_panel",
    "chain_table",
    "compare_errors",
    "comparison_table",
    "flow_table",
    "gradient_flow_png",
    "learning_curve_png",
    "mismatch_sentences",
    "report",
    "report_document",
    "report_markdown",
    "write_report",
]
