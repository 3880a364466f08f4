"""Final output of `train`, `resume` and `eval`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from dlcli.cli import console
from dlcli.cli.failed_result import FailedResultError
from dlcli.core import GateError, formatting

if TYPE_CHECKING:
    from dlcli.api import Evaluation, Run


def document(result: Run | Evaluation) -> dict[str, Any]:
    """Return the JSON document of a finished training or evaluation, with every number that the text shows."""
    return {
        "run": result.id,
        "status": result.status,
        "metrics": dict(result.metrics),
        "positive_classes": dict(result.positive_classes),
        "seconds": result.seconds,
        **result.details(),
    }


def print_warnings(warnings: Iterable[str]) -> None:
    for warning in warnings:
        console.notes().print(f"warning: {warning}", soft_wrap=True)


def report(run: Run, *, json: bool, quiet: bool) -> None:
    """Print the result of a training.

    Raises:
        FailedResultError: No epoch satisfies the constraints of the config.
    """
    if not quiet:
        print_warnings(run.warnings)
    if not json:
        print_run(run)
    if run.violated:
        error = GateError(f"no epoch satisfies {' and '.join(run.violated)}", key="evaluation.satisfice")
        raise FailedResultError(error, document(run))
    if json:
        console.print_document(document(run))


def print_run(run: Run) -> None:
    """Print the report on what to try next, the final metrics, and the folder of the run."""
    from dlcli.metrics import format_metric
    from dlcli.reports import terminal
    from dlcli.runs import metric_title

    results = console.results()
    results.print(terminal.report(run.assessment), width=min(terminal.WIDTH, results.width))
    splits = list(dict.fromkeys(name.partition("/")[0] for name in run.metrics))
    names = list(dict.fromkeys(name.partition("/")[2] for name in run.metrics))
    titles = [metric_title(name, run.positive_classes) for name in names]
    rows = [
        (title, *(format_metric(f"{split}/{name}", run.metrics.get(f"{split}/{name}")) for split in splits))
        for title, name in zip(titles, names, strict=True)
    ]
    results.print()
    results.print(console.table("metric", *splits, rows=rows, numbers=splits))
    results.print(f"\n{run.path}  ({formatting.duration(run.seconds)}; the report is report/report.md)")
