"""`dlcli gradcheck`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dlcli.cli import completion, console, options
from dlcli.cli.failed_result import FailedResultError
from dlcli.core import ConfigError, GateError

if TYPE_CHECKING:
    from dlcli.api import GradientReport
    from dlcli.autograd import ParameterCheck


def gradcheck(
    config: Annotated[
        Path | None,
        typer.Argument(metavar="CONFIG", help="Config of the model to check.", autocompletion=completion.configs),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Check every registered function and layer instead.")
    ] = False,
    overrides: options.Overrides = None,
    max_per_parameter: Annotated[
        int | None,
        typer.Option(
            "--max-per-parameter",
            min=1,
            metavar="N",
            help="Number of elements to check per parameter; default: all for small models, else 100 at random.",
            show_default=False,
        ),
    ] = None,
    along_directions: Annotated[
        bool | None,
        typer.Option(
            "--directions/--elements",
            help="Check each parameter along one random direction, or element by element; default: directions if "
            "checking the elements would take minutes.",
            show_default=False,
        ),
    ] = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Compare gradients with central differences.

    In float64, with fixed dropout masks and batch norm in training mode. The exit code is 4 if a gradient is wrong.
    """
    from dlcli import api

    if (config is None) != everything:
        raise ConfigError(
            "expected a config or --all" if config is None else "expected a config or --all, got both", code="usage"
        )
    if config is None:
        report = api.check_all_gradients()
    else:
        if along_directions and max_per_parameter is not None:
            raise ConfigError("--max-per-parameter applies to elements; it excludes --directions", code="usage")
        report = api.check_gradients(
            config,
            overrides=overrides or (),
            max_per_parameter=max_per_parameter,
            along_directions=along_directions,
        )
    if not json:
        print_report(report)
    if not report.ok:
        raise FailedResultError(GateError(f"wrong gradient: {describe(report.worst)}"), document(report))
    if json:
        console.print_document(document(report))
    elif not quiet:
        noun = "derivatives along random directions" if report.along_directions else "gradients"
        console.notes().print(f"{report.checked:,} {noun} are correct; largest error: {describe(report.worst)}")


def print_report(report: GradientReport) -> None:
    """Print one row per parameter, with its worst element."""
    rows = [
        (
            check.parameter,
            f"{check.checked:,}",
            "along a direction" if report.along_directions else str(list(check.index)),
            f"{check.analytic:.4e}",
            f"{check.numeric:.4e}",
            f"{check.relative_error:.1e}",
        )
        for check in report.checks
    ]
    headings = ("parameter", "checked", "worst at", "analytic", "numeric", "relative error")
    console.results().print(console.table(*headings, rows=rows, numbers=headings[1:]))


def describe(check: ParameterCheck) -> str:
    place = list(check.index) if check.index or check.size == 1 else " along a direction"
    return (
        f"{check.parameter}{place}: analytic {check.analytic:.6e}, numeric {check.numeric:.6e}, "
        f"relative error {check.relative_error:.1e}"
    )


def document(report: GradientReport) -> dict[str, Any]:
    worst = report.worst
    return {
        "ok": report.ok,
        "checked": report.checked,
        "along_directions": report.along_directions,
        "worst": {
            "parameter": worst.parameter,
            "index": list(worst.index),
            "analytic": worst.analytic,
            "numeric": worst.numeric,
            "relative_error": worst.relative_error,
        },
    }
