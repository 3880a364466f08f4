"""`dlcli eval`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dlcli.cli import console, named_run, options, summary
from dlcli.cli.failed_result import FailedResultError
from dlcli.core import Direction, GateError, formatting

if TYPE_CHECKING:
    from dlcli.api import Evaluation


def evaluate(
    run: options.RunName,
    split: Annotated[str, typer.Option("--split", metavar="SPLIT", help="train, train_dev, dev or test.")] = "test",
    data: Annotated[
        Path | None,
        typer.Option(
            "--data", metavar="FILE", help="New, labeled examples, preprocessed like the training set.", readable=False
        ),
    ] = None,
    fail_under: Annotated[
        float | None,
        typer.Option(
            "--fail-under",
            metavar="VALUE",
            help="Exit with code 4 if the metric that selected the model is worse than VALUE. If that metric is an "
            "error rate, VALUE is compared with the accuracy.",
        ),
    ] = None,
    overrides: options.Overrides = None,
    runs_dir: options.RunsFolder = options.DEFAULT_RUNS,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Evaluate a trained model on one of its splits, or on new data."""
    from dlcli import api

    run_path = named_run.find(run, runs_dir, quiet=quiet)
    evaluation = api.evaluate(run_path, split=split, data=data, overrides=overrides or ())
    if not quiet:
        summary.print_warnings(evaluation.warnings)
    if not json:
        print_evaluation(evaluation, data or evaluation.split)
    shortfall = None if fail_under is None else shortfall_of(evaluation, fail_under)
    if shortfall is not None:
        raise FailedResultError(GateError(shortfall), summary.document(evaluation))
    if json:
        console.print_document(summary.document(evaluation))


def print_evaluation(evaluation: Evaluation, source: Path | str) -> None:
    """Print a table of the metrics with their confidence intervals, and the source of the evaluated examples."""
    from dlcli.metrics import format_metric, unit_of
    from dlcli.runs import metric_title

    intervals = {
        name: unit_of(name).interval(interval.low, interval.high) for name, interval in evaluation.intervals.items()
    }
    rows = [
        (metric_title(name, evaluation.positive_classes), format_metric(name, value), intervals.get(name, ""))
        for name, value in evaluation.metrics.items()
    ]
    console.results().print(console.table("metric", "value", "95 % interval", rows=rows, numbers=["value"]))
    console.results().print(f"\n{evaluation.id}, {formatting.count(evaluation.num_examples, 'example')} of {source}")


def shortfall_of(evaluation: Evaluation, threshold: float) -> str | None:
    """Return a message if the model does not reach the threshold, else None."""
    name, direction = evaluation.deciding_metric, evaluation.direction
    accuracy = f"{name.removesuffix('error')}accuracy"
    value = evaluation.metrics[name]
    if name.endswith(("/error", ".error")):
        name, value, direction = accuracy, evaluation.metrics.get(accuracy, 1 - value), Direction.MAXIMIZE
    if direction.reaches(value, threshold):
        return None
    expected = f"at {'least' if direction is Direction.MAXIMIZE else 'most'} {threshold:g}"
    return f"{name}: expected {expected}, got {value:.6g}"
