"""Report of a sweep as Markdown with figures, as JSON, and as a summary on the terminal."""

from dlcli.sweeps.report.document import sweep_document
from dlcli.sweeps.report.terminal import sweep_summary
from dlcli.sweeps.report.write import write_sweep_report

__all__ = ["sweep_document", "sweep_summary", "write_sweep_report"]
