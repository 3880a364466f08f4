"""Arguments and options shared by the commands of `dlcli sweep`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from dlcli.cli import completion

SweepName = Annotated[
    str,
    typer.Argument(
        metavar="SWEEP",
        help="Sweep: id, prefix of the id, name, or folder.",
        show_default=False,
        autocompletion=completion.sweeps,
    ),
]
Trials = Annotated[
    int | None, typer.Option("--trials", metavar="N", min=1, help="Total number of trials.", show_default=False)
]
Workers = Annotated[
    int | None,
    typer.Option("--workers", metavar="N", min=1, help="Number of trials trained in parallel.", show_default=False),
]
FailFast = Annotated[bool, typer.Option("--fail-fast", help="Stop at the first trial that fails.")]


def settings(**options: Any) -> dict[str, Any]:
    """Return the settings of the sweep file for the options that are set; `budget__trials` is `budget.trials`."""
    return {name.replace("__", "."): value for name, value in options.items() if value is not None}
