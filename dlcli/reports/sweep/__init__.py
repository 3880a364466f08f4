"""A sweep told to people and programs: a page with pictures, a document, the terminal."""

from dlcli.reports.sweep.document import sweep_document
from dlcli.reports.sweep.terminal import sweep_summary
from dlcli.reports.sweep.write import write_sweep_report

__all__ = ["sweep_document", "sweep_summary", "write_sweep_report"]
